import { describe, expect, it } from 'vitest';
import { formatIssue } from '../../../src/errors.ts';
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
  it('takes the inventory before the default, and leaves out what is not declared', () => {
    const playbook = playbookWithVars('{a: {type: int, default: 1}, b: {type: int, default: 2}}');
    const { vars, issues } = resolveVars(playbook, hostWith({ b: 5, other: 'x' }));
    expect(issues).toEqual([]);
    expect([...vars]).toEqual([
      ['a', { value: 1, secret: false, from: 'default' }],
      ['b', { value: 5, secret: false, from }],
    ]);
  });

  it('gives nothing as an empty text or list', () => {
    const { vars, issues } = resolveVars(playbookWithVars('{a: {type: int}, b: {type: list}}'), hostWith({}));
    expect(issues).toEqual([]);
    expect([...vars.values()].map(({ value }) => value)).toEqual(['', []]);
  });

  it('takes a path or a list of paths for files, and nothing as no files', () => {
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
    ['path', ['/', '/home/named'], ['home', '', '/a/../b', '/a/.', '/a\nb', 5]],
    ['list', [[], ['a']], ['a', 1]],
    ['host', ['ns1.example.net', '192.0.2.1', '2001:db8::1', 'fe80::1%wm0'], ['-x', 'a b', '', 'x:1', '::g']],
    ['port', [1, 65_535], [0, 65_536, '53', 1.5]],
  ];
  it.each(table)('knows what a %s is', (type, good, bad) => {
    const check = (value: unknown): unknown =>
      checkVarValue({ type, secret: false }, value as Parameters<typeof checkVarValue>[1]);
    expect(good.filter((value) => check(value) !== undefined)).toEqual([]);
    expect(bad.filter((value) => check(value) === undefined)).toEqual([]);
  });
});
