import { describe, expect, it } from 'vitest';
import { formatIssue } from '../../../src/model/errors.ts';
import { checkVarValue, resolveVars, type VarType } from '../../../src/playbook/index.ts';
import { playbookWithVars } from './tree.ts';

const from = { file: 'i.yaml', line: 7, column: 3 };

function hostWith(
  vars: Readonly<Record<string, Parameters<typeof checkVarValue>[1]>>,
): Parameters<typeof resolveVars>[1] {
  const bindings = Object.entries(vars).map(
    ([name, value]) => [name, { value, from, level: 'host' }] as const,
  );
  return { name: 'ns1', vars: new Map(bindings) };
}

describe('resolveVars', () => {
  it('prefers the inventory to the default, and leaves out what is not declared', () => {
    const playbook = playbookWithVars('{a: {type: int, default: 1}, b: {type: int, default: 2}}');
    const { vars, issues } = resolveVars(playbook, hostWith({ b: 5, other: 'x' }));
    expect(issues).toEqual([]);
    expect([...vars]).toEqual([
      ['a', { value: 1, secret: false, from: 'default' }],
      ['b', { value: 5, secret: false, from }],
    ]);
  });

  it('returns an empty text or list for nothing', () => {
    const { vars, issues } = resolveVars(playbookWithVars('{a: {type: int}, b: {type: list}}'), hostWith({}));
    expect(issues).toEqual([]);
    expect([...vars.values()].map(({ value }) => value)).toEqual(['', []]);
  });

  it('accepts a path or a list of paths for files, and nothing as no files', () => {
    const playbook = playbookWithVars('{a: {type: files}, b: {type: files}, c: {type: files}}');
    const { vars, issues } = resolveVars(playbook, hostWith({ a: 'zones/', b: ['x', 'y'] }));
    expect(issues).toEqual([]);
    expect([...vars.values()].map(({ value }) => value)).toEqual(['zones/', ['x', 'y'], []]);
    const wrong = resolveVars(playbook, hostWith({ a: '', b: [''], c: 7 })).issues;
    expect(wrong.map(({ message }) => message)).toEqual([
      'var "a": expected a path or a list of paths, found ""',
      'var "b": expected a path or a list of paths, found [""]',
      'var "c": expected a path or a list of paths, found 7',
    ]);
  });

  it('reports a missing required var at its declaration', () => {
    const { vars, issues } = resolveVars(playbookWithVars('{a: {type: int, required: true}}'), hostWith({}));
    expect(vars.size).toBe(0);
    expect(issues.map(formatIssue)).toEqual([
      'playbooks/demo/playbook.yaml:2:8: error[VAR_MISSING]: host ns1 has no value for var "a", which playbook demo requires\n    hint: set a under vars in the inventory: at the top, in a group or at the host',
    ]);
  });

  it('reports values that do not fit at the inventory, all of them', () => {
    const playbook = playbookWithVars(
      '{a: {type: string}, b: {type: port}, c: {type: string, allowed: [x]}}',
    );
    expect(resolveVars(playbook, hostWith({ a: 9.1, b: 70_000, c: 'y' })).issues.map(formatIssue)).toEqual([
      'i.yaml:7:3: error[VAR_TYPE]: var "a": expected a text, found 9.1\n    hint: put it in quotes: \'9.1\'',
      'i.yaml:7:3: error[VAR_TYPE]: var "b": expected a port (1 to 65535), found 70000',
      'i.yaml:7:3: error[VAR_TYPE]: var "c": expected "x", found "y"',
    ]);
  });

  it('never shows the value of a secret', () => {
    const playbook = playbookWithVars("{a: {type: string, secret: true, pattern: '^z'}}");
    const { issues } = resolveVars(playbook, hostWith({ a: 'hunter2' }));
    expect(issues.map(({ message }) => message)).toEqual(['var "a": expected a text that matches /^z/']);
  });

  it('keeps sources of secrets for later and marks them secret', () => {
    const host = {
      name: 'ns1',
      vars: new Map([['a', { value: { kind: 'env', name: 'A' }, from, level: 'all' }]] as const),
    };
    expect(resolveVars(playbookWithVars('{a: {type: string}}'), host).vars.get('a')).toEqual({
      value: { kind: 'env', name: 'A' },
      secret: true,
      from,
    });
    expect(resolveVars(playbookWithVars('{a: {type: list}}'), host).issues).toMatchObject([
      { code: 'VAR_TYPE', message: 'var "a" is of type list, but a secret (from_env) is a text' },
    ]);
  });
});

describe('checkVarValue', () => {
  const table: readonly [VarType, readonly unknown[], readonly unknown[]][] = [
    ['string', ['', 'x', 'a\nb'], [1, true, []]],
    ['int', [0, -5], ['1', 1.5, true, []]],
    ['bool', [true, false], ['yes', 1]],
    [
      'path',
      ['/', '/home/named', '/a.b/..c'],
      ['home', '', '/a/../b', '/a/.', '/a/', '//a', '/a//b', '/a\nb', 5],
    ],
    ['list', [[], ['a']], ['a', 1, [''], ['a\nb']]],
    ['host', ['ns1.example.net', '192.0.2.1', '2001:db8::1', 'fe80::1%wm0'], ['-x', 'a b', '', 'x:1', '::g']],
    ['port', [1, 65_535], [0, 65_536, '53', 1.5]],
  ];
  it.each(table)('checks a %s', (type, good, bad) => {
    const check = (value: unknown): unknown =>
      checkVarValue({ type, secret: false }, value as Parameters<typeof checkVarValue>[1]);
    expect(good.filter((value) => check(value) !== undefined)).toEqual([]);
    expect(bad.filter((value) => check(value) === undefined)).toEqual([]);
  });

  const hints: readonly [VarType, unknown, string | undefined, string][] = [
    ['path', '/home/named/', '/home/named/', 'write /home/named'],
    ['path', '//home/./named//', undefined, 'write /home/named'],
    ['path', '/home/x/../named', undefined, 'write /home/named'],
    ['path', 'home', 'home', 'begin it with /'],
    ['path', '~/named', '~/named', '~ has no meaning on a host: write the whole path, from /'],
    ['string', 1.1, '1.10', "put it in quotes: '1.10'"],
    ['string', true, 'True', "put it in quotes: 'True'"],
    ['string', ['a'], undefined, 'give one text, without brackets'],
    ['int', '15', undefined, 'write 15, without quotes and without _'],
    ['bool', 'yes', 'yes', 'write true'],
    ['bool', 'off', undefined, 'write false, without quotes'],
    ['list', 'a', 'a', 'write a list in brackets: [a]'],
    ['list', 1.1, '1.10', "write a list in brackets: ['1.10']"],
    ['list', ['a', ''], undefined, 'take it out'],
    ['host', '[2001:db8::1]', undefined, "write an IPv6 address without brackets: '2001:db8::1'"],
    ['host', 'ns[1-3]', 'ns[1-3]', 'a range is allowed only in a list of hosts; name one host'],
    ['host', 'ns1.example.net.', undefined, 'without the last dot: ns1.example.net'],
    ['port', '53', undefined, 'write 53, without quotes and without _'],
  ];
  it.each(hints)('says what to do about a %s that is %j', (type, value, written, hint) => {
    const declared = { type, secret: false };
    expect(checkVarValue(declared, value as Parameters<typeof checkVarValue>[1], written)?.hint).toBe(hint);
  });

  it("explains a pattern with the playbook's hint, and does not show a secret", () => {
    const declared = {
      type: 'list',
      secret: false,
      pattern: '[a-z]$',
      hint: 'without the last dot',
    } as const;
    expect(checkVarValue(declared, ['a', 'b.', 'c.'])).toEqual({
      message: '"b." is not allowed for this var',
      hint: 'without the last dot',
    });
    expect(checkVarValue({ ...declared, type: 'string', secret: true }, 'b.')).toEqual({
      message: 'the value is not allowed for this var',
      hint: 'without the last dot',
    });
  });

  it.each([
    ['yes', ['no', 'yes'], true, 'write yes'],
    ['a text', ['1', '2'], 1, "put it in quotes: '1'"],
    ['a number', [1, 2], '1', 'write 1, without quotes'],
    ['a slip', ['package', 'base'], 'pakage', 'did you mean "package"?'],
  ])('says what to do about a choice: %s', (_, allowed, value, hint) => {
    const type = typeof value === 'boolean' ? 'bool' : typeof value === 'number' ? 'int' : 'string';
    expect(checkVarValue({ type, secret: false, allowed }, value)?.hint).toBe(hint);
  });
});
