// A Secret shows itself to nobody who does not ask by `reveal`, however it is printed and whatever holds it.
import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { format, inspect } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/model/index.ts';

/** What holds a secret. */
const holders: Readonly<Record<string, (secret: Secret) => unknown>> = {
  itself: (secret) => secret,
  object: (secret) => ({ deep: { key: secret } }),
  array: (secret) => [[secret]],
  map: (secret) => new Map([['key', { secret }]]),
  set: (secret) => new Set([secret]),
  error: (secret) => Object.assign(new Error('no'), { cause: secret, secret }),
};

/** Ways of printing or copying that somebody may think of. */
const ways: Readonly<Record<string, (value: unknown) => string>> = {
  string: (value) => String(value),
  template: (value) => `x${value as string}`,
  joined: (value) => `x${value as string}`.concat(value as string),
  json: (value) => JSON.stringify(value),
  entries: (value) => JSON.stringify(Object.entries(Object(value) as object)),
  descriptors: (value) => JSON.stringify(Object.getOwnPropertyDescriptors(value)),
  spread: (value) => JSON.stringify({ ...(value as object) }),
  inspected: (value) => inspect(value, { depth: 9, showHidden: true, getters: true }),
  'inspected without its own way': (value) =>
    inspect(value, { depth: 9, showHidden: true, customInspect: false }),
  formatted: (value) => format('%s %d %i %f %j %o %O', value, value, value, value, value, value, value),
  cloned: (value) => inspect(structuredClone(value), { depth: 9, showHidden: true }),
  serialized: (value) => serialize(value).toString('latin1') + inspect(deserialize(serialize(value))),
  logged: (value) => {
    const said: string[] = [];
    const stream = new Writable({
      write: (chunk, _, done) => {
        said.push(String(chunk));
        done();
      },
    });
    const out = new Console({ stdout: stream, stderr: stream });
    out.log(value);
    out.dir(value, { depth: 9, showHidden: true });
    out.table([value]);
    return said.join('');
  },
};

describe('a secret', () => {
  it('is never printed, whatever contains it', () => {
    const text = fc.string({ unit: 'grapheme-ascii', minLength: 6 }).map((word) => `~~${word}~~`);
    const choices = [
      fc.constantFrom(...Object.keys(holders)),
      fc.constantFrom(...Object.keys(ways)),
    ] as const;
    fc.assert(
      fc.property(text, ...choices, (word, holder, way) => {
        const shown = ways[way]!(holders[holder]!(new Secret(word)));
        expect(shown).not.toContain('~~');
      }),
      { numRuns: 500 },
    );
  });

  it.each(['string', 'template', 'json', 'inspected', 'logged'])('says that it is one: %s', (way) => {
    expect(ways[way]!(new Secret('hunter22'))).toContain('(secret)');
  });

  it('is revealed on request', () => {
    expect(new Secret('hunter22').reveal()).toBe('hunter22');
  });
});
