// The lab of the crash suite: a host that each seed begins on anew.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { startLab, type Lab } from '../../../src/lab/index.ts';
import { describeWithEngine, labBackend, labImage } from '../engine.ts';
import { chosenSeeds, describePlan, planOf, releaseOf, type CrashRelease } from './plan.ts';
import { tryCrashes, type TrialResult } from './trial.ts';

/** Suites of crashes: they look at hosts through this machine's kernel, so they need embedded ones. */
export function describeCrashes(title: string, suite: () => void): void {
  if (labBackend() === 'embedded') describeWithEngine(title, suite);
  else describe.skip(`${title} (skipped: for embedded hosts)`, suite);
}

/** The seeds that every test run tries on hosts of this release. */
export function seedsOfRelease(release: CrashRelease): number[] {
  return chosenSeeds.filter((seed) => releaseOf(seed) === release);
}

/** A lab of one host, for seeds that are tried one after the other. */
export class CrashFleet {
  readonly #lab: Lab;

  private constructor(lab: Lab) {
    this.#lab = lab;
  }

  static async start(release: CrashRelease): Promise<CrashFleet> {
    const directory = mkdtempSync(join(tmpdir(), 'muster-crash-'));
    const lab = await startLab({ hosts: [{ name: 'ns1', release }], image: labImage(), directory });
    return new CrashFleet(lab);
  }

  /** Tries one seed, which must be of this release. */
  async try(seed: number): Promise<TrialResult> {
    return await tryCrashes(this.#lab, 'ns1', planOf(seed));
  }

  async stop(): Promise<void> {
    await this.#lab.stop();
    rmSync(this.#lab.directory, { recursive: true, force: true });
  }
}

/** One line a seed. */
export function resultLine({ plan, findings, elapsedMs }: TrialResult): string {
  const outcome = findings.length === 0 ? 'good' : findings.map(({ kind }) => kind.toUpperCase()).join(' ');
  return `${describePlan(plan)}: ${outcome} (${(elapsedMs / 1000).toFixed(1)} s)`;
}

/** All that there is to know. */
export function resultReport(result: TrialResult): string {
  const { findings, story, said } = result;
  const found = findings.map(({ kind, what }) => `${kind.toUpperCase()}: ${what}`);
  return [resultLine(result), ...found, '--- story', ...story, '--- what muster said', said].join('\n');
}
