// A library must not redefine what the runtime defines: each playbook that uses it would run another program than it says.
import { sortIssues } from '../document/index.ts';
import { readRuntime } from '../host/index.ts';
import { ConfigError } from '../model/index.ts';
import { functionsOf, type Playbook } from '../playbook/index.ts';

/** Throws ConfigError with each function of the libraries whose name the runtime, or a step, has for itself. */
export function refuseShadows({ libraries }: Pick<Playbook, 'libraries'>): void {
  if (libraries.length === 0) return;
  const runtime = [...readRuntime()].filter(([path]) => path.endsWith('.sh'));
  const taken = new Set([
    'state',
    ...runtime.flatMap(([path, bytes]) => [...functionsOf(path, bytes).keys()]),
  ]);
  const defined = libraries.flatMap(({ directory, files }) =>
    [...files].flatMap(([path, { bytes }]) => [...functionsOf(`${directory}/${path}`, bytes)]),
  );
  const issues = defined
    .filter(([name]) => taken.has(name))
    .map(([name, location]) => ({
      code: 'LIBRARY_SHADOWS',
      message: `the library defines \`${name}\`, which is the runtime's or the step's own`,
      location,
      hint: 'give it another name',
    }));
  if (issues.length > 0) throw new ConfigError(sortIssues(issues));
}
