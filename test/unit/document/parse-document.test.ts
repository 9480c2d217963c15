import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseDocument, parseValue } from '../../../src/document/index.ts';
import { ConfigError, formatIssue } from '../../../src/model/errors.ts';

const schema = z.strictObject({
  name: z.string(),
  port: z.int().min(1).max(65535).optional(),
  color: z.enum(['auto', 'always', 'never']).optional(),
  hosts: z
    .record(
      z.string().regex(/^[a-z]/, { error: 'names start with a letter' }),
      z.strictObject({ address: z.string().optional(), tags: z.array(z.string()).optional() }).nullish(),
    )
    .optional(),
  limit: z
    .union([z.int(), z.strictObject({ percent: z.int() })], {
      error: 'expected a number or {percent: number}',
    })
    .optional(),
});

function problems(text: string, check?: Parameters<typeof parseDocument<typeof schema>>[2]): string[] {
  try {
    parseDocument({ file: 'f.yaml', text }, schema, check);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.issues.map(formatIssue);
  }
}

describe('parseDocument', () => {
  it('gives the value and finds its parts in the text', () => {
    const { value, locate, locateKey } = parseDocument(
      { file: 'f.yaml', text: 'name: x\nhosts:\n  ns1: {tags: [a, b]}\n  ns2:\n' },
      schema,
    );
    expect(value).toEqual({ name: 'x', hosts: { ns1: { tags: ['a', 'b'] }, ns2: null } });
    expect(locate(['hosts', 'ns1', 'tags', 1])).toEqual({ file: 'f.yaml', line: 3, column: 19 });
    expect(locateKey(['hosts', 'ns1'])).toEqual({ file: 'f.yaml', line: 3, column: 3 });
    expect(locate(['hosts', 'ns2'])).toEqual({ file: 'f.yaml', line: 4, column: 3 });
    expect(locate(['hosts', 'ns1', 'gone', 'deeper'])).toEqual({ file: 'f.yaml', line: 3, column: 8 });
    expect(locate([])).toEqual({ file: 'f.yaml', line: 1, column: 1 });
  });

  it('follows aliases to the text they stand for', () => {
    const text = 'name: x\nhosts:\n  ns1: &h {address: 192.0.2.1}\n  ns2: *h\n';
    const { value, locate } = parseDocument({ file: 'f.yaml', text }, schema);
    expect(value.hosts?.['ns2']).toEqual({ address: '192.0.2.1' });
    expect(locate(['hosts', 'ns2', 'address'])).toMatchObject({ line: 3, column: 21 });
  });

  it.each([
    [
      'a wrong type',
      'name: x\nport: many\n',
      'f.yaml:2:7: error[CONFIG_TYPE]: port: expected a number, found the text "many"',
    ],
    [
      'a fraction',
      'name: x\nport: 1.5\n',
      'f.yaml:2:7: error[CONFIG_TYPE]: port: expected a whole number, found 1.5',
    ],
    [
      'a number out of range',
      'name: x\nport: 0\n',
      'f.yaml:2:7: error[CONFIG_VALUE]: port: expected at least 1',
    ],
    [
      'an unquoted number',
      'name: 9.10\n',
      "f.yaml:1:7: error[CONFIG_TYPE]: name: expected a text, found 9.1\n    hint: put it in quotes: '9.10'",
    ],
    ['a missing key', 'port: 22\n', 'f.yaml:1:1: error[CONFIG_MISSING]: name: is missing'],
    [
      'an empty value',
      'name:\n',
      'f.yaml:1:1: error[CONFIG_TYPE]: name: expected a text, found nothing\n    hint: write a value, or remove the key',
    ],
    [
      'an unknown key',
      'name: x\nprot: 22\n',
      'f.yaml:2:1: error[CONFIG_UNKNOWN_KEY]: unknown key "prot"\n    hint: did you mean "port"?',
    ],
    [
      'an unknown key like no other',
      'name: x\nhosts: {ns1: {zzzzzz: 1}}\n',
      'f.yaml:2:15: error[CONFIG_UNKNOWN_KEY]: unknown key "zzzzzz" in hosts.ns1\n    hint: known keys: address, tags',
    ],
    [
      'a choice',
      'name: x\ncolor: allways\n',
      'f.yaml:2:8: error[CONFIG_VALUE]: color: expected "auto" or "always" or "never", found the text "allways"\n    hint: did you mean "always"?',
    ],
    [
      'a bad key',
      'name: x\nhosts:\n  1ns: {}\n',
      'f.yaml:3:3: error[CONFIG_KEY]: hosts.1ns: names start with a letter',
    ],
    [
      'a union that nothing fits',
      'name: x\nlimit: few\n',
      'f.yaml:2:8: error[CONFIG_TYPE]: limit: expected a number or {percent: number}',
    ],
    [
      'the branch of a union that was meant',
      'name: x\nlimit: {precent: 3}\n',
      'f.yaml:2:8: error[CONFIG_MISSING]: limit.percent: is missing',
    ],
    [
      'a path with a name that needs quotes',
      'name: x\nhosts: {ns1.example.net: {tags: [1]}}\n',
      'f.yaml:2:34: error[CONFIG_TYPE]: hosts["ns1.example.net"].tags[0]: expected a text, found 1\n    hint: put it in quotes: \'1\'',
    ],
    [
      'a list for a mapping',
      '- x\n',
      'f.yaml:1:1: error[CONFIG_TYPE]: expected a mapping, found a list\n    hint: write each entry as a key on a separate line, without a dash: `x:`',
    ],
    ['an empty file', '', 'f.yaml:1:1: error[CONFIG_EMPTY]: the file is empty'],
    ['a file of comments', '# nothing\n', 'f.yaml:1:1: error[CONFIG_EMPTY]: the file is empty'],
    [
      'a key that is listed twice',
      'name: x\nport: 1\nport: 2\n',
      'f.yaml:3:1: error[CONFIG_DUPLICATE_KEY]: key "port" is listed twice\n    hint: the first is on line 2; keep one',
    ],
    [
      'broken YAML',
      'name: "x\n',
      'f.yaml:2:1: error[CONFIG_SYNTAX]: Missing closing "quote\n    hint: a text that begins with a quote ends with the same one',
    ],
    [
      'a tab',
      'hosts:\n\tns1: 1\n',
      'f.yaml:2:1: error[CONFIG_SYNTAX]: Tabs are not allowed as indentation\n    hint: indent with spaces',
    ],
    [
      'an alias to nothing',
      'name: *x\n',
      "f.yaml:1:7: error[CONFIG_SYNTAX]: nothing before this is marked &x\n    hint: a text that begins with * needs quotes: '*x'",
    ],
    [
      'an unknown tag',
      'name: !vault x\n',
      'f.yaml:1:7: error[CONFIG_SYNTAX]: Unresolved tag: !vault\n    hint: a text that begins with ! needs quotes; a secret is given as { from_file: PATH }',
    ],
    [
      'a key that is no text',
      '? [a]\n: 1\n',
      'f.yaml:1:3: error[CONFIG_SYNTAX]: a key is a text, not a list or a mapping\n    hint: a name with brackets needs quotes; write an IPv6 address without brackets',
    ],
    [
      'a key that means something to JavaScript',
      'name: x\n__proto__: {}\n',
      'f.yaml:2:1: error[CONFIG_UNKNOWN_KEY]: unknown key "__proto__"\n    hint: known keys: name, port, color, hosts, limit',
    ],
  ])('points at %s', (_, text, expected) => {
    expect(problems(text)[0]).toBe(expected);
  });

  it('reports everything at once, in the order of the text', () => {
    const text = 'prot: 22\ncolor: red\nname: x\nname: y\nhosts:\n  ns1: {tags: 3}\n';
    expect(problems(text).map((issue) => issue.split(':').slice(1, 4).join(':'))).toEqual([
      '1:1: error[CONFIG_UNKNOWN_KEY]',
      '2:8: error[CONFIG_VALUE]',
      '4:1: error[CONFIG_DUPLICATE_KEY]',
      '6:15: error[CONFIG_TYPE]',
    ]);
  });

  it('runs the check on meaning beside schema issues, on the value without its bad parts', () => {
    const text = 'name: x\nhosts:\n  ns1: {adress: 192.0.2.1}\n  ns2: 5\n';
    const seen = problems(text, ({ hosts = {} }, { locateKey }) =>
      Object.keys(hosts).map((name) => ({
        code: 'SEEN',
        message: name,
        location: locateKey(['hosts', name]),
      })),
    );
    expect(seen.map((line) => line.split('\n')[0])).toEqual([
      'f.yaml:3:3: error[SEEN]: ns1',
      'f.yaml:3:9: error[CONFIG_UNKNOWN_KEY]: unknown key "adress" in hosts.ns1',
      'f.yaml:4:3: error[SEEN]: ns2',
      'f.yaml:4:8: error[CONFIG_TYPE]: hosts.ns2: expected a mapping, found 5',
    ]);
  });

  it('skips the check on meaning if too much is broken', () => {
    const text = 'port: 22\n';
    const location = { file: 'f.yaml', line: 1, column: 1 };
    expect(problems(text, () => [{ code: 'SEEN', message: '', location }])).toEqual([
      'f.yaml:1:1: error[CONFIG_MISSING]: name: is missing',
    ]);
  });

  it('refuses aliases that unfold without end', () => {
    const levels = 'bcdefgh'.split('').map((name, at) => {
      const below = `*${'abcdefgh'[at] ?? ''}`;
      return `${name}: &${name} [${Array.from({ length: 10 }, () => below).join(', ')}]`;
    });
    expect(problems(`a: &a [x]\n${levels.join('\n')}\n`)[0]).toMatch(/CONFIG_SYNTAX.*alias/);
  });

  it('refuses thousands of nested lists', () => {
    expect(problems(`name: ${'['.repeat(20_000)}`)[0]).toMatch(/^f\.yaml:1:\d+: error\[CONFIG_SYNTAX\]/);
  });

  it('reads past a byte order mark', () => {
    expect(problems('\uFEFFnaem: x\n')[0]).toMatch(/^f\.yaml:1:1: /);
  });

  it('takes JSON', () => {
    expect(problems('{"name": "x", "port": 22}')).toEqual([]);
  });

  it('throws only ConfigError, with issues inside the text, for any text', () => {
    const line = fc.oneof(
      fc.constantFrom(
        'name: x',
        'port: 22',
        'hosts:',
        '  ns1: {}',
        '  - a',
        '? x',
        ': y',
        'a: &a [*a]',
        '"',
        '{',
        '---',
      ),
      fc.string({ maxLength: 12 }),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), (lines) => {
        try {
          parseDocument({ file: 'f.yaml', text: lines.join('\n') }, schema);
        } catch (error) {
          if (!(error instanceof ConfigError)) throw error;
          expect(error.issues.length).toBeGreaterThan(0);
          for (const { location } of error.issues) expect(location.line).toBeGreaterThan(0);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('parseValue', () => {
  it('checks a value that has no text', () => {
    expect(parseValue('c.js', { name: 'x' }, schema)).toEqual({ name: 'x' });
    expect(() => parseValue('c.js', { name: 'x', prot: 1 }, schema)).toThrow(
      'c.js:1:1: error[CONFIG_UNKNOWN_KEY]',
    );
  });
});
