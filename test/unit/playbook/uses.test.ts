// `uses`: which libraries a playbook may use, and what is said of the others.
import { describe, expect, it } from 'vitest';
import { ConfigError, UsageError } from '../../../src/model/index.ts';
import {
  type LibraryFolder,
  type LibraryTree,
  parsePlaybook,
  type PlaybookTree,
} from '../../../src/playbook/index.ts';
import { treeOf } from './tree.ts';

type Texts = Readonly<Record<string, string | Uint8Array>>;

/** `playbooks/lib` with these libraries. */
function folderOf(libraries: Readonly<Record<string, Texts | UsageError>>): LibraryFolder {
  const byName = new Map<string, LibraryTree | UsageError>();
  for (const [name, given] of Object.entries(libraries)) {
    const texts = given instanceof UsageError ? {} : given;
    const files = Object.entries(texts).map(
      ([file, text]) => [file, { bytes: Buffer.from(text), executable: false }] as const,
    );
    const library = { directory: `playbooks/lib/${name}`, files: new Map(files) };
    byName.set(name, given instanceof UsageError ? given : library);
  }
  return { directory: 'playbooks/lib', names: Object.keys(libraries), byName };
}

const good = { net: { 'net.sh': 'dial() { :; }\n' } };

function tree(
  uses: string,
  libraries: Parameters<typeof folderOf>[0] = good,
  more: Readonly<Record<string, string>> = {},
): PlaybookTree {
  const text = `name: demo\nuses: ${uses}\nsteps:\n  - {id: package, script: steps/01-package.sh}\n`;
  return { ...treeOf(text, more), libraries: folderOf(libraries) };
}

/** What is wrong, as the operator reads it. */
function refusal(playbook: PlaybookTree): string {
  try {
    parsePlaybook(playbook);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return '';
}

describe('a library', () => {
  it('is sent below uses/, beside the files of the playbook', () => {
    const { files, libraries } = parsePlaybook(tree('[net]', good, { 'lib/own.sh': 'own() { :; }\n' }));
    expect([...files.keys()].filter((path) => path.endsWith('.sh'))).toEqual([
      'steps/01-package.sh',
      'steps/02-cage.sh',
      'lib/own.sh',
      'uses/net/net.sh',
    ]);
    expect(libraries).toMatchObject([
      { name: 'net', directory: 'playbooks/lib/net', from: { line: 2, column: 8 } },
    ]);
  });

  it('is not sent with a playbook that does not name it', () => {
    const playbook = parsePlaybook(tree('[]'));
    expect(playbook.libraries).toEqual([]);
    expect([...playbook.files.keys()]).not.toContain('uses/net/net.sh');
  });

  it.each([
    ['..', '".."'],
    ['../../etc', '"../../etc"'],
    ['a/b', '"a/b"'],
    ['.', '"."'],
    ['Net', '"Net"'],
    ["''", '""'],
    ['-x', '"-x"'],
  ])('is not called %s', (name, said) => {
    expect(refusal(tree(`[${name}]`))).toContain(
      `playbook.yaml:2:8: error[PLAYBOOK_LIBRARY_NAME]: ${said} is no name of a library`,
    );
  });

  it('that is missing is reported with the nearest name', () => {
    expect(refusal(tree('[nett]'))).toBe(
      'playbooks/demo/playbook.yaml:2:8: error[PLAYBOOK_LIBRARY_MISSING]: no library "nett" beside the playbook\n' +
        '    hint: did you mean "net"?',
    );
    expect(refusal(tree('[reading]'))).toContain('hint: libraries in playbooks/lib: net');
    expect(refusal({ ...tree('[reading]'), libraries: folderOf({}) })).toContain(
      'libraries in playbooks/lib: none',
    );
  });

  it('is missing, too, in a tree that was made without any', () => {
    const { directory, files } = tree('[net]');
    expect(refusal({ directory, files })).toContain('no library "net" beside the playbook');
  });

  it('that is named twice is reported once, at the second place', () => {
    expect(refusal(tree('[net, net]'))).toBe(
      'playbooks/demo/playbook.yaml:2:13: error[PLAYBOOK_LIBRARY_TWICE]: library "net" is listed twice\n' +
        '    hint: the first is on line 2',
    );
  });

  it('that cannot be read is reported at its name', () => {
    const why = new UsageError('PLAYBOOK_LIBRARY', 'playbooks/lib/net is reached through a link', {
      hint: 'h',
    });
    expect(refusal(tree('[net]', { net: why }))).toBe(
      'playbooks/demo/playbook.yaml:2:8: error[PLAYBOOK_LIBRARY]: playbooks/lib/net is reached through a link\n    hint: h',
    );
  });

  it.each(['README.md', 'more/net.sh', '.net.sh', 'net sh.sh', 'net\n.sh', '-.sh', `${'n'.repeat(90)}.sh`])(
    'holds no %j',
    (file) => {
      expect(refusal(tree('[net]', { net: { [file]: 'dial() { :; }\n' } }))).toContain(
        `playbook.yaml:2:8: error[PLAYBOOK_LIBRARY_FILE]: library "net" holds ${JSON.stringify(file)}`,
      );
    },
  );

  it('holds something', () => {
    expect(refusal(tree('[net]', { net: {} }))).toContain(
      'error[PLAYBOOK_LIBRARY_FILE]: library "net" holds no file\n    hint: put *.sh in playbooks/lib/net',
    );
  });

  it.each([
    ['Windows line ends', 'dial() { :; }\n\r\n', '2:1: error[PLAYBOOK_SCRIPT_CRLF]: Windows line ends'],
    ['bytes that are no UTF-8', Uint8Array.of(0x23, 0x0a, 0x23, 0xff), '2:2: error[CONFIG_ENCODING]'],
  ])('has no %s, reported at its own place', (_, text, said) => {
    expect(refusal(tree('[net]', { net: { 'net.sh': text } }))).toContain(`playbooks/lib/net/net.sh:${said}`);
  });

  it('has no file with the name of one of the playbook’s own', () => {
    expect(refusal(tree('[net]', good, { 'lib/net.sh': 'own() { :; }\n' }))).toContain(
      'playbook.yaml:2:8: error[PLAYBOOK_LIBRARY_COLLIDES]: library "net" and the playbook itself both have a file lib/net.sh',
    );
  });
});

describe('a function', () => {
  const twice = 'error[PLAYBOOK_FUNCTION_TWICE]: function "dial" is also defined in';

  it('is not in two libraries', () => {
    const libraries = { ...good, wire: { 'wire.sh': '# Wires.\n\ndial() { echo; }\n' } };
    expect(refusal(tree('[net, wire]', libraries))).toContain(
      `playbooks/lib/wire/wire.sh:3:1: ${twice} playbooks/lib/net/net.sh, line 1`,
    );
    expect(refusal(tree('[net]', libraries))).toBe('');
  });

  it('is not in two files of a library', () => {
    const net = { 'a.sh': 'dial() { :; }\n', 'b.sh': 'dial() { :; }\n' };
    expect(refusal(tree('[net]', { net }))).toContain(
      `playbooks/lib/net/b.sh:1:1: ${twice} playbooks/lib/net/a.sh, line 1`,
    );
  });

  it('is not in a library and the playbook’s own lib', () => {
    expect(refusal(tree('[net]', good, { 'lib/own.sh': '\ndial() { :; }\n' }))).toContain(
      `playbooks/demo/lib/own.sh:2:1: ${twice} playbooks/lib/net/net.sh, line 1`,
    );
  });

  it('may be written twice in one file, one way or the other', () => {
    const text = 'if [ -x /x ]; then dial() { :; }; else dial() { /x; }; fi\n';
    expect(refusal(tree('[net]', { net: { 'net.sh': text } }))).toBe('');
  });

  it('may be in two of the playbook’s own files', () => {
    const own = { 'lib/a.sh': 'own() { :; }\n', 'lib/b.sh': 'own() { :; }\n' };
    expect(refusal(tree('[net]', good, own))).toBe('');
  });
});

it('is reported with all others at once', () => {
  const libraries = { ...good, dup: { 'README.md': '', 'b.sh': 'dial() { :; }\r\n' } };
  const codes = [...refusal(tree('[net, nett, dup, net, ..]', libraries)).matchAll(/error\[(\w+)\]/g)];
  expect(codes.map((each) => each[1]).sort()).toEqual([
    'PLAYBOOK_FUNCTION_TWICE',
    'PLAYBOOK_LIBRARY_FILE',
    'PLAYBOOK_LIBRARY_MISSING',
    'PLAYBOOK_LIBRARY_NAME',
    'PLAYBOOK_LIBRARY_TWICE',
    'PLAYBOOK_SCRIPT_CRLF',
  ]);
});

it('may not be in the folder uses/NAME of a library, but in the rest of uses/', () => {
  const own = { 'uses/net/mine.sh': 'mine() { :; }\n', 'uses/notes.txt': '' };
  const text = 'name: demo\nsteps:\n  - {id: package, script: steps/01-package.sh}\n';
  expect(refusal(treeOf(text, own))).toBe(
    'playbooks/demo/uses/net/mine.sh:1:1: error[PLAYBOOK_LIBRARY_INSIDE]: ' +
      'uses/net/mine.sh is in the directory that is kept for libraries\n' +
      '    hint: libraries are in ../lib, beside the playbook; its own files belong in lib/',
  );
});
