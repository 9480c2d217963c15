// npm run test:crash: tries the seeds of MUSTER_SEEDS (1-200 unless told), a line each, and fails if anything was found.
// MUSTER_RESULTS is a file to which all that there is to know of each seed is added.
import { appendFileSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { seedsOf } from '../generated/fleet.ts';
import { CrashFleet, describeCrashes, resultLine, resultReport } from './fleet.ts';
import { releaseOf, type CrashRelease } from './plan.ts';

const seeds = seedsOf(process.env['MUSTER_SEEDS'] ?? '1-200');
const results = process.env['MUSTER_RESULTS'];

describeCrashes('a host on which runs are killed', () => {
  const fleets = new Map<CrashRelease, CrashFleet>();

  async function fleetFor(release: CrashRelease): Promise<CrashFleet> {
    const fleet = fleets.get(release) ?? (await CrashFleet.start(release));
    fleets.set(release, fleet);
    return fleet;
  }

  afterAll(async () => {
    for (const fleet of fleets.values()) await fleet.stop();
  });

  it(`is never left wrong without a word (${String(seeds.length)} seeds)`, async () => {
    const bad: string[] = [];
    for (const seed of seeds) {
      const result = await (await fleetFor(releaseOf(seed))).try(seed);
      process.stderr.write(`${resultLine(result)}\n`);
      if (results !== undefined) appendFileSync(results, `${resultReport(result)}\n\n`);
      if (result.findings.length > 0) bad.push(resultReport(result));
    }
    if (bad.length > 0)
      expect.fail(`${String(bad.length)} of ${String(seeds.length)} seeds:\n\n${bad.join('\n\n')}`);
  });
});
