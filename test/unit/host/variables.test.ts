// Temporaries of the runtime are local. What is not is a result or a state, and stands in one table of docs/host-side.md.
import { describe, expect, it } from 'vitest';
import type { Script } from '../../../src/sh/index.ts';
import { read, sectionOf, shFilesIn } from './scripts.ts';

const runtime = shFilesIn('src/host');

interface Row {
  readonly names: readonly string[];
  readonly setBy: readonly string[];
  readonly readIn: readonly string[];
}

const rows: readonly Row[] = sectionOf(read('docs/host-side.md'), '## Variables of the runtime')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, names = '', , setBy = '', readIn = '']) => ({
    names: wordsOf(names),
    setBy: wordsOf(setBy),
    readIn: wordsOf(readIn),
  }));

function wordsOf(cell: string): string[] {
  return cell.replaceAll('`', '').split(' ').toSorted();
}

/** Functions whose body is a subshell: nothing that they set is seen by anybody else. */
function isOfItsOwn(script: Script, name: string): boolean {
  return script.text.includes(`\n${name}() (\n`);
}

function localsOf(script: Script): ReadonlySet<string> {
  return new Set(
    script.commands
      .filter(({ words }) => words[0]?.value === 'local')
      .flatMap(({ words, inside }) => words.slice(1).map(({ prefix }) => `${inside ?? ''} ${prefix}`)),
  );
}

/** Variable of the inside to the functions that set it for others. */
function settersByVariable(): Map<string, Set<string>> {
  const setters = new Map<string, Set<string>>();
  for (const { script } of runtime) {
    const locals = localsOf(script);
    for (const { name, inside } of script.assignments) {
      if (inside === undefined || !name.startsWith('m__') || isOfItsOwn(script, inside)) continue;
      if (!locals.has(`${inside} ${name}`)) setters.set(name, (setters.get(name) ?? new Set()).add(inside));
    }
  }
  return setters;
}

function readersOf(names: readonly string[]): string[] {
  return runtime
    .filter(({ script }) => script.uses.some(({ name }) => names.includes(name)))
    .map(({ file }) => file.replace(/^src\/host\//, '').replace(/\.sh$/, ''))
    .toSorted();
}

describe('variables of the runtime', () => {
  const setters = settersByVariable();

  it('are local to the function that sets them, or in the table', () => {
    expect(setters.size).toBeGreaterThan(100);
    const told = rows.flatMap(({ names }) => names);
    expect([...setters.keys()].filter((name) => !told.includes(name))).toEqual([]);
    expect(told.filter((name) => !setters.has(name))).toEqual([]);
    expect(told.length).toBe(new Set(told).size);
  });

  it.each(rows)('$names: set and read by the listed functions', ({ names, setBy, readIn }) => {
    expect([...new Set(names.flatMap((name) => [...(setters.get(name) ?? [])]))].toSorted()).toEqual(setBy);
    expect(readersOf(names)).toEqual(readIn);
  });

  it('are declared without a value, and in the first lines', () => {
    const others = runtime.flatMap(({ file, script }) =>
      script.text
        .split('\n')
        .filter(
          (line, at, lines) =>
            /^\s*local /.test(line) &&
            !(/^ {2}local(?: m__\w+)+$/.test(line) && /\(\) \{$|^ {2}local /.test(lines[at - 1] ?? '')),
        )
        .map((line) => `${file}: ${line.trim()}`),
    );
    expect(others).toEqual([]);
  });

  it('are not declared if nothing uses them', () => {
    const unused = runtime.flatMap(({ file, script }) =>
      [...localsOf(script)]
        .map((key) => key.split(' '))
        .filter(([inside, name]) => {
          const both = [...script.assignments, ...script.uses].filter((each) => each.inside === inside);
          return both.filter((each) => each.name === name).length < 2 && !script.text.includes('eval');
        })
        .map(([inside, name]) => `${file}: ${String(inside)} ${String(name)}`),
    );
    expect(unused).toEqual([]);
  });
});
