// A run over the fleet from its first event to its result.
import type {
  EventListener,
  FactListener,
  HostGroup,
  RunFact,
  RunResult,
  RunStarted,
} from '../model/index.ts';
import type { Strategy } from '../schedule/index.ts';
import type { StopSignals } from './host-tools.ts';
import { RunRecord } from './record-run.ts';
import { runFleet } from './run-fleet.ts';

/** One host's part of a run: it tells what it finds out, and resolves when it has told how the host ended. Never rejects. */
export interface HostWork {
  readonly host: string;
  readonly run: (tell: FactListener) => Promise<void>;
}

/** What else is found out of hosts when their own runs are over. */
export interface FollowUp {
  readonly hosts: ReadonlySet<string>;
  /** `hosts` are those of them that were not skipped. */
  readonly ask: (hosts: ReadonlySet<string>, tell: FactListener) => Promise<void>;
}

/** What a run over the fleet is. */
export interface FleetWork extends Omit<RunStarted, 'type' | 'hosts'> {
  readonly runId: string;
  readonly groups?: readonly HostGroup[];
  readonly hosts: readonly HostWork[];
  readonly strategy: Strategy;
  readonly followUp?: FollowUp;
}

/** What a run needs from outside. */
export interface RunDeps {
  readonly emit: EventListener;
  readonly signals: StopSignals;
  /** The time now. */
  readonly clock: () => Date;
}

/** A run's result. */
export interface FleetRun<R extends RunResult = RunResult> {
  readonly result: R;
}

/** Runs over the hosts. Rejects only for mistakes of ours; a host's trouble is in the result. */
export async function followFleet(work: FleetWork, deps: RunDeps): Promise<FleetRun> {
  const { runId, hosts, strategy, followUp, ...what } = work;
  const { signals, emit, clock } = deps;
  const held = followUp === undefined ? {} : { held: followUp.hosts };
  const record = new RunRecord({ runId, clock, ...held }, emit);
  record.take({ type: 'run-started', ...what, hosts: hosts.map(({ host }) => host) });
  const forget = noteStop(signals, record.take);
  const runOne = async ({ host, run }: HostWork): Promise<ReturnType<typeof record.standing>> => {
    await run(record.take);
    return record.standing(host);
  };
  const runnable = hosts.map((one) => ({ host: one.host, run: () => runOne(one) }));
  await runFleet(runnable, strategy, signals, record.take);
  if (followUp !== undefined) {
    const left = [...followUp.hosts].filter((host) => record.standing(host).outcome !== 'skipped');
    await followUp.ask(new Set(left), record.take);
    record.finishHeld();
  }
  forget();
  record.take({ type: 'run-finished' });
  return { result: record.result() };
}

/** Reports the operator's stop, once. */
function noteStop({ stop }: StopSignals, tell: FactListener): () => void {
  const fact: RunFact = { type: 'interrupted' };
  const listener = (): void => {
    tell(fact);
  };
  if (stop.aborted) listener();
  else stop.addEventListener('abort', listener, { once: true });
  return () => {
    stop.removeEventListener('abort', listener);
  };
}
