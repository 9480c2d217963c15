// What people bring and YAML takes for something else: each rule holds for every file that is parsed here.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { decodeText, parseDocument } from '../../../src/document/index.ts';
import { ConfigError, formatIssue } from '../../../src/model/errors.ts';
import { parseInventory } from '../../../src/inventory/index.ts';
import { parsePlaybook } from '../../../src/playbook/index.ts';
import { treeOf } from '../playbook/tree.ts';

const schema = z.strictObject({
  text: z.string().optional(),
  number: z.int().optional(),
  truth: z.boolean().optional(),
  names: z.record(z.string(), z.strictObject({ text: z.string().optional() }).nullish()).optional(),
  list: z.array(z.string()).optional(),
});

function problems(text: string): string[] {
  return said(() => parseDocument({ file: 'f.yaml', text }, schema));
}

function said(parse: () => unknown): string[] {
  try {
    parse();
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.issues.map(formatIssue);
  }
}

describe('what is refused, with what to do about it', () => {
  it.each([
    [
      'a merge key',
      'names:\n  a: &a {text: x}\n  b:\n    <<: *a\n',
      '4:5: error[CONFIG_MERGE_KEY]',
      'YAML 1.1',
    ],
    ['a second document', 'text: x\n---\ntext: y\n', '2:1: error[CONFIG_DOCUMENTS]', 'two documents'],
    ['a third document', 'text: x\n---\n- a\n---\n- b\n', '2:1: error[CONFIG_DOCUMENTS]', '3 documents'],
    ['another document after dots', 'text: x\n...\ntext: y\n', '3:1: error[CONFIG_DOCUMENTS]', 'keep one'],
    ['the rules of YAML 1.1', '%YAML 1.1\n---\ntext: no\n', '1:1: error[CONFIG_VERSION]', 'remove the line'],
    ['null for a text', 'text: null\n', '1:7: error[CONFIG_TYPE]', "in quotes for a text, 'null'"],
    ['null in a list', 'list: [null, urandom]\n', '1:8: error[CONFIG_TYPE]', "in quotes for a text, 'null'"],
    ['a tilde for a text', 'text: ~\n', '1:7: error[CONFIG_TYPE]', '~ stands for nothing in YAML'],
    ['an empty entry', 'list:\n  - a\n  -\n', '3:4: error[CONFIG_TYPE]', 'remove the entry'],
    ['a number that loses a zero', 'text: 1.10\n', '1:7: error[CONFIG_TYPE]', "put it in quotes: '1.10'"],
    ['a hexadecimal number', 'text: 0x1f\n', '1:7: error[CONFIG_TYPE]', "put it in quotes: '0x1f'"],
    ['a truth for a text', 'text: True\n', '1:7: error[CONFIG_TYPE]', "put it in quotes: 'True'"],
    ['an octal mode', 'text: 0644\n', '1:7: error[CONFIG_NUMBER]', "in quotes for a text, '0644'"],
    ['an octal number', 'number: 0755\n', '1:9: error[CONFIG_NUMBER]', 'write 755 for the number'],
    ['yes for a truth', 'truth: yes\n', '1:8: error[CONFIG_TYPE]', 'write true'],
    ['Off for a truth', 'truth: "Off"\n', '1:8: error[CONFIG_TYPE]', 'write false, without quotes'],
    ['a number in quotes', 'number: "22"\n', '1:9: error[CONFIG_TYPE]', 'write 22, without quotes'],
    ['a number with lines in it', 'number: 1_000\n', '1:9: error[CONFIG_TYPE]', 'write 1000'],
    ['a list of names for keys', 'names: [a, b]\n', '1:8: error[CONFIG_TYPE]', 'as a key on a separate line'],
    ['a name for keys', 'names: a\n', '1:8: error[CONFIG_TYPE]', 'write it as a key, with a colon: `a:`'],
    ['a text for a list', 'list: a\n', '1:7: error[CONFIG_TYPE]', 'write a list in brackets: [a]'],
    ['no space behind a colon', 'names: {a: {text:x}}\n', '1:13: error[CONFIG_UNKNOWN_KEY]', 'text: x'],
    [
      'a key without a space',
      'names:\n  a:\n    text:x\n    b: 1\n',
      '3:5: error[CONFIG_SYNTAX]',
      'a colon and a space',
    ],
    ['a range in braces', 'names: { a[1-3]: }\n', '1:11: error[CONFIG_SYNTAX]', 'needs quotes'],
    ['a star', 'list: [*.example.net]\n', '1:8: error[CONFIG_SYNTAX]', "'*.example.net'"],
    ['an at sign', 'list: [@auth]\n', '1:8: error[CONFIG_SYNTAX]', 'put the text in quotes'],
    ['two colons in a line', 'text: a: b\n', '1:7: error[CONFIG_SYNTAX]', 'needs quotes'],
    ['a tab', 'names:\n  a:\n\t  text: x\n', '3:1: error[CONFIG_SYNTAX]', 'indent with spaces'],
    ['a no-break space', 'names:\n\u00a0 a:\n', '2:1: error[CONFIG_KEY_CHARACTER]', 'type the line again'],
    ['a zero-width space', 'te\u200bxt: x\n', '1:1: error[CONFIG_KEY_CHARACTER]', 'U+200B'],
    [
      'a byte order mark in the middle',
      'text: x\n\ufefflist: []\n',
      '2:1: error[CONFIG_CHARACTER]',
      'U+FEFF',
    ],
    ['a NUL', 'text: "a\0b"\n', '1:9: error[CONFIG_CHARACTER]', 'U+0000'],
    ['an escape of a terminal', 'text: \u001b[31mx\n', '1:7: error[CONFIG_CHARACTER]', 'U+001B'],
    ['line ends of an old Mac', 'text: x\rnumber: 1\r', '1:8: error[CONFIG_CHARACTER]', 'LF'],
    [
      'an alias inside itself',
      'names:\n  a: &a\n    b: *a\n',
      '3:8: error[CONFIG_SYNTAX]',
      'inside the value that it stands for',
    ],
    ['curly quotes', 'names: “a”\n', '1:8: error[CONFIG_TYPE]', 'write it as a key'],
  ])('%s', (_, text, place, words) => {
    const found = problems(text);
    expect(found.filter((issue) => issue.startsWith(`f.yaml:${place}`))).toHaveLength(1);
    expect(found.join('\n')).toContain(words);
  });

  it('anything nested deeper than a real file', () => {
    const deep = `text: ${'['.repeat(200)}${']'.repeat(200)}\n`;
    expect(problems(deep)).toEqual([
      'f.yaml:1:107: error[CONFIG_DEPTH]: more than 100 lists and mappings inside each other',
    ]);
  });

  it('aliases that double from line to line, at the first one over the limit', () => {
    const lines = Array.from({ length: 40 }, (_, at) => `  a${at + 1}: &a${at + 1} [*a${at}, *a${at}]`);
    const found = problems(`names:\n  a0: &a0 x\n${lines.join('\n')}\n`);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/error\[CONFIG_SYNTAX\]: the aliases expand to more than \d+ values here/);
  });

  it('everything at once, each problem once', () => {
    const text = 'text: 0644\nlist: &l [~]\nnames:\n  a: {<<: *l, text: *l}\n---\nx: 1\n';
    expect(problems(text).map((issue) => issue.split(': ', 2).join(': '))).toEqual([
      'f.yaml:1:7: error[CONFIG_NUMBER]',
      'f.yaml:2:11: error[CONFIG_TYPE]',
      'f.yaml:4:7: error[CONFIG_MERGE_KEY]',
      'f.yaml:4:21: error[CONFIG_TYPE]',
      'f.yaml:5:1: error[CONFIG_DOCUMENTS]',
    ]);
  });
});

describe('what means what it says', () => {
  it.each([
    ['Windows line ends', 'text: x\r\nlist:\r\n  - a\r\n', { text: 'x', list: ['a'] }],
    ['a byte order mark', '\uFEFFtext: x\n', { text: 'x' }],
    ['no, as a text', 'text: no\nlist: [on, Off, y]\n', { text: 'no', list: ['on', 'Off', 'y'] }],
    [
      'times and dates',
      'list: [12:30:45, 2026-11-28, 1_000]\n',
      { list: ['12:30:45', '2026-11-28', '1_000'] },
    ],
    ['an octal number of YAML 1.2', 'number: 0o644\n', { number: 420 }],
    ['a document between its markers', '---\ntext: x\n...\n', { text: 'x' }],
    ['an empty document beside it', '# first\n---\ntext: x\n---\n', { text: 'x' }],
    ['JSON with tabs', '{\n\t"text": "x",\n\t"list": []\n}\n', { text: 'x', list: [] }],
    [
      'keys that look like values',
      'names: {0644: , 1.10: , null: , yes: }\n',
      { names: { '0644': null, '1.10': null, null: null, yes: null } },
    ],
    ['escapes in quotes', 'text: "a\\x07\\u00a0"\n', { text: 'a\u0007\u00a0' }],
    [
      'each alias with a copy of its own',
      'list: &l [a]\nnames: {b: &b {text: x}, c: *b}\n',
      { list: ['a'], names: { b: { text: 'x' }, c: { text: 'x' } } },
    ],
  ])('%s', (_, text, value) => {
    expect(parseDocument({ file: 'f.yaml', text }, schema).value).toEqual(value);
  });

  it('a line of a million characters', () => {
    const long = 'x'.repeat(1_000_000);
    expect(parseDocument({ file: 'f.yaml', text: `text: ${long}\n# ${long}\n` }, schema).value.text).toBe(
      long,
    );
  });

  it('any name as its own key, or an error at that name', () => {
    const name = fc.oneof(
      fc.constantFrom(
        ...Object.getOwnPropertyNames(Object.prototype),
        'prototype',
        'then',
        'length',
        '0',
        '-1',
      ),
      fc.stringMatching(/^[a-z_]{1,12}$/),
    );
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 8 }), (names) => {
        const text = `names:\n${names.map((each) => `  ${each}: {text: of ${each}}\n`).join('')}`;
        const bad = names.indexOf('__proto__');
        if (bad >= 0) {
          expect(problems(text)).toEqual([
            `f.yaml:${bad + 2}:3: error[CONFIG_KEY]: "__proto__" cannot be a name\n    hint: names begin with a letter or a digit`,
          ]);
          return;
        }
        const { value } = parseDocument({ file: 'f.yaml', text }, schema);
        expect(new Map(Object.entries(value.names ?? {}))).toEqual(
          new Map(names.map((each) => [each, { text: `of ${each}` }])),
        );
      }),
    );
  });
});

describe('bytes', () => {
  it.each([
    ['UTF-16 with a mark', [0xff, 0xfe, 0x61, 0x00], '1:1', 'UTF-16'],
    ['UTF-16 the other way round', [0xfe, 0xff, 0x00, 0x61], '1:1', 'UTF-16'],
    ['UTF-16 without a mark', [0x61, 0x00, 0x62, 0x00], '1:1', 'UTF-16'],
    ['UTF-32', [0x61, 0x00, 0x00, 0x00], '1:1', 'UTF-32'],
    ['Latin-1', [...Buffer.from('a: 1\nb: '), 0xe9, 0x0a], '2:4', 'not UTF-8'],
    ['a text that is cut in a letter', [...Buffer.from('a: 1\nb: é').subarray(0, -1)], '2:4', 'not UTF-8'],
  ])('that are %s are refused at their place', (_, bytes, place, words) => {
    const found = said(() => decodeText('f.yaml', Uint8Array.from(bytes)));
    expect(found).toEqual([expect.stringContaining(words)]);
    expect(found[0]).toMatch(
      new RegExp(`^f\\.yaml:${place}: error\\[CONFIG_ENCODING\\].*\\n.*save it as UTF-8`),
    );
  });

  it('that are UTF-8 are the text, whatever it is', () => {
    const text = fc.string({ unit: 'binary' }).filter((each) => !each.includes('\0'));
    fc.assert(
      fc.property(text, (each) => {
        expect(decodeText('f', new TextEncoder().encode(each)).text).toBe(each);
      }),
    );
  });
});

describe('the same rules in each format', () => {
  const broken = [
    ['CONFIG_MERGE_KEY', 'vars: {<<: {a: 1}}'],
    ['CONFIG_DOCUMENTS', '---\nvars: {}'],
    ['CONFIG_KEY', 'vars: {__proto__: 1}'],
    ['CONFIG_DUPLICATE_KEY', 'vars: {}\nvars: {}'],
    ['CONFIG_NUMBER', 'vars: {a: 007}'],
    ['CONFIG_CHARACTER', 'description: \u0007'],
  ] as const;

  it.each(broken)('%s in an inventory and in a playbook', (code, lines) => {
    const inventory = said(() => parseInventory({ file: 'i.yaml', text: `hosts: {ns1: }\n${lines}\n` }));
    expect(inventory.join('\n')).toContain(`error[${code}]`);
    const playbook = `name: demo\nsteps: [{id: a, script: steps/01-package.sh}]\n${lines}\n`;
    expect(said(() => parsePlaybook(treeOf(playbook))).join('\n')).toContain(`error[${code}]`);
  });
});
