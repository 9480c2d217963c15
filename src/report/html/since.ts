// Since when something has been so: the first of the runs in a row, looking back, in which it was so on the host already.
import { divergencesOf, type Failure, failuresOf } from '../../compare/index.ts';
import type { HostOutcome, RunResult } from '../../model/index.ts';
import type { PageSince } from './page-data.ts';

/** Something wrong on one host, whatever the words are. */
export type Spot = string;

/** The spot of a failure. */
export function spotOf(host: string, { kind, step, subject }: Failure): Spot {
  return JSON.stringify([host, kind, step, subject]);
}

/** The spot of a host that was not seen. */
export function lostSpot(host: string): Spot {
  return JSON.stringify([host, 'lost']);
}

/** The spot of a host that differs from the majority in a key. */
export function divergentSpot(host: string, group: string, key: string): Spot {
  return JSON.stringify([host, 'differs', group, key]);
}

const notSeen: ReadonlySet<HostOutcome> = new Set(['unreachable', 'unknown', 'skipped']);

/** Every spot of a run, with its host. */
function spotsOf(result: RunResult): ReadonlyMap<Spot, string> {
  const spots = new Map<Spot, string>();
  for (const host of result.hosts) {
    for (const failure of failuresOf(host)) spots.set(spotOf(host.host, failure), host.host);
    if (notSeen.has(host.outcome)) spots.set(lostSpot(host.host), host.host);
  }
  for (const { group, key, outliers } of divergencesOf(result))
    for (const host of outliers.flatMap(({ hosts }) => hosts))
      spots.set(divergentSpot(host, group, key), host);
  return spots;
}

/** Follows what is wrong in a run back through the runs before it, which are given to it one by one, the newest first. */
export class SinceWhen {
  readonly #found = new Map<Spot, PageSince>();
  readonly #open: Map<Spot, string>;

  constructor(result: RunResult) {
    const { runId, started } = result;
    this.#open = new Map(spotsOf(result));
    for (const spot of this.#open.keys()) this.#found.set(spot, { runId, started, runs: 1, atLeast: true });
  }

  /** False when no earlier run can tell more. */
  get isOpen(): boolean {
    return this.#open.size > 0;
  }

  /** Takes the run before. A host that was not looked at there says nothing about what it was like. */
  take(earlier: RunResult): void {
    const spots = spotsOf(earlier);
    const { runId, started } = earlier;
    const outcomes = new Map(earlier.hosts.map(({ host, outcome }) => [host, outcome]));
    for (const [spot, host] of this.#open) {
      const outcome = outcomes.get(host);
      if (outcome === undefined) continue;
      const found = this.#found.get(spot);
      if (found === undefined) continue;
      if (spots.has(spot)) this.#found.set(spot, { ...found, runId, started, runs: found.runs + 1 });
      else if (!notSeen.has(outcome) || spot === lostSpot(host)) {
        this.#found.set(spot, { ...found, atLeast: false });
        this.#open.delete(spot);
      }
    }
  }

  /** Of several spots, what is known of the one that has been so for longest. */
  of(spots: readonly Spot[]): PageSince | undefined {
    const known = spots.flatMap((spot) => this.#found.get(spot) ?? []);
    return known.toSorted((a, b) => (a.started < b.started ? -1 : 1))[0];
  }
}
