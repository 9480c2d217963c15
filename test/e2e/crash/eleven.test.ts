// Seeds of crashes on hosts of release 11.0. npm run test:crash tries many more, or one again.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CrashFleet, describeCrashes, resultReport, seedsOfRelease } from './fleet.ts';

describeCrashes('a host of 11.0 on which runs are killed', () => {
  let fleet: CrashFleet;
  beforeAll(async () => {
    fleet = await CrashFleet.start('11.0');
  });
  afterAll(async () => {
    await fleet.stop();
  });

  it.each(seedsOfRelease('11.0'))('is never left wrong without a word (seed %i)', async (seed) => {
    const result = await fleet.try(seed);
    expect(result.findings, resultReport(result)).toEqual([]);
  });
});
