// What playbooks may call is documented, what is documented is there, and nothing of the runtime is outside its prefixes.
import { describe, expect, it } from 'vitest';
import { invocationsOf } from '../../../src/sh/index.ts';
import { namesInColumn, read, sectionOf, shFilesIn } from './scripts.ts';
import type { ShFile } from './scripts.ts';

const runtime = shFilesIn('src/host');
const playbooks = shFilesIn('playbooks');
const steps = read('docs/steps.md');
const isPublic = (name: string): boolean => /^m_[a-z]/.test(name);
const isInside = (name: string): boolean => name.startsWith('m__');

const functions = new Set(runtime.flatMap(({ script }) => script.functions.map(({ name }) => name)));
const variables = sectionOf(steps, '## Names of the runtime');
const documentedVariables = new Set(namesInColumn(variables, 0));
const documentedFunctions = new Set(
  namesInColumn(steps.replace(variables, ''), 0).filter((name) => functions.has(name)),
);
const options = new Set(
  [...runtime, ...playbooks]
    .flatMap(({ script }) => script.commands)
    .filter(({ words }) => words[0]?.value === 'm_options')
    .flatMap(({ words }) => (words[1]?.value ?? '').split(' '))
    .map((option) => option.replace(/[=+]$/, '').replaceAll('-', '_')),
);
const ofOptions = (name: string): boolean => options.has(/^m_(?:o|has)_(\w+)$/.exec(name)?.[1] ?? '');

/** What the shell and the system's tools know by name, and what a step's own file defines again. */
const ofTheShell = new Set(['PATH', 'LC_ALL', 'IFS', 'PKG_PATH', 'PKG_REPOS']);
const hooks = new Set(['applies', 'undo', 'verify', 'muster_boot']);

function variablesOf({ script }: ShFile): string[] {
  return [...script.assignments, ...script.uses].map(({ name }) => name).filter((name) => /^m_/.test(name));
}

function callsOf({ script }: ShFile): string[] {
  return script.commands
    .flatMap((command) => invocationsOf(command))
    .flatMap(({ name, args }) => [name, ...args.map(({ value }) => value)])
    .filter((name) => name !== undefined && functions.has(name))
    .map((name) => name ?? '');
}

function problems(files: readonly ShFile[], find: (file: ShFile) => readonly string[]): string[] {
  return files.flatMap((each) => [...new Set(find(each))].map((name) => `${each.file}: ${name}`));
}

describe('the names of the runtime', () => {
  it('are in docs/steps.md if they are public, and only these', () => {
    const there = [...functions].filter(isPublic);
    expect(there).toContain('m_settled');
    expect(there.filter((name) => !documentedFunctions.has(name))).toEqual([]);
    const seen = runtime.flatMap(variablesOf).filter((name) => isPublic(name) && !ofOptions(name));
    expect([...new Set(seen)].toSorted()).toEqual([...documentedVariables].toSorted());
  });

  it('documents no function that does not exist', () => {
    const told = namesInColumn(steps, 0).filter((name) => isPublic(name) && !ofOptions(name));
    expect(told).toContain('m_hold');
    expect(told.filter((name) => !functions.has(name) && !documentedVariables.has(name))).toEqual([]);
  });

  it('begin with its prefixes, except resources, expectations and facts', () => {
    const resources = read('docs/reference/resources.md');
    const known = (name: string): boolean =>
      isPublic(name) ||
      isInside(name) ||
      hooks.has(name) ||
      documentedFunctions.has(name) ||
      new RegExp(`^## ${name}$`, 'm').test(resources) ||
      new RegExp(`\`${name}[ \`]`).test(steps);
    expect([...functions].filter((name) => !known(name))).toEqual([]);
    const outside = problems(runtime, ({ script }) =>
      script.assignments
        .map(({ name }) => name)
        .filter((name) => !isPublic(name) && !isInside(name) && !ofTheShell.has(name)),
    );
    expect(outside).toEqual([]);
  });

  it('are never shared by a public function and a foreign variable', () => {
    const both = [...functions].filter(
      (name) => isPublic(name) && runtime.flatMap(variablesOf).includes(name),
    );
    expect(both).toEqual([]);
  });
});

describe('playbooks', () => {
  it('call and read only public, documented names', () => {
    expect(playbooks.flatMap(callsOf)).toContain('m_settled');
    expect(
      problems(playbooks, (file) =>
        [...callsOf(file), ...variablesOf(file)].filter(
          (name) =>
            isInside(name) ||
            (isPublic(name) &&
              !documentedFunctions.has(name) &&
              !documentedVariables.has(name) &&
              !ofOptions(name)),
        ),
      ),
    ).toEqual([]);
  });

  it('call nothing internal in a text either', () => {
    const inTexts = playbooks.flatMap(({ file, script }) =>
      [...script.text.matchAll(/(?<![\w$])m__\w+/g)].map(([name]) => `${file}: ${name}`),
    );
    expect(inTexts).toEqual([]);
  });

  it('define no name that is the runtime’s', () => {
    expect(
      problems(playbooks, ({ script }) =>
        [...script.functions, ...script.assignments]
          .map(({ name }) => name)
          .filter((name) => /^m_/.test(name)),
      ),
    ).toEqual([]);
  });
});
