// A few generated configurations, which together have most of what the generator knows. npm run test:generated tries
// many more.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { seedReport } from './findings.ts';
import { describeGenerated, GeneratedFleet } from './fleet.ts';

const seeds = [1, 5, 9, 12, 17, 30];

describeGenerated('a configuration of another operator', () => {
  let fleet: GeneratedFleet;
  beforeAll(async () => {
    fleet = await GeneratedFleet.start();
  });
  afterAll(async () => {
    await fleet.stop();
  });

  const losesNothing = async (seed: number): Promise<void> => {
    const result = await fleet.try(seed);
    expect(result.findings, seedReport(result)).toEqual([]);
  };
  const title = 'is moved, or refused for a reason, and nothing is lost (seed %i)';
  it.each(seeds.slice(0, 1))(title, losesNothing);
  it.each(seeds.slice(1))(title, { tags: 'long' }, losesNothing);
});
