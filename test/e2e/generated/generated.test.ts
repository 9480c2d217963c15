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

  it.each(seeds)('is taken or refused for a reason, and nothing is lost (seed %i)', async (seed) => {
    const result = await fleet.try(seed);
    expect(result.findings, seedReport(result)).toEqual([]);
  });
});
