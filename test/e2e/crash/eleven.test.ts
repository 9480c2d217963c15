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

  const seeds = seedsOfRelease('11.0');
  const survives = async (seed: number): Promise<void> => {
    const result = await fleet.try(seed);
    expect(result.findings, resultReport(result)).toEqual([]);
  };
  it.each(seeds.slice(0, 1))('is never left in a wrong state without a message (seed %i)', survives);
  it.each(seeds.slice(1))(
    'is never left in a wrong state without a message (seed %i)',
    { tags: 'long' },
    survives,
  );
});
