// npm run test:generated: tries the seeds of MUSTER_SEEDS (60 by default), a line each, and fails if anything was found.
// MUSTER_WITHOUT leaves features out (their names, with commas), to find out which one matters. MUSTER_RELEASE is the
// release of the host. A line of JSON for each seed is added to the file MUSTER_RESULTS. MUSTER_UNTIL is `served` to try
// only the generator, or `planned`.
import { appendFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { untils } from './oracle.ts';
import { seedLine, seedReport, type SeedResult } from './findings.ts';
import { describeGenerated, GeneratedFleet, seedsOf } from './fleet.ts';

const seeds = seedsOf(process.env['MUSTER_SEEDS'] ?? '1-60');
const without = new Set((process.env['MUSTER_WITHOUT'] ?? '').split(',').filter(Boolean));
const until = untils.find((name) => name === process.env['MUSTER_UNTIL']) ?? 'end';
const results = process.env['MUSTER_RESULTS'];

describeGenerated('configurations of other operators', () => {
  let fleet: GeneratedFleet;
  beforeAll(async () => {
    fleet = await GeneratedFleet.start(process.env['MUSTER_RELEASE']);
  });
  afterAll(async () => {
    await fleet.stop();
  });

  it(`are moved, or refused for a reason, and nothing is lost (${seeds.length} seeds)`, async () => {
    const bad: SeedResult[] = [];
    for (const seed of seeds) {
      const result = await fleet.try(seed, without, until);
      process.stderr.write(`${seedLine(result)}\n`);
      if (results !== undefined) appendFileSync(results, `${JSON.stringify(result)}\n`);
      if (result.findings.length > 0) bad.push(result);
    }
    if (bad.length > 0)
      expect.fail(`${bad.length} of ${seeds.length} seeds:\n\n${bad.map(seedReport).join('\n\n')}`);
  });
});
