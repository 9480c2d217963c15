// Two hosts change the same exactly when the same lines go and come in the same order; and a fold of them loses nothing.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  changedLines,
  changeOf,
  differenceOfChanges,
  sharedDiff,
} from '../../../src/compare/change-lines.ts';
import { foldFailures, foldPlans } from '../../../src/compare/index.ts';
import { hostResult, resourceResult, stepResult } from './fleet.ts';

const word = fc.constantFrom(
  '',
  'named=YES',
  '-- ',
  '++',
  '@@ -1 +1 @@',
  ' x',
  '\\ no',
  '... 3 more lines',
  'é',
);
const change = fc.tuple(fc.constantFrom('+', '-'), word).map(([sign, text]) => `${sign}${text}`);
const changes = fc.array(change, { minLength: 1, maxLength: 5 });
const around = fc.array(
  word.map((text) => ` ${text}`),
  { maxLength: 3 },
);
const place = fc.tuple(fc.nat(99), fc.nat(99)).map(([from, to]) => `@@ -${from} +${to},2 @@`);

/** Changed lines as a host shows them: in hunks, with whatever its file holds around them. */
function among(lines: readonly string[]): fc.Arbitrary<string[]> {
  return fc.tuple(place, ...lines.map(() => fc.tuple(around, fc.option(place)))).chain(([head, ...gaps]) =>
    around.map((tail) => [
      head,
      ...lines.flatMap((line, index) => {
        const [before, next] = gaps[index] ?? [[], null];
        return [...before, ...(next === null || index === 0 ? [] : [next]), line];
      }),
      ...tail,
    ]),
  );
}

const drift = (host: string, diff: readonly string[]) =>
  hostResult(host, {
    outcome: 'changed',
    steps: [stepResult('rc')],
    resources: [resourceResult('rc', 'rc_conf named', { status: 'change', reason: 'content', diff })],
  });

describe('what a diff changes', () => {
  it('is the same with any lines around it', () => {
    const diffs = changes.chain((lines) => fc.tuple(fc.constant(lines), among(lines), among(lines)));
    fc.assert(
      fc.property(diffs, ([lines, one, other]) => {
        expect(changedLines(one)).toEqual(lines);
        expect(changeOf(other)).toEqual(changeOf(one));
      }),
    );
  });

  it('folds plans and drift of hosts exactly when the changed lines are equal', () => {
    const pair = fc
      .tuple(changes, fc.boolean(), changes)
      .chain(([one, equal, two]) =>
        fc.tuple(fc.constant(one), fc.constant(equal ? one : two), among(one), among(equal ? one : two)),
      );
    fc.assert(
      fc.property(pair, ([one, two, first, second]) => {
        const hosts = [drift('ns1', first), drift('ns2', second)];
        const isOne = JSON.stringify(one) === JSON.stringify(two);
        const { groups } = foldPlans(hosts);
        expect(groups).toHaveLength(isOne ? 1 : 2);
        expect(foldFailures(hosts)).toHaveLength(isOne ? 1 : 2);
        // Nothing of a change is lost by folding, and nothing is shown that is not so on every host of the fold.
        for (const diff of [groups[0]?.plan[0]?.resources[0]?.diff, foldFailures(hosts)[0]?.value.diff]) {
          expect(changedLines(diff ?? [])).toEqual(one);
          if (isOne) for (const line of diff ?? []) expect(['@@', ...second]).toContain(line);
        }
      }),
    );
  });

  it('can be restored from the difference to another one', () => {
    fc.assert(
      fc.property(changes, changes, (one, two) => {
        const difference = differenceOfChanges(one, two);
        const inBoth = one.filter((line) => two.includes(line));
        if (difference === undefined) {
          expect(inBoth).toEqual([]);
          return;
        }
        const { own, missing, shared } = difference;
        expect([own.length + shared, missing.length + shared]).toEqual([one.length, two.length]);
        const rest = [...two];
        for (const line of missing) rest.splice(rest.indexOf(line), 1);
        expect([...rest, ...own].toSorted()).toEqual(one.toSorted());
      }),
    );
  });

  it('has the note about a missing newline only for a changed line', () => {
    const word = '\\ No newline at end of file';
    expect(changedLines(['@@ -1 +1 @@', '-a', word, '+a'])).toEqual(['-a', word, '+a']);
    expect(changedLines(['@@ -1,2 +1,3 @@', '+a', ' b', word])).toEqual(['+a']);
  });

  it('is unknown for a diff that was cut, so only the very same one is equal', () => {
    const cut = ['@@ -1 +1 @@', ' a', '+b', '... 300 more lines'];
    expect(changeOf(cut)).not.toEqual(changeOf(['@@ -1 +1 @@', ' x', '+b', '... 300 more lines']));
    expect(foldPlans([drift('ns1', cut), drift('ns2', [...cut])]).groups).toHaveLength(1);
    expect(differenceOfChanges(cut, ['+b'])).toBeUndefined();
  });
});

describe('sharedDiff', () => {
  it('keeps the context that all hosts have, and no other', () => {
    const one = ['@@ -3,3 +3,3 @@', ' hostname=ns1', '-named=YES', '+named=no', ' sshd=YES'];
    const two = ['@@ -4,3 +4,3 @@', ' hostname=ns2', '-named=YES', '+named=no', ' sshd=YES'];
    expect(sharedDiff([one, two])).toEqual(['@@', '-named=YES', '+named=no', ' sshd=YES']);
    expect(sharedDiff([one, [...one]])).toEqual(one);
    expect(sharedDiff([])).toEqual([]);
  });
});
