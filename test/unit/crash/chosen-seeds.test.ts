// The few seeds that every test run tries have every kind of crash that two hundred have.
import { expect, it } from 'vitest';
import { chosenSeeds, planOf } from '../../e2e/crash/plan.ts';
import type { Act } from '../../e2e/crash/plan.ts';

const many = Array.from({ length: 200 }, (_, index) => index + 1);

function kindsOfAct({ verb, crashes, then, isPatient }: Act): readonly string[] {
  return [
    `${verb} ${isPatient ? 'when the host is quiet' : 'at once'}`,
    ...(then === 'boot' ? [`boot after ${verb}`] : []),
    ...(crashes.length > 1 ? [`two deaths in ${verb}`] : []),
    ...crashes.map(({ victim }) => `${verb} without ${victim}`),
    ...crashes.flatMap(({ moment: { step } }) => (step === undefined ? [] : [`death in ${step}`])),
  ];
}

function kindsOf(seed: number): readonly string[] {
  const {
    host: { release, named, style, configuration },
    acts,
  } = planOf(seed);
  const story = acts.map(({ verb, crashes }) => (crashes.length > 0 ? verb.toUpperCase() : verb)).join(' ');
  return [
    story,
    `${release} ${named} ${style}`,
    `${named} ${style} ${configuration}`,
    ...acts.flatMap(kindsOfAct),
  ];
}

it('the chosen seeds have every sequence, host, victim and step that two hundred have', () => {
  const has = new Set(chosenSeeds.flatMap(kindsOf));
  const missing = [...new Set(many.flatMap(kindsOf))].filter((kind) => !has.has(kind));
  expect(missing).toEqual([]);
  // A seed that adds nothing is no longer needed.
  const idle = chosenSeeds.filter((one) => {
    const others = new Set(chosenSeeds.filter((seed) => seed !== one).flatMap(kindsOf));
    return kindsOf(one).every((kind) => others.has(kind));
  });
  expect(idle).toEqual([]);
});
