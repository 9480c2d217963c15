// The lab of generated configurations: one host that each of them is laid on, and its peer.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLab, type Lab } from '../../../src/lab/index.ts';
import { describe } from 'vitest';
import { describeWithEngine, labBackend, labImage } from '../engine.ts';
import type { SeedResult } from './findings.ts';
import { generate } from './generate.ts';
import type { Surroundings } from './model.ts';
import { tryHost, type Until } from './oracle.ts';
import { startPeer } from './peer.ts';

/** Suites of generated hosts: those have further addresses, which a container may not give itself. */
export function describeGenerated(title: string, suite: () => void): void {
  if (labBackend() === 'embedded') describeWithEngine(title, suite);
  else describe.skip(`${title} (skipped: for embedded hosts)`, suite);
}

const tried = 'ns1';
const peer = 'peer';

/** A lab for seeds, which are tried one after the other. */
export class GeneratedFleet {
  readonly #lab: Lab;

  private constructor(lab: Lab) {
    this.#lab = lab;
  }

  static async start(release?: string): Promise<GeneratedFleet> {
    const directory = mkdtempSync(join(tmpdir(), 'muster-generated-'));
    const hosts = [{ name: tried, ...(release === undefined ? {} : { release }) }, { name: peer }];
    const lab = await startLab({ hosts, image: labImage(), directory });
    await startPeer(lab, peer);
    return new GeneratedFleet(lab);
  }

  get #around(): Surroundings {
    const ip = (wanted: string): string => this.#lab.hosts.find(({ name }) => name === wanted)?.ip ?? '';
    return { own: ip(tried), peer: ip(peer) };
  }

  /** Tries one seed. */
  async try(
    seed: number,
    without: ReadonlySet<string> = new Set(),
    until: Until = 'end',
  ): Promise<SeedResult> {
    return await tryHost(this.#lab, tried, generate(seed, this.#around, without), until);
  }

  async stop(): Promise<void> {
    await this.#lab.stop();
    rmSync(this.#lab.directory, { recursive: true, force: true });
  }
}

/** The seeds that a text names, e.g. `1-60` or `3,17,40-44`. */
export function seedsOf(text: string): number[] {
  return text.split(',').flatMap((part) => {
    const [, from, to] = /^(\d+)(?:-(\d+))?$/.exec(part.trim()) ?? [];
    if (from === undefined)
      throw new Error(`MUSTER_SEEDS: '${part}' is neither a number nor a range such as 1-60`);
    const last = Number(to ?? from);
    return Array.from({ length: Math.max(0, last - Number(from) + 1) }, (_, index) => Number(from) + index);
  });
}
