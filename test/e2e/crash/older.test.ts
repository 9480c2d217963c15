// Seeds of crashes on hosts of release 6.99.16. npm run test:crash tries many more, or one again.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CrashFleet, describeCrashes, resultReport, seedsOfRelease } from './fleet.ts';

describeCrashes('a host of 6.99.16 on which runs are killed', () => {
  let fleet: CrashFleet;
  beforeAll(async () => {
    fleet = await CrashFleet.start('6.99.16');
  });
  afterAll(async () => {
    await fleet.stop();
  });

  const seeds = seedsOfRelease('6.99.16');
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
