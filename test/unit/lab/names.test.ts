// Names of a lab that are mistyped by one letter.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFault } from '../../../src/lab/fault.ts';
import { hostNamed } from '../../../src/lab/lab-directory.ts';
import { isMusterError } from '../../../src/model/index.ts';

function hintOf(work: () => unknown): string | undefined {
  try {
    work();
  } catch (error) {
    if (isMusterError(error)) return error.hint;
    throw error;
  }
  return undefined;
}

/** A word with one letter lost, doubled, or swapped with the next. */
const slipOf = (word: string): fc.Arbitrary<string> =>
  fc.tuple(fc.nat(word.length - 2), fc.constantFrom('lost', 'doubled', 'swapped')).map(([at, slip]) => {
    const [head, letter = '', next = '', tail] = [
      word.slice(0, at),
      word[at],
      word[at + 1],
      word.slice(at + 2),
    ];
    const middle = slip === 'lost' ? next : slip === 'doubled' ? letter + letter + next : next + letter;
    return head + middle + tail;
  });

describe('a mistyped name of a lab', () => {
  it.each(['cut', 'refuse', 'freeze', 'full-disk', 'slow-cpu', 'reboot'])('gets the fault %s', (fault) => {
    fc.assert(
      fc.property(slipOf(fault), (word) => {
        fc.pre(word !== fault);
        expect(hintOf(() => parseFault(word))?.startsWith(`did you mean "${fault}"? a fault is `)).toBe(true);
      }),
    );
  });

  it('gets the host', () => {
    const hosts = ['resolver', 'mailhub', 'timekeeper'].map((name) => ({ name }));
    const lab = { id: 'x', hosts } as unknown as Parameters<typeof hostNamed>[0];
    fc.assert(
      fc.property(
        fc
          .constantFrom(...hosts.map(({ name }) => name))
          .chain((name) => fc.tuple(fc.constant(name), slipOf(name))),
        ([name, word]) => {
          fc.pre(word !== name);
          expect(hintOf(() => hostNamed(lab, word))).toBe(`did you mean "${name}"?`);
        },
      ),
    );
    expect(hintOf(() => hostNamed(lab, 'zzzzzzzz'))).toBe('it has resolver, mailhub, timekeeper');
  });
});
