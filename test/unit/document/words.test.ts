import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  durationSchema,
  isSecretSource,
  toJsonSchema,
  varBindingSchema,
  varNameSchema,
} from '../../../src/document/index.ts';
import { didYouMean } from '../../../src/model/index.ts';

describe('didYouMean', () => {
  it.each([
    ['pakage', ['package', 'page'], 'did you mean "package"?'],
    ['prot', ['port', 'user'], 'did you mean "port"?'],
    ['NS1', ['ns1', 'ns12'], 'did you mean "ns1"?'],
    ['x', ['y'], 'did you mean "y"?'],
    ['x', ['yz'], undefined],
    ['zebra', ['address', 'tags'], undefined],
    ['anything', [], undefined],
  ])('for %s among %j says %s', (word, candidates, hint) => {
    expect(didYouMean(word, candidates)).toBe(hint);
  });
});

describe('durationSchema', () => {
  it.each([
    ['500ms', 500],
    ['10s', 10_000],
    ['45m', 2_700_000],
    ['24h', 86_400_000],
  ])('reads %s', (text, ms) => {
    expect(durationSchema.parse(text)).toBe(ms);
  });

  it.each([
    ['10', 'such as 500ms'],
    ['1d', 'such as 500ms'],
    ['-1s', 'such as 500ms'],
    ['1.5h', 'such as 500ms'],
    ['', 'such as 500ms'],
    ['0s', 'more than 0'],
    ['25h', 'at most 24h'],
    ['99999999h', 'at most 24h'],
  ])('refuses %j in one issue', (text, message) => {
    const { error } = durationSchema.safeParse(text);
    expect(error?.issues).toEqual([expect.objectContaining({ message: expect.stringContaining(message) })]);
  });
});

describe('varBindingSchema', () => {
  it.each([
    ['x', 'x'],
    [5, 5],
    [true, true],
    [['a'], ['a']],
    [{ from_file: 'keys/tsig' }, { kind: 'file', path: 'keys/tsig' }],
    [{ from_env: 'TSIG' }, { kind: 'env', name: 'TSIG' }],
    [{ from_command: ['pass', 'show', 'tsig'] }, { kind: 'command', argv: ['pass', 'show', 'tsig'] }],
    [{ from_age: 'tsig.age' }, { kind: 'age', path: 'tsig.age' }],
  ])('takes %j', (value, expected) => {
    expect(varBindingSchema.parse(value)).toEqual(expected);
  });

  it.each([
    [null],
    [{}],
    [{ from_file: 'a', from_env: 'B' }],
    [{ from_file: '' }],
    [{ from_env: 'A-B' }],
    [{ from_command: [] }],
    [['a', 1]],
    ['a\0b'],
    [2 ** 60],
    [Number.NaN],
  ])('refuses %j', (value) => {
    expect(varBindingSchema.safeParse(value).success).toBe(false);
  });

  it('keeps lists and sources of secrets apart', () => {
    expect(isSecretSource(['kind'])).toBe(false);
    expect(isSecretSource('kind')).toBe(false);
    expect(isSecretSource({ kind: 'env', name: 'A' })).toBe(true);
  });
});

describe('varNameSchema', () => {
  it.each(['cage', 'run_user', 'a1', 'mode'])('takes %s', (name) => {
    expect(varNameSchema.safeParse(name).success).toBe(true);
  });

  it.each(['Cage', '1a', '_a', 'run-user', 'm_work', 'muster_x', 'é', ''])('refuses %j', (name) => {
    expect(varNameSchema.safeParse(name).success).toBe(false);
  });
});

describe('toJsonSchema', () => {
  it('describes what people write, not what parsing makes of it', () => {
    expect(toJsonSchema(z.strictObject({ timeout: durationSchema.optional() }), 'demo')).toMatchObject({
      title: 'demo',
      properties: { timeout: { type: 'string' } },
    });
  });
});
