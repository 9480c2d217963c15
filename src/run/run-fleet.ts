// Many hosts: bounded parallelism, waves, failure budget, keep-serving rule, and a result for each host asked for.
import pLimit from 'p-limit';
import type { FactListener } from '../model/index.ts';
import { planWaves, type Strategy } from '../schedule/index.ts';
import type { HostRun, StopSignals } from './host-task.ts';

export interface FleetHost {
  readonly host: string;
  readonly run: () => Promise<HostRun>;
}

/** Runs every host as the strategy allows. Never rejects; hosts that never started are `skipped`, with the reason. */
export async function runFleet(
  hosts: readonly FleetHost[],
  strategy: Strategy,
  signals: StopSignals,
  emit: FactListener,
): Promise<readonly HostRun[]> {
  const fleet = new Fleet(strategy, signals, emit);
  for (const wave of planWaves(hosts, strategy.waves)) await fleet.wave(wave);
  return hosts.map(({ host }) => fleet.resultOf(host));
}

class Fleet {
  readonly #strategy: Strategy;
  readonly #signals: StopSignals;
  readonly #emit: FactListener;
  readonly #runs = new Map<string, HostRun>();
  #failures = 0;
  #outOfService = 0;

  constructor(strategy: Strategy, signals: StopSignals, emit: FactListener) {
    this.#strategy = strategy;
    this.#signals = signals;
    this.#emit = emit;
  }

  async wave(hosts: readonly FleetHost[]): Promise<void> {
    const { keepServing, concurrency } = this.#strategy;
    const kept = hosts.filter(({ host }) => keepServing?.hosts.has(host) === true);
    const free = hosts.filter((host) => !kept.includes(host));
    await Promise.all([this.#inParallel(free, concurrency), this.#keptInParallel(kept)]);
  }

  resultOf(host: string): HostRun {
    const run = this.#runs.get(host);
    if (run === undefined) throw new Error(`host ${host} was lost by the scheduler`);
    return run;
  }

  async #inParallel(hosts: readonly FleetHost[], concurrency: number): Promise<void> {
    const limit = pLimit(concurrency);
    await Promise.all(hosts.map((host) => limit(() => this.#one(host))));
  }

  /** Hosts under the keep-serving rule go in rounds, since each failure leaves less room for the next round. */
  async #keptInParallel(hosts: readonly FleetHost[]): Promise<void> {
    const rule = this.#strategy.keepServing;
    if (rule === undefined) return;
    let rest = hosts;
    while (rest.length > 0) {
      const room = rule.hosts.size - rule.min - this.#outOfService;
      if (room <= 0) {
        for (const { host } of rest)
          this.#skip(host, `keep_serving: ${rule.min} hosts of the group must stay untouched`);
        return;
      }
      await this.#inParallel(rest.slice(0, room), this.#strategy.concurrency);
      rest = rest.slice(room);
    }
  }

  async #one({ host, run }: FleetHost): Promise<void> {
    const { failureBudget } = this.#strategy;
    if (this.#signals.stop.aborted) {
      this.#skip(host, 'the run was interrupted before this host began');
      return;
    }
    if (failureBudget !== undefined && this.#failures > failureBudget) {
      this.#skip(host, `${this.#failures} hosts failed, and the budget is ${failureBudget}`);
      return;
    }
    const done = await run();
    this.#runs.set(host, done);
    // A host on which nothing was begun still serves as it did, and says nothing about the change.
    if (done.isUntouched === true) return;
    if (done.outcome === 'failed' || done.outcome === 'unknown') {
      this.#failures++;
      if (this.#strategy.keepServing?.hosts.has(host) === true) this.#outOfService++;
    }
  }

  #skip(host: string, reason: string): void {
    const ending = { outcome: 'skipped', reason } as const;
    this.#emit({ type: 'host-ended', host, ...ending, begun: false, connections: 0, execs: 0 });
    this.#runs.set(host, ending);
  }
}
