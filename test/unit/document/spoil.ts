// Texts that are spoilt at random, as fingers, editors and wrong programs spoil them.
import fc from 'fast-check';
import { expect } from 'vitest';
import { ConfigError } from '../../../src/model/errors.ts';

/** One change to a text, at a place between 0 and 1. */
type Change = (text: string, at: number) => string;

const scraps = [
  ...[
    '"',
    "'",
    '[',
    ']',
    '{',
    '}',
    ':',
    ': ',
    ',',
    '#',
    '&a ',
    '*a',
    '!x ',
    '- ',
    '? ',
    '| ',
    '> ',
    '%',
    '@',
    '`',
  ],
  ...[
    '\n',
    '\t',
    '\r',
    '\r\n',
    '\0',
    '\u00a0',
    '\ufeff',
    '\ud800',
    '\n---\n',
    '\n...\n',
    '\n  <<: *a\n',
    '~',
    'null',
  ],
  ...[
    '0644',
    '1.10',
    'yes',
    '__proto__: 1',
    'constructor',
    'ns[1-3]',
    '[2001:db8::1]',
    '999999999999999999999',
  ],
];

function placeIn(text: string, at: number): number {
  return Math.floor(at * text.length);
}

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.constantFrom(...scraps).map((scrap): Change => (text, at) => {
    const place = placeIn(text, at);
    return text.slice(0, place) + scrap + text.slice(place);
  }),
  fc.integer({ min: 1, max: 40 }).map((length): Change => (text, at) => {
    const place = placeIn(text, at);
    return text.slice(0, place) + text.slice(place + length);
  }),
  fc.constant<Change>((text, at) => {
    const lines = text.split('\n');
    const place = placeIn(lines.join(''), at) % lines.length;
    return lines.toSpliced(place, 0, lines[place] ?? '').join('\n');
  }),
  fc.constant<Change>((text, at) => {
    const lines = text.split('\n');
    const place = Math.floor(at * lines.length);
    return lines.toSpliced(place, 1, ` ${lines[place] ?? ''}`).join('\n');
  }),
  fc.constant<Change>((text, at) => text.slice(0, placeIn(text, at))),
);

/** One of the texts, after one to four changes at random places. */
export function spoilt(texts: readonly string[]): fc.Arbitrary<string> {
  const changes = fc.array(fc.tuple(change, fc.double({ min: 0, max: 0.999, noNaN: true })), {
    minLength: 1,
    maxLength: 4,
  });
  return fc
    .tuple(fc.constantFrom(...texts), changes)
    .map(([text, all]) => all.reduce((before, [each, at]) => each(before, at), text));
}

/** Gives what `parse` gives, or undefined when it throws issues; they are inside the text and have words. */
export function valueOrIssues<T>(text: string, parse: (text: string) => T): T | undefined {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.issues.length).toBeGreaterThan(0);
    for (const { message, location } of error.issues) {
      expect(message).not.toBe('');
      expect(location.line).toBeGreaterThan(0);
      expect(location.line).toBeLessThanOrEqual(text.split('\n').length);
      expect(location.column).toBeGreaterThan(0);
    }
    return undefined;
  }
}
