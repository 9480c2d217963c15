// npm run test:crash: tries the seeds of MUSTER_SEEDS (1-200 unless told), a line each, and fails if anything was found.
import { appendFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { seedsOf } from '../generated/fleet.ts';
import { CrashFleet, describeCrashes, resultLine, resultReport } from './fleet.ts';

const releases = ['11.0', '6.99.16'];
const wanted = seedsOf(process.env['MUSTER_SEEDS'] ?? '1-200');
const results = process.env['MUSTER_RESULTS'];

describe0();
function describe0(): void {
  describeCrashes('a host on which runs are killed', () => {
    const fleets: CrashFleet[] = [];
    beforeAll(async () => {
      for (const release of releases) fleets.push(await CrashFleet.start(release));
    });
    afterAll(async () => {
      for (const fleet of fleets) await fleet.stop();
    });

    it(`is never left wrong without a word (${String(wanted.length)} seeds)`, async () => {
      const bad: string[] = [];
      for (const seed of wanted) {
        const result = await fleets[seed % 2]?.try(seed);
        if (result === undefined) continue;
        process.stderr.write(`${resultLine(result)}\n`);
        if (results !== undefined) appendFileSync(results, `${resultReport(result)}\n\n`);
        if (result.findings.length > 0) bad.push(resultReport(result));
      }
      if (bad.length > 0) expect.fail(`${String(bad.length)} of ${String(wanted.length)} seeds:\n\n${bad.join('\n\n')}`);
    });
  });
}
