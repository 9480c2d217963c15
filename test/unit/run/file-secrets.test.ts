// Secrets by their looks: in generated texts of every layout, whole and as a stream; text without secrets stays as it is.
// The kinds of files, one by one, are in test/sh/mask-files.test.ts, where the host's rules are held against these.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FileSecretMask } from '../../../src/run/file-secrets.ts';
import { RemoteMask } from '../../../src/run/remote-mask.ts';
import { harmless, leaksOf, namedConf, zoneText } from '../../support/key-texts.ts';

function masked(text: string): string {
  const mask = new FileSecretMask();
  return text
    .split('\n')
    .map((line) => mask.line(line))
    .join('\n');
}

const signed = (text: string, sign: string): readonly string[] => text.split('\n').map((line) => sign + line);

describe('key statements in every layout', () => {
  it('lose their values, and keep everything around them', () => {
    fc.assert(
      fc.property(namedConf, ({ text, secrets }) => {
        const out = masked(text);
        expect({ text, out, leaks: leaksOf(out, secrets) }).toMatchObject({ leaks: [] });
        expect(out.split('\n')).toHaveLength(text.split('\n').length);
        expect(masked(out)).toBe(out);
      }),
      { numRuns: 2000 },
    );
  });

  it('lose them in a diff, whose lines are of two texts', () => {
    fc.assert(
      fc.property(namedConf, ({ text, secrets, changed, changedSecrets }) => {
        const lines = ['@@ -1 +1 @@', ...signed(text, '-'), ...signed(changed, '+')];
        const out = new RemoteMask([]).diff(lines, '/x').join('\n');
        expect({ text, out, leaks: leaksOf(out, [...secrets, ...changedSecrets]) }).toMatchObject({
          leaks: [],
        });
      }),
      { numRuns: 500 },
    );
  });

  it('lose them in output that arrives in pieces', () => {
    fc.assert(
      fc.property(namedConf, fc.integer({ min: 1, max: 40 }), ({ text }, size) => {
        const stream = new RemoteMask([]).stream();
        let out = '';
        for (let at = 0; at < text.length; at += size) out += stream.push(text.slice(at, at + size));
        expect(out + stream.flush()).toBe(masked(text));
      }),
      { numRuns: 500 },
    );
  });
});

describe('text without secrets', () => {
  it('is not changed, also in a diff of named.conf', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(harmless, zoneText)), (parts) => {
        const text = parts.join('');
        expect(masked(text)).toBe(text);
        const lines = signed(text, ' ');
        expect(new RemoteMask([]).diff(lines, '/etc/named.conf')).toEqual(lines);
      }),
      { numRuns: 1000 },
    );
  });

  it('is not changed, whatever it holds, unless it has one of the words that precede secrets', () => {
    const text = fc
      .string({ unit: 'grapheme', maxLength: 200 })
      .filter((value) => !/secret|key|[$:]/i.test(value));
    fc.assert(
      fc.property(text, (value) => {
        expect(masked(value)).toBe(value);
      }),
    );
  });
});
