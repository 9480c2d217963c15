// npm run test:crash: tries the seeds of MUSTER_SEEDS (by default 1-200), a line each, and fails if anything was found.
// After MUSTER_MINUTES no further seed is begun, and those that are left are named.
// MUSTER_RESULTS is a file to which all that there is to know of each seed is added.
import { appendFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { seedsOf } from '../generated/fleet.ts';
import { CrashFleet, describeCrashes, resultLine, resultReport } from './fleet.ts';
import { crashReleases, releaseOf, type CrashRelease } from './plan.ts';

const seeds = seedsOf(process.env['MUSTER_SEEDS'] ?? '1-200');
const minutes = Number(process.env['MUSTER_MINUTES'] ?? Infinity);
const results = process.env['MUSTER_RESULTS'];

describeCrashes('a host on which runs are killed', () => {
  it(`is never left wrong without a word (${String(seeds.length)} seeds)`, async () => {
    const lastBegin = performance.now() + minutes * 60_000;
    const bad: string[] = [];
    const left: number[] = [];

    async function tryAllOf(release: CrashRelease): Promise<void> {
      const queue = seeds.filter((seed) => releaseOf(seed) === release);
      if (queue.length === 0) return;
      const fleet = await CrashFleet.start(release);
      try {
        for (const [index, seed] of queue.entries()) {
          if (performance.now() > lastBegin) {
            left.push(...queue.slice(index));
            return;
          }
          const result = await fleet.try(seed);
          process.stderr.write(`${resultLine(result)}\n`);
          if (results !== undefined) appendFileSync(results, `${resultReport(result)}\n\n`);
          if (result.findings.length > 0) bad.push(resultReport(result));
        }
      } finally {
        await fleet.stop();
      }
    }

    // Much of a seed is waiting, and hosts of two releases have nothing in common.
    await Promise.all(crashReleases.map(tryAllOf));
    if (left.length > 0)
      process.stderr.write(
        `NOT TRIED in ${String(minutes)} minutes: seeds ${left.toSorted((a, b) => a - b).join(', ')}\n`,
      );
    if (bad.length > 0)
      expect.fail(`${String(bad.length)} of ${String(seeds.length)} seeds:\n\n${bad.join('\n\n')}`);
  });
});
