// Each resource on its own: planned, applied, applied again, drifted, rolled back.
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { quote } from '../../src/sh/index.ts';
import { fileLives } from './file-lives.ts';
import { fingerprint } from './fingerprint.ts';
import { hostLives } from './host-lives.ts';
import { live } from './life.ts';
import { complaintsOf, scratchHost } from './scratch.ts';

describe('a resource on files', () => {
  it.each(fileLives.map((life) => [life.resource, life.title, life] as const))(
    '%s %s',
    async (_r, _t, life) => {
      await live(life, scratchHost());
    },
  );
});

describe('a resource on the system', () => {
  it.each(hostLives.map((one) => [one.resource, one.title, one] as const))(
    '%s %s',
    async (_r, _t, { life }) => {
      const host = scratchHost();
      await live(life(host), host);
    },
  );
});

describe('every resource', () => {
  it('has its tests here', () => {
    const folder = join(import.meta.dirname, '../../src/host/resources');
    const there = readdirSync(folder).map((file) => basename(file, '.sh'));
    const told = new Set([...fileLives, ...hostLives].map(({ resource }) => resource));
    expect(there.filter((resource) => !told.has(resource))).toEqual([]);
  });
});

describe('a resource that is as declared', () => {
  it.each([
    ['a line that lacks its newline', 'line "$root/f" --line x=1'],
    ['a line that is not to be there', 'line "$root/f" --line y --gone'],
    ['a line of a file that is not there', 'line "$root/no" --line y --gone'],
    ['a block of a file that is not there', 'block "$root/no" --id y --gone'],
    ['a variable that means the same', 'rc_conf x on --path "$root/f"'],
    ['a file that was to be made once', 'file "$root/f" --content other --once'],
    ['a copy that was to be made once', 'copy "$root/f" --from "$root/other" --once'],
    ['a stopped service that is not there', 'service_running x --state stopped --script "$root/no"'],
    ['a command that has nothing to do', 'command x --run false --unless true --irreversible'],
    ['a mode', 'mode_owner "$root/f" --mode 640'],
  ])('is left unchanged, without a receipt: %s', async (_title, state) => {
    const host = scratchHost();
    host.write('f', 'a\nx=1', 0o640);
    host.write('other', '');
    const before = fingerprint(host.root);
    const { result } = await host.run('apply', { steps: { only: `state() {\n${state}\n}\n` } });
    expect(result.outcome, complaintsOf(result)).toBe('ok');
    expect(fingerprint(host.root)).toEqual(before);
    expect(host.receipts()).toEqual([]);
  });
});

const strangeNames = [
  'a b',
  ' blanks at both ends ',
  "it's",
  '"quoted"',
  '$HOME ${x} $(y)',
  '`z`',
  'back\\slash\\n',
  'bar|s||',
  'Ánna 漢字 é',
  '-dash',
  '--',
  '*',
  '?x',
  '[a-z]*',
  'tab\there',
  'return\rhere',
  'bell\u0007escape\u001b[31m',
  '%s%n%%',
  ';&<>()',
  '#x',
  '~',
  '!bang',
  '{a,b}',
  "'",
  '\\',
  '.hidden',
];

describe('a name', () => {
  it('may hold anything but a newline, in files, directories, links and content', async () => {
    const host = scratchHost();
    const state = strangeNames.map((name) => {
      const directory = `"$root"/${quote(name)}`;
      return `directory ${directory} --mode 0700
file ${directory}/${quote(name)} --content ${quote(name)}
symlink ${directory}/link --to ${quote(name)}
copy ${directory}/${quote(`${name}2`)} --from ${directory}/${quote(name)} --mode 0600`;
    });
    await live(
      {
        resource: 'file',
        title: 'names',
        state: state.join('\n'),
        after: () => {
          for (const name of strangeNames) expect(host.read(`${name}/${name}`)).toBe(`${name}\n`);
          for (const name of strangeNames) expect(host.read(`${name}/link`)).toBe(`${name}\n`);
        },
        drift: () => {
          host.write('*/*', 'something else');
        },
      },
      host,
    );
  });
});

describe('a declaration that cannot be right', () => {
  it.each([
    ['a newline in a path', `file "$root/a\nb" --content x`, /holds a newline/],
    ['a path that is not absolute', 'file a --content x', /does not start with a slash/],
    ['a path with dots', 'absent "$root/d/../f"', /plain form/],
    ['a path with a slash at the end', 'directory "$root/d/"', /plain form/],
    ['an option that is not there', 'file "$root/x" --contents x', /unknown option --contents/],
    ['an option without its value', 'file "$root/x" --content', /needs a value/],
    ['a mode in letters', 'file "$root/x" --content x --mode u+x', /octal digits/],
    ['a directory that is not there', 'file "$root/no/x" --content x', /declare it first/],
    ['a user that is not there', 'file "$root/x" --content x --owner nobody-here', /no user 'nobody-here'/],
    ['a file where a directory is', 'file "$root/d" --content x', /something else is there \(a dir\)/],
    ['a directory where a file is', 'directory "$root/f"', /something else is there \(a file\)/],
    ['a file through a link', 'file "$root/l" --content x', /symbolic link/],
    ['a link where a file is', 'symlink "$root/f" --to x', /something else is there/],
    ['a directory that is not empty', 'absent "$root/d"', /not empty, it holds in/],
    ['a copy of nothing', 'copy "$root/x" --from "$root/no"', /there is no file/],
    [
      'content that is refused',
      `file "$root/f" --content bad --validate 'grep good %s'`,
      /refuses the new content/,
    ],
    ['a line with a newline', `line "$root/f" --line 'a\nb'`, /newline/],
    ['a line in a binary file', 'line "$root/bytes" --line x', /NUL bytes/],
    ['a block with a marker in it', `block "$root/f" --id x --content '# muster: end x'`, /marker line/],
    ['a block that was left open', 'block "$root/open" --id x --content y', /has no end/],
    ['a variable without a name', 'rc_conf 1x y --path "$root/f"', /no variable name/],
    ['a variable over several lines', 'rc_conf a b --path "$root/lines"', /several lines/],
    [
      'a variable below one that is not there',
      'rc_conf a b --after z --path "$root/f"',
      /has no line for 'z'/,
    ],
    ['a command without a question', `command x --run true --undo true`, /--run and --unless/],
    ['a command without an undo', `command x --run true --unless false`, /--undo, or say --irreversible/],
    ['a command that does not help', `command x --run true --unless false --undo true`, /had no effect/],
    [
      'no consent to what cannot be undone',
      `command x --run true --unless false --irreversible`,
      /does not allow that/,
    ],
    ['a service without a script', 'service_running x --script "$root/no"', /there is no rc script/],
    ['a pattern that leaves its directory', `directory "$root/t" --transient '../*'`, /slash/],
  ])('fails: %s', async (_title, state, reason) => {
    const host = scratchHost();
    host.write('f', 'old\n');
    host.write('d/in', 'x');
    host.write('bytes', Uint8Array.from([97, 0, 98]));
    host.write('open', '# muster: begin x\nold\n');
    host.write('lines', 'a="one\ntwo"\n');
    const { symlinkSync } = await import('node:fs');
    symlinkSync('f', host.path('l'));
    const before = fingerprint(host.root);
    const { result } = await host.run('apply', { steps: { only: `state() {\n${state}\n}\n` } });
    expect(result.outcome, complaintsOf(result)).toBe('failed');
    expect(result.steps[0]?.reason).toMatch(reason);
    expect(fingerprint(host.root)).toEqual(before);
  });
});
