// A run over the fleet from its first event to its result.
import type { Action, EventListener, RunResult } from '../model/index.ts';
import type { Strategy } from '../schedule/index.ts';
import type { HostRun, StopSignals } from './host-task.ts';
import { type FleetHost, runFleet } from './run-fleet.ts';

/** What a run over the fleet is. */
export interface FleetWork {
  readonly runId: string;
  /** What the run is called. */
  readonly action: Action;
  /** Empty for what needs no playbook. */
  readonly playbook: string;
  /** Ids, in the order of the playbook. */
  readonly steps: readonly string[];
  readonly hosts: readonly FleetHost[];
  readonly strategy: Strategy;
}

/** A run's result, and what only a rollback has to say beside it. */
export interface FleetRun {
  readonly result: RunResult;
  readonly runs: readonly HostRun[];
}

/** Runs over the hosts. Rejects only for mistakes of ours; a host's trouble is in the result. */
export async function followFleet(
  { runId, action, playbook, steps, hosts, strategy }: FleetWork,
  signals: StopSignals,
  emit: EventListener,
): Promise<FleetRun> {
  emit({ type: 'run-started', runId, action, playbook, hosts: hosts.map(({ host }) => host), steps });
  const runs = await runFleet(hosts, strategy, signals, emit);
  emit({ type: 'run-finished', runId });
  const result: RunResult = {
    runId,
    action,
    playbook,
    hosts: runs.map((run) => run.result),
    interrupted: signals.stop.aborted,
  };
  return { result, runs };
}
