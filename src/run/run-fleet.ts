// Many hosts: starts those that the schedule says, and knows what became of each host asked for.
import type { FactListener } from '../model/index.ts';
import { beginSchedule, hostEnded, nextHosts, type Strategy } from '../schedule/index.ts';
import type { HostRun, StopSignals } from './host-tools.ts';

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
  const runOf = new Map(hosts.map(({ host, run }) => [host, run]));
  const done = new Map<string, HostRun>();
  const atWork = new Map<string, Promise<{ readonly host: string; readonly run: HostRun }>>();
  let schedule = beginSchedule([...runOf.keys()], strategy);
  for (;;) {
    const turn = nextHosts(schedule, signals.stop.aborted);
    for (const { host, reason } of turn.skip) done.set(host, skipped(host, reason, emit));
    for (const host of turn.start) atWork.set(host, begin(host, runOf.get(host)));
    if (atWork.size === 0) break;
    const { host, run } = await Promise.race(atWork.values());
    atWork.delete(host);
    done.set(host, run);
    schedule = hostEnded(turn.schedule, host, isLost(run));
  }
  return hosts.map(({ host }) => runIn(done, host));
}

async function begin(
  host: string,
  run: (() => Promise<HostRun>) | undefined,
): Promise<{ readonly host: string; readonly run: HostRun }> {
  if (run === undefined) throw new Error(`the scheduler named ${host}, which was not selected`);
  return { host, run: await run() };
}

function runIn(done: ReadonlyMap<string, HostRun>, host: string): HostRun {
  const run = done.get(host);
  if (run === undefined) throw new Error(`host ${host} was lost by the scheduler`);
  return run;
}

/** A host on which nothing was begun still serves as it did, and says nothing about the change. */
function isLost({ outcome, isUntouched }: HostRun): boolean {
  return isUntouched !== true && (outcome === 'failed' || outcome === 'unknown');
}

function skipped(host: string, reason: string, emit: FactListener): HostRun {
  const ending = { outcome: 'skipped', reason } as const;
  emit({ type: 'host-ended', host, ...ending, begun: false, connections: 0, execs: 0 });
  return ending;
}
