// The prose lint: each rule refuses a planted sentence at its line, and no document has a finding.
import { describe, expect, it } from 'vitest';
import { complaintsOf, proseFiles, refusedIn, refusedInSource } from '../../../scripts/prose.mjs';

const words = (count: number): string => `It ${Array.from({ length: count - 1 }, () => 'runs').join(' ')}.`;

describe('the prose lint', () => {
  it.each([
    ['What is missing is told at the line of the inventory.', 'is told'],
    ['The port is 53 unless told.', 'unless told'],
    ['This page tells of the wire.', 'tells of'],
    ['A lock comes in when two runs meet.', 'comes in when'],
    ['A question goes over UDP.', 'goes over'],
    ['An existing user is right as it stands.', 'is right as'],
    ['It puts up with a short name.', 'puts up with'],
    ['The run is taken back.', 'taken back'],
    ['A failed step takes the whole run back.', 'takes the whole run back'],
    ['The old one serves again.', 'serves again'],
    ['At no time are fewer than two left.', 'At no time'],
    ['It shows how each host fared.', 'fared'],
    ['A user keeps his shell.', 'his'],
    ['It locks out whoever runs it.', 'whoever'],
    ['Who is there already stays.', 'Who is there already stays.'],
    ['So that it runs, it is copied.', 'So that it runs, it is'],
    ['Where it is missing, it is made.', 'Where it is missing, it is'],
    [words(41), 'It runs runs runs runs runs'],
  ])('refuses %j and names its line', (sentence, found) => {
    const text = `# A title\n\nOne line is fine,\nand this one. ${sentence}\n`;
    expect(refusedIn(text)).toEqual([{ line: 4, rule: expect.any(String), found }]);
  });

  it('accepts a question, a sentence of 40 words, code and examples', () => {
    const fence = '```';
    const text = `# Who runs it?\n\n${words(40)} Say \`is told\`.\n\n${fence}\nhe is told\n${fence}\n\nIt is taken\nout.\n`;
    expect(refusedIn(text)).toEqual([]);
  });

  it('counts the words of an item, not of a list, and reads cells', () => {
    const list = `It refuses:\n\n- ${words(30)}\n- ${words(30)}\n`;
    expect(refusedIn(list)).toEqual([]);
    const [found] = refusedIn('| a | b |\n| - | - |\n| `x` | is told |\n');
    expect(found).toMatchObject({ line: 3, found: 'is told' });
  });

  it.each([
    ['TypeScript in a string', 'a.ts', "const a = 1;\nfail('the run was taken back');\n", 2, 'taken back'],
    ['a template', 'a.ts', '\nfail(`the ${file} is told to you`);\n', 2, 'is told'],
    ['a sum of strings', 'a.ts', "\nfail('the whole run was ' +\n  'taken back');\n", 2, 'taken back'],
    ['what a template puts in', 'a.ts', "\nfail(`${bad ? 'all of it is told' : ''}`);\n", 2, 'is told'],
    ['a comment', 'a.ts', '/**\n * A host\n * is told of it.\n */\nlet a;\n', 3, 'is told'],
    ['text of a page', 'a.tsx', 'const a = (\n<p>the run was taken back</p>);\n', 2, 'taken back'],
    ['a message of sh', 'a.sh', 'a=1\nfail "the run $m_run was taken back"\n', 2, 'taken back'],
    ['a comment of sh', 'a.sh', "a='# x'\nb=2 # it is told\n", 2, 'is told'],
    ['a comment of a program in quotes', 'a.sh', "awk '\n  # it is told\n  { print }'\n", 2, 'is told'],
    ['a comment of C', 'a.c', "/* One.\n * It is told.\n */\nint a = '\"';\n", 2, 'is told'],
    ['a message of C', 'a.c', '/* A \" of a comment. */\nputs("the run was taken back");\n', 2, 'taken back'],
    ['a program without an ending', 'bin/a', '#!/bin/sh\n# it is told\n', 2, 'is told'],
    ['a title of a test', 'test/a.test.ts', "\nit('is told once', () => {});\n", 2, 'is told'],
    ['a title of a table', 'test/a.test.ts', 'it.each([1])(\n  `is told ${a}`, f);\n', 2, 'is told'],
    ['a comment of a test', 'test/a.test.ts', '// It is told.\nlet a;\n', 1, 'is told'],
    ['a description', 'a.yaml', "vars:\n  a: { description: 'The run is taken back' }\n", 2, 'taken back'],
  ])('reads %s', (_, file, source, line, found) => {
    expect(refusedInSource(file, source)).toContainEqual({ line, rule: expect.any(String), found });
  });

  it.each([
    ['names and keys', 'a.ts', "const told = ['is told', 'whoever'];\n"],
    ['code in a comment', 'a.ts', '/** The text `is told` stays. */\nlet a;\n'],
    ['queries and programs', 'a.ts', `const a = 'SELECT a FROM b WHERE ${words(50)}';\n`],
    ['a description without a verb', 'a.ts', '/** Where the history is. */\nlet a;\n'],
    ['words of sh outside of quotes', 'a.sh', 'is told by whoever goes\n'],
    ['examples in a test', 'test/a.test.ts', "it('fails', () => fail('the run was taken back'));\n"],
    ['columns', 'a.sh', `#   name   ${words(30)}\n#   other  ${words(30)}\n`],
  ])('accepts %s', (_, file, source) => {
    expect(refusedInSource(file, source)).toEqual([]);
  });

  it.each(['Where it is missing, it is made.', 'Who only looks borrows nothing.'])(
    'refuses %j as a comment',
    (words) => {
      expect(refusedInSource('a.ts', `/** ${words} */\nlet a;\n`)).toHaveLength(1);
    },
  );

  it('reads what people read', () => {
    expect(proseFiles()).toEqual(
      expect.arrayContaining([
        'README.md',
        'docker/netbsd-host/rootfs/etc/rc.d/named',
        'docker/netbsd-host/src/screen.h',
        'docs/reference/cli.md',
        'playbooks/caged-bind/README.md',
        'playbooks/caged-bind/playbook.yaml',
        'src/cli/program.ts',
        'src/host/steps.sh',
        'src/page/app.tsx',
        'test/sh/scratch.ts',
      ]),
    );
  });

  it.each(proseFiles().filter((file) => file.endsWith('.md')))('finds nothing in %s', (file) => {
    expect(complaintsOf(file)).toEqual([]);
  });
});
