// What seeds of the crash suite mean: always the same, and in many of them everything that is to be tried.
import { describe, expect, it } from 'vitest';
import { describePlan, planOf, victims } from '../../e2e/crash/plan.ts';

const plans = Array.from({ length: 200 }, (_, index) => planOf(index + 1));
const acts = plans.flatMap((plan) => plan.acts);

function kinds(values: readonly string[]): string[] {
  return [...new Set(values)].toSorted();
}

describe('a seed of the crash suite', () => {
  it('means the same each time', () => {
    expect(plans.map(({ seed }) => planOf(seed))).toEqual(plans);
  });

  it('differs from the others', () => {
    const stories = plans.map((plan) => describePlan(plan).replace(/^seed \d+: /, ''));
    expect(new Set(stories).size).toBeGreaterThan(195);
  });

  it('kills somebody at least once', () => {
    for (const plan of plans) expect(plan.acts.some(({ crashes }) => crashes.length > 0)).toBe(true);
  });
});

describe('two hundred seeds of the crash suite', () => {
  it('have every kind of host', () => {
    const hosts = plans.map(({ host }) => Object.values(host).join(' '));
    expect(kinds(hosts)).toHaveLength(16);
  });

  it.each(['apply', 'rollback'])('kill each victim in an %s, first and second', (verb) => {
    const crashes = acts.filter((act) => act.verb === verb).map((act) => act.crashes);
    for (const turn of [0, 1]) {
      const killed = crashes.flatMap((each) => each[turn]?.victim ?? []);
      expect(kinds(killed), `number ${String(turn + 1)}`).toEqual(victims.toSorted());
    }
  });

  it('kill in a first and a second run of each verb, and boot in between', () => {
    const letters = plans.map((plan) =>
      plan.acts
        .map(({ verb, crashes }) => (crashes.length > 0 ? verb.charAt(0).toUpperCase() : verb.charAt(0)))
        .join(''),
    );
    for (const story of ['Aar', 'Ar', 'aAr', 'AR', 'RR'])
      expect(
        letters.some((each) => each.includes(story)),
        story,
      ).toBe(true);
    expect(acts.filter(({ then }) => then === 'boot').length).toBeGreaterThan(20);
  });
});
