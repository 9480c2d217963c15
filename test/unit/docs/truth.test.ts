// What documents say about the code, held against the code.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { exitCodes } from '../../../src/model/index.ts';
import { buildProgram } from '../../../src/cli/program.ts';
import { parseHostLine } from '../../../src/protocol/index.ts';

const root = join(import.meta.dirname, '../../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** The section under a heading, without code blocks, up to the next heading of the same or a higher level. */
function section(path: string, heading: string): string {
  const level = /^#+/.exec(heading)?.[0].length ?? 0;
  const text = read(path).replace(/^```[\s\S]*?^```/gm, '');
  const [, rest = ''] = text.split(`\n${heading}\n`);
  return rest.split(new RegExp(`^#{1,${String(level)}} `, 'm'))[0] ?? '';
}

/** First word in the first cell of each row of the tables whose first column is called `column`. */
function firstWords(text: string, column: string): string[] {
  const tables = text.split(/\n{2,}/).filter((part) => new RegExp(`^\\| ${column} +\\|`, 'm').test(part));
  return tables.flatMap((table) =>
    [...table.matchAll(/^\| +`?([^\s`|]+)/gm)].slice(2).map((match) => match[1] ?? ''),
  );
}

describe('docs/commands.md', () => {
  it('has the exit codes of cli/exit-code.ts, and no other', () => {
    const rows = section('docs/commands.md', '## Exit codes').matchAll(/^\| (\d+) +\| `(\w+)` +\|/gm);
    const table = Object.fromEntries([...rows].map(([, code, name]) => [name, Number(code)]));
    expect(table).toEqual(exitCodes);
  });

  it('names every command of the command line', () => {
    const program = buildProgram('', () => undefined);
    // Without those that are hidden, which completion asks.
    const visible = program.createHelp().visibleCommands(program);
    const commands = visible.map((command) => command.name()).filter((name) => name !== 'help');
    const told = firstWords(section('docs/commands.md', '## Commands'), 'command');
    expect(commands).toContain('rollback');
    expect(told.toSorted()).toEqual(commands.toSorted());
  });
});

describe('heads of resources', () => {
  const directory = join(root, 'src/host/resources');
  const files = readdirSync(directory).filter((file) => file.endsWith('.sh'));

  it.each(files)(
    '%s says what it is, how it is undone, an example, and from which release it works',
    (file) => {
      const lines = readFileSync(join(directory, file), 'utf8').split('\n');
      const head = lines.slice(
        0,
        lines.findIndex((line) => !line.startsWith('#')),
      );
      const name = file.replace(/\.sh$/, '');
      expect(head[0]).toMatch(new RegExp(`^# ${name} [A-Z]`));
      expect(head[1]).toBe('#');
      const labels = head.flatMap((line) => /^# (Undo|Example|Works on): \S/.exec(line)?.[1] ?? []);
      expect(labels).toEqual(['Undo', 'Example', 'Works on']);
      expect(head.find((line) => line.startsWith('# Example: '))).toMatch(new RegExp(`^# Example: ${name} `));
      expect(lines).toContain(`${name}() {`);
    },
  );

  it.each(files)('%s describes every option that it reads', (file) => {
    const text = readFileSync(join(directory, file), 'utf8');
    const spec = /^ {2}m_options '([^']*)'/m.exec(text)?.[1] ?? '';
    const [synopsis = ''] = text.split('\n');
    const told = [...synopsis.matchAll(/--([a-z-]+)/g)].map((match) => match[1]);
    const options = spec.split(' ').flatMap((word) => (word === '' ? [] : [word.replace(/[=+]$/, '')]));
    expect(options.toSorted()).toEqual([...new Set(told)].toSorted());
  });

  it.each(files)('%s is in the reference', (file) => {
    expect(read('docs/reference/resources.md')).toContain(`\n## ${file.replace(/\.sh$/, '')}\n`);
  });
});

describe('docs/steps.md', () => {
  it('describes every function of expect.sh that steps may call', () => {
    const functions = [...read('src/host/expect.sh').matchAll(/^([a-z]\w*)\(\) \{/gm)].map(
      (match) => match[1] ?? '',
    );
    const told = firstWords(section('docs/steps.md', '## Expectations and observations'), 'function');
    expect(functions).toContain('expect_socket');
    expect(told).toEqual(expect.arrayContaining(functions));
  });

  it('names only functions that the runtime has', () => {
    const runtime = readdirSync(join(root, 'src/host'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.sh'))
      .map((file) => read(join('src/host', file)))
      .join('\n');
    const defined = new Set([...runtime.matchAll(/^(\w+)\(\) \{/gm)].map((match) => match[1]));
    const told = ['## Expectations and observations', '## A resource of your own'].flatMap((heading) =>
      firstWords(section('docs/steps.md', heading), 'function'),
    );
    expect(told).toContain('m_settled');
    expect(told.filter((name) => !defined.has(name))).toEqual([]);
  });
});

describe('docs/protocol.md', () => {
  it('has every kind of event that the host emits, and no kind that the controller does not know', () => {
    const told = firstWords(section('docs/protocol.md', '## Events'), 'event');
    const emitted = readdirSync(join(root, 'src/host'))
      .filter((file) => file.endsWith('.sh'))
      .flatMap((file) => [...read(join('src/host', file)).matchAll(/\bm__emit ([a-z]+)/g)])
      .map((match) => match[1] ?? '');
    expect(told.toSorted()).toEqual([...new Set([...emitted, 'd'])].toSorted());
    expect(told.filter((kind) => parseHostLine(`${kind}|`).kind !== kind)).toEqual([]);
  });

  it('has every run setting that the bundle writes, and no other', () => {
    const settings = [...read('src/compile/bundle.ts').matchAll(/\['(m__\w+)'/g)].map((match) => match[1]);
    expect(settings).toContain('m__nonce');
    expect(firstWords(section('docs/protocol.md', '### Run settings'), 'variable')).toEqual(settings);
  });
});

describe('playbooks/caged-bind/docs', () => {
  const written = parse(read('playbooks/caged-bind/playbook.yaml')) as {
    readonly vars: Readonly<Record<string, { readonly default?: unknown }>>;
    readonly steps: readonly { readonly id: string }[];
  };

  it('has every var, with its default if that is a text', () => {
    const text = ['## Vars', '## Content']
      .map((heading) => section('playbooks/caged-bind/docs/vars.md', heading))
      .join('\n');
    expect(firstWords(text, 'var')).toEqual(Object.keys(written.vars));
    const rows = text.split('\n').map((row) => row.split('|').map((cell) => cell.trim().replaceAll('`', '')));
    for (const [name, { default: value }] of Object.entries(written.vars)) {
      if (typeof value !== 'string' || value === '') continue;
      expect(rows.find(([, cell]) => cell === name)?.[2]).toBe(value);
    }
  });

  it('has every step, in order', () => {
    expect(firstWords(section('playbooks/caged-bind/docs/steps.md', '## Steps'), 'step')).toEqual(
      written.steps.map(({ id }) => id),
    );
  });
});
