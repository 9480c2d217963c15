// Scripts without their comments do what they did, whatever stands in a quote or a here-document, and their lines have the same numbers.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isForPeople, leanFile } from '../../../src/compile/lean.ts';
import { readRuntime } from '../../../src/host/index.ts';
import { withoutComments } from '../../../src/sh/index.ts';

const root = join(import.meta.dirname, '../../..');
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** What bash has read of each text, as it prints functions: without comments, each command in its own way. */
function readByBash(texts: readonly string[]): string {
  const functions = texts.map((text, at) => `text${String(at)}() {\n:\n${text}\n}\n`);
  const { status, stdout, stderr } = spawnSync('bash', ['--norc'], {
    ...{ input: `${functions.join('')}declare -f`, encoding: 'utf8', maxBuffer: 1024 ** 3 },
  });
  expect([status, stderr]).toEqual([0, '']);
  // Comments of awk in quotes.
  return stdout.replaceAll(/^\s*#.*$\n?/gm, '').replaceAll(/^\s*\n/gm, '');
}

describe('a script of ours', () => {
  const runtime = [...readRuntime()].map(([path, bytes]) => [`runtime/${path}`, bytes] as const);
  const playbooks = join(root, 'playbooks');
  const scripts = readdirSync(playbooks, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.sh'))
    .map((path) => [path.replace(/^[^/]*/, 'playbook'), readFileSync(join(playbooks, path))] as const);
  const all = [...runtime, ...scripts];
  const lean = all.map(([path, bytes]) => textOf(leanFile(path, bytes)));

  it('is the same to sh without its comments, line by line', () => {
    const isSh = all.map(([path]) => path.endsWith('.sh'));
    const whole = all.map(([, bytes]) => textOf(bytes));
    expect(readByBash(lean.filter((_, at) => isSh[at]))).toBe(readByBash(whole.filter((_, at) => isSh[at])));
    for (const [at, text] of lean.entries()) {
      const lines = text.split('\n');
      const before = whole[at]?.split('\n') ?? [];
      expect(lines).toHaveLength(before.length);
      for (const [number, line] of lines.entries())
        if (line !== before[number])
          expect([line, before[number]]).toEqual(['', expect.stringMatching(/^\s*#/)]);
    }
  });

  it('of the runtime is read by lines as by the scanner, except comments of awk in quotes', () => {
    const read = runtime.map(([path, bytes], at) => {
      const scanned = withoutComments(textOf(bytes));
      return path.endsWith('.sh') && scanned !== lean[at]
        ? [path, scanned.replaceAll(/^\s*#.*$/gm, '') === lean[at]]
        : [];
    });
    expect(read.flat()).toEqual(['runtime/journals.sh', true, 'runtime/ticker.sh', true]);
  });

  it('of awk is still awk', () => {
    for (const [at, [path]] of all.entries()) {
      if (!path.endsWith('.awk')) continue;
      expect([path, lean[at]]).toEqual([path, expect.not.stringMatching(/^\s*#/m)]);
      // Nothing behind a backslash at a line end is a line of its own.
      expect([path, textOf(all[at]?.[1] ?? new Uint8Array())]).toEqual([
        path,
        expect.not.stringMatching(/\\\n\s*#/),
      ]);
    }
  });

  it('is scanned once for all hosts', () => {
    const [path, bytes] = all.at(-1) ?? ['', new Uint8Array()];
    expect(leanFile(path, bytes)).toBe(leanFile(path, bytes));
  });
});

const pieces = [
  '# a comment',
  '  \t# it\'s "odd" `x` $( (',
  "echo 'a\n# in quotes\nb'",
  'echo "a\n# in quotes $x\nb"',
  'cat <<E\n# in a document $x\n$(echo x\n# inside\n)\nE',
  "cat <<'E'\n# in a document $(\nE",
  'cat <<-E\n\t# tabs\n\tE',
  'cat <<A; cat <<"B"\n# one\nA\n# two\nB',
  'case b in\n  # before a pattern\n  a | b) echo a ;; # behind\n  # between\n  *) : ;;\nesac',
  'x=$(\n  # inside\n  echo a # b\n)\necho "$x"',
  'echo "$(\n# inside\necho c)"',
  'if true; then\n# then\n  :\nfi',
  'for x in a \\\n  # behind\ndo echo $x; done',
  'echo a \\\n# behind\necho b',
  'echo a\\\n#no comment',
  'echo "${y:-\n# in a value\n}"',
  'echo a#b $# ${#x} \\# "#" \'#\'',
  'x=`echo a\n# in backquotes\necho b`; echo "$x"',
  'x=`\n# in backquotes` ; echo "$x"',
  "awk 'BEGIN {\n# of awk\nprint 1 }'",
  'f() {\n  # body\n  echo f\n}\nf',
  '{ # open\n  echo a\n} # close',
  'true && # behind\n  # next\n  echo a',
  'echo a | # behind\n# next\ncat',
  'echo $LINENO',
  '',
];

describe('a script of anybody', () => {
  const shells = ['sh', 'bash', 'mksh', 'busybox'].filter(
    (shell) => spawnSync(shell, ['-c', ':']).status === 0 || shell === 'busybox',
  );
  const run = (shell: string, text: string): unknown => {
    const words = shell === 'busybox' ? ['busybox', 'sh'] : [shell];
    const { status, stdout, stderr } = spawnSync(words[0]!, [...words.slice(1), '-s'], {
      input: text,
      encoding: 'utf8',
    });
    return { status, stdout, stderr };
  };

  it.each(shells)('prints and does the same in %s, with any content', (shell) => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 14 }), (chosen) => {
        const text = `x=X\n${chosen.join('\n')}\necho $LINENO`;
        expect(run(shell, withoutComments(text))).toEqual(run(shell, text));
      }),
      { numRuns: 40, examples: [[pieces]] },
    );
  });

  it('keeps what is no comment, and whole lines only', () => {
    expect(withoutComments('#!/bin/sh\na # b\n  # c\n"\n# d"\n# e')).toBe('\na # b\n\n"\n# d"\n');
  });
});

describe('what is sent', () => {
  it('does not include files for people', () => {
    const files = ['README.md', 'LICENSE', 'playbook.yaml', 'tests/a.sh', 'docs/a', 'doc/x/y'];
    expect(files.filter((path) => !isForPeople(path))).toEqual([]);
    const needed = [
      'steps/a.sh',
      'lib/tests.sh',
      'files/README.md',
      'templates/docs/a',
      'uses/net/a.sh',
      'data',
    ];
    expect(needed.filter(isForPeople)).toEqual([]);
  });

  it('is unchanged if it is no script, and in files and templates', () => {
    const bytes = Buffer.from('# a\n');
    for (const path of [
      'playbook/files/a.sh',
      'playbook/templates/a.sh',
      'playbook/data',
      'steps',
      'exec/sh',
    ])
      expect(leanFile(path, bytes)).toBe(bytes);
    expect(textOf(leanFile('playbook/lib/a.sh', bytes))).toBe('\n');
  });
});
