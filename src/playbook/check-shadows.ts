// A library must not redefine what the runtime or a step defines: each playbook that uses it would run another program
// than it says.
import { placeOf, sortIssues } from '../document/index.ts';
import type { Issue, Location } from '../model/index.ts';
import { scanScript } from '../sh/index.ts';
import type { LibraryTree } from './model.ts';

const ofSteps: ReadonlySet<string> = new Set(['applies', 'state', 'verify', 'undo']);

/** Every function of the libraries that has a name which is `taken` by the runtime, or is a step's own. */
export function checkShadows(libraries: readonly LibraryTree[], taken: ReadonlySet<string>): Issue[] {
  const defined = libraries.flatMap(({ directory, files }) =>
    [...files].flatMap(([path, { bytes }]) => [...functionsOf(`${directory}/${path}`, bytes)]),
  );
  const issues = defined
    .filter(([name]) => ofSteps.has(name) || taken.has(name))
    .map(([name, location]) => ({
      code: 'LIBRARY_SHADOWS',
      message: `the library defines \`${name}\`, which is the runtime's or the step's own`,
      location,
      hint: 'give it another name',
    }));
  return sortIssues(issues);
}

/** The functions that a text of sh defines, with the first place of each. */
export function functionsOf(file: string, bytes: Uint8Array): ReadonlyMap<string, Location> {
  const text = new TextDecoder().decode(bytes);
  const { functions } = scanScript(text);
  return new Map(functions.toReversed().map(({ name, start }) => [name, placeOf(file, text, start)]));
}
