// What was looked at at once is what a look of its own says: whatever a path is called, and whatever is there.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { allShells, bareRuntime, quotedBytes } from './bare-runtime.ts';

const shells = allShells.filter((shell) => existsSync(shell.split(' ')[0] ?? ''));
const isRoot = process.getuid?.() === 0;

interface Entry {
  readonly name: Buffer;
  readonly kind: 'file' | 'dir' | 'link' | 'pipe' | 'device';
  readonly mode: number;
  readonly target: Buffer;
}

function make(directory: string, { name, kind, mode, target }: Entry): Buffer {
  const path = Buffer.concat([Buffer.from(`${directory}/`), name]);
  if (kind === 'link') {
    symlinkSync(target, path);
    return path;
  }
  if (kind === 'dir') mkdirSync(path);
  else if (kind === 'file') writeFileSync(path, target);
  else {
    // The tool takes no bytes as an argument, but a name that is moved.
    const plain = join(directory, 'made');
    execFileSync(
      kind === 'pipe' || !isRoot ? 'mkfifo' : 'mknod',
      kind === 'pipe' || !isRoot ? [plain] : [plain, 'c', '7', '9'],
    );
    execFileSync(
      'sh',
      ['-c', 'exec 0<&-; eval "mv $1 $2"', 'sh', plain, quotedBytes(path).toString('latin1')],
      {
        stdio: 'ignore',
      },
    );
    if (!existsSync(path)) return path;
  }
  chmodSync(path, mode);
  return path;
}

/** Asks for each path twice, with and without what is known, and says where the answers differ. */
const asking = `ask() {
  m__forget_ways
  m_type= m_state= m_target= m_foreign= m_real= m_missing= m_digest_value= m_hold_why= m__bytes=
  m_look "$1"
  said="$m_type $m_mode $m_uid $m_gid $m_links $m__bytes"
  ! [ -h "$1" ] || { m_link_target "$1"; said="$said > $m_target"; }
  m_walk "$1"; said="$said walk $? $m_foreign $m_real $m_missing $m_hold_why"
  [ "$m_type" != file ] || { m_digest "$1"; said="$said $m_digest_value"; }
  case $m_type in other) ;; *) m_print "$1"; said="$said print $m_state" ;; esac
}
both() {
  m__looked=$all
  if m__recall "$1"; then known=$((known + 1)); fi
  ask "$1"
  one=$said
  m__looked=0
  ask "$1"
  [ "$one" = "$said" ] || printf 'DIFFERENT: %s\\n1: %s\\n2: %s\\n' "$1" "$one" "$said"
}
known=0
m__prime_looks
m__begin_state
`;

function differences(shell: string, directory: string, entries: readonly Entry[], path?: string): string {
  const words = entries.map((entry) => quotedBytes(make(directory, entry)));
  const list = Buffer.concat(words.flatMap((word) => [Buffer.from(' '), word]));
  const each = words.flatMap((word) => [Buffer.from('both '), word, Buffer.from('\n')]);
  const text = [
    asking,
    'm_look_ahead',
    list,
    '\nm_digest_ahead',
    list,
    '\nall=$m__looked\n',
    ...each,
    'echo "known: $known"\n',
  ];
  return bareRuntime('plan').run(Buffer.concat(text.map((part) => Buffer.from(part))), {
    shell,
    ...(path === undefined ? {} : { path }),
  });
}

function freshDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'muster-looked-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
const names = [
  'plain',
  'a b',
  ' lead',
  'trail ',
  "it's",
  '"',
  '-n',
  '--',
  '*[a]?',
  '$x',
  '`',
  '\\',
  'a -> b',
  '+',
  '\xff\xfe',
  'd\xc3\xa9',
  'two\nlines',
  'tab\tbed',
  '.dot',
  '~',
  '#',
  '%s',
  'x\n',
  ';',
  '|',
  '(',
  '&',
  '!',
];
const targets = [
  'plain',
  '/abs/a b',
  ' blanks ',
  'a -> b',
  ' -> ',
  'two\nlines',
  'ends\n',
  "it's",
  '\xff',
  '*',
  'x\n-rw-r--r-- 1 0 0 1 Jan 1 00:00 /etc',
];
const modes = [0o644, 0o600, 0o755, 0o4755, 0o2755, 0o1777, 0o6711, 0o0, 0o7000, 0o2644, 0o1644];

describe('a look at many paths', () => {
  it.each(shells)('gives what a single look gives, in %s', (shell) => {
    const kinds = ['file', 'dir', 'link', 'pipe', 'device'] as const;
    const entries = names.flatMap((name, index) =>
      [kinds[index % 5], kinds[(index + 2) % 5]].map((kind = 'file', at) => ({
        name: bytes(`${name}${String(at)}${name.endsWith(' ') ? ' ' : ''}`),
        kind,
        mode: modes[(index + at) % modes.length] ?? 0o644,
        target: bytes(targets[(index + at) % targets.length] ?? ''),
      })),
    );
    const said = differences(shell, freshDirectory(), entries);
    expect(said).toMatch(/^known: [23]\d\n$/);
  });

  it('gives the same for any names and modes', () => {
    const name = fc
      .uint8Array({ minLength: 1, maxLength: 12 })
      .map((codes) => Buffer.from(codes.map((code) => (code === 0 || code === 47 ? 45 : code))))
      .filter((one) => !['.', '..'].includes(one.toString('latin1')));
    const entry = fc.record({
      name: fc.oneof(name, fc.constantFrom(...names.map((text) => bytes(text)))),
      kind: fc.constantFrom('file' as const, 'dir' as const, 'link' as const),
      mode: fc.integer({ min: 0, max: 0o7777 }),
      target: fc.oneof(name, fc.constantFrom(...targets.map((text) => bytes(text)))),
    });
    const some = fc.uniqueArray(entry, {
      minLength: 1,
      maxLength: 20,
      selector: (one) => one.name.toString('latin1'),
    });
    fc.assert(
      fc.property(some, fc.constantFrom(...shells), (entries, shell) => {
        expect(differences(shell, freshDirectory(), entries)).toMatch(/^known: \d+\n$/);
      }),
      { numRuns: 10 },
    );
  });

  it.each(['+', '.', '@'])('reads a mode with %s after it', (sign) => {
    const directory = freshDirectory();
    mkdirSync(join(directory, 'bin'));
    writeFileSync(
      join(directory, 'bin/ls'),
      `#!/bin/sh\n/bin/ls "$@" | sed 's/^\\([-dl][^ ]*\\)/\\1${sign}/'\n`,
      { mode: 0o755 },
    );
    const entries = modes.map((mode, index) => ({
      name: bytes(String(index)),
      kind: 'file' as const,
      mode,
      target: bytes(''),
    }));
    const said = differences(
      '/bin/dash',
      directory,
      entries,
      `${directory}/bin:${process.env['PATH'] ?? ''}`,
    );
    expect(said).toBe(`known: ${String(modes.length)}\n`);
  });

  it('ignores lines in the text of a link', () => {
    const directory = freshDirectory();
    const at = (name: string): string => join(directory, name);
    writeFileSync(at('victim'), 'secret', { mode: 0o600 });
    writeFileSync(at('swapped'), '');
    mkdirSync(at('bin'));
    // What another account does between the moment in which it was a file and that in which ls looks.
    const forged = `x\n-rwxr-xr-x 1 0 0 5 Jan  1 00:00 ${at('victim')}`;
    writeFileSync(
      at('bin/ls'),
      `#!/bin/sh\nrm -f ${at('swapped')}; ln -s '${forged}' ${at('swapped')}\nexec /bin/ls "$@"\n`,
      { mode: 0o755 },
    );
    const said = bareRuntime('plan').run(
      `m__prime_looks; m__read_looks
m_look_ahead ${at('victim')} ${at('swapped')}
! m__recall ${at('victim')} || echo known
m_look ${at('victim')}
echo "$m_type $m_mode"
`,
      { path: `${at('bin')}:${process.env['PATH'] ?? ''}` },
    );
    expect(said).toBe('file 0600\n');
  });

  it('ignores all links if lines and links differ in number', () => {
    const directory = freshDirectory();
    const at = (name: string): string => join(directory, name);
    symlinkSync('real', at('root-link'));
    symlinkSync(`x\nlrwxrwxrwx 1 0 0 5 Jan  1 00:00 ${at('root-link')} -> /evil`, at('his-link'));
    const said = bareRuntime('plan').run(`m__prime_looks; m__read_looks
m_look_ahead ${at('root-link')} ${at('his-link')}
m_link_target ${at('root-link')}
echo "$m_target"
`);
    expect(said).toBe('real\n');
  });
});
