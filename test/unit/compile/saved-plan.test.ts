// Saved plans as text: what was written is read back, and nothing else is.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePlan, encodePlan, type SavedPlan } from '../../../src/compile/index.ts';

const word = fc.string({ unit: 'binary', maxLength: 12 });
const words = fc.array(word, { maxLength: 3 });
const texts = fc.dictionary(word, word, { maxKeys: 3 });
const maybe = <T>(name: string, value: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> =>
  fc.oneof(
    fc.constant({}),
    value.map((each) => ({ [name]: each })),
  );

const change = fc
  .record({
    step: word,
    resource: word,
    target: word,
    status: fc.constant('change' as const),
    reason: word,
    diff: words,
    irreversible: fc.boolean(),
  })
  .chain((each) => maybe('after', word).map((after) => ({ ...each, ...after })));
const host = fc.record({
  name: word,
  connection: fc.dictionary(word, fc.oneof(word, fc.integer(), fc.boolean(), words), { maxKeys: 3 }),
  vars: texts,
  secrets: fc.dictionary(word, fc.record({ origin: fc.record({ kind: word }), fingerprint: word }), {
    maxKeys: 2,
  }),
  given: fc.dictionary(word, texts, { maxKeys: 2 }),
  digest: word,
});
const saved = fc.record({
  made: fc.record({ at: word, runId: word, operator: word, directory: word, inventoryBy: word }),
  plan: fc.record({
    playbook: word,
    from: fc.record({
      inventory: word,
      playbook: word,
      selection: fc
        .tuple(maybe('tags', words), maybe('from', word))
        .map(([tags, from]) => ({ ...tags, ...from })),
    }),
    salt: word,
    runtime: word,
    files: texts,
    steps: fc.array(fc.record({ id: word, script: word, timeoutSeconds: fc.nat(), retries: fc.nat() }), {
      maxLength: 2,
    }),
    allSteps: fc.boolean(),
    waves: fc.array(words, { maxLength: 2 }),
    limits: maybe('failureBudget', fc.nat()),
    hosts: fc.array(host, { maxLength: 2 }),
    digest: word,
  }),
  changes: fc.array(fc.record({ host: word, resources: fc.array(change, { maxLength: 2 }) }), {
    maxLength: 2,
  }),
});

describe('a saved plan', () => {
  it('is read back as it was, whatever texts are in it', () => {
    fc.assert(
      fc.property(saved, (each) => {
        expect(decodePlan(encodePlan(each as SavedPlan), 'x')).toEqual(each);
      }),
      { numRuns: 200 },
    );
  });

  it('is refused when any character of it is another one', () => {
    fc.assert(
      fc.property(saved, fc.nat(), (each, at) => {
        const text = encodePlan(each);
        const place = at % text.length;
        const edited = text.slice(0, place) + (text[place] === '7' ? '8' : '7') + text.slice(place + 1);
        // White space between values, and what is said twice, says nothing.
        fc.pre(/\S/.test(text.charAt(place)));
        expect(() => decodePlan(edited, 'x')).toThrow(
          /is no saved plan|of version|was changed after muster wrote it/,
        );
      }),
      { numRuns: 300 },
    );
  });
});
