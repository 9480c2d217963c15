// What all actions on hosts share: one job a host, made when its turn comes, and one result for every host.
import {
  bareLoad,
  everyHostAtOnce,
  type HostLoad,
  jobOf,
  nothingShared,
  packJob,
  type RunPlan,
  type SharedLoad,
  strategyOf,
} from '../compile/index.ts';
import type { Action, HostJob, RunSettings } from '../model/index.ts';
import {
  followFleet,
  type FleetRun,
  type HostRun,
  type HostTools,
  runHost,
  sharedForms,
  type StopSignals,
} from '../run/index.ts';
import type { Strategy } from '../schedule/index.ts';
import type { ActionDeps } from './deps.ts';
import { newRunId } from './deps.ts';

/** What a run asks of its hosts. */
export interface FleetRequest {
  readonly action: RunSettings['action'];
  /** What the run is called, when it is not called as its action: a ping gathers facts, a compare verifies. */
  readonly shownAs?: Action;
  readonly playbook: string;
  readonly hosts: readonly HostLoad[];
  /** Absent without a playbook. */
  readonly shared?: SharedLoad;
  /** False when the steps are not all of the playbook; true unless told. */
  readonly allSteps?: boolean;
  readonly strategy: Strategy;
  readonly settings?: Pick<RunSettings, 'targetRun' | 'force' | 'preview'> & {
    readonly allowIrreversible?: boolean;
  };
  /** exec only: the sh text. */
  readonly command?: string;
}

/** Runs a plan over its hosts; only what changes hosts goes in its waves. Rejects only for mistakes of ours. */
export async function runPlan(
  plan: RunPlan,
  what: Pick<FleetRequest, 'action' | 'shownAs' | 'settings'>,
  deps: ActionDeps,
): Promise<FleetRun> {
  const { playbook, hosts, allSteps } = plan;
  const strategy =
    what.action === 'apply' ? strategyOf(plan, deps.concurrency) : everyHostAtOnce(deps.concurrency);
  return await runRequest({ ...what, playbook, hosts, shared: plan, allSteps, strategy }, deps);
}

/** Runs a request over its hosts. Rejects only for mistakes of ours; a host's trouble is in the result. */
export async function runRequest(request: FleetRequest, deps: ActionDeps): Promise<FleetRun> {
  const { action, shownAs = action, playbook, shared = nothingShared, strategy } = request;
  const runId = newRunId(deps.clock(), deps.randomHex);
  const formsOf = sharedForms();
  return await followFleet(
    {
      runId,
      action: shownAs,
      playbook,
      steps: shared.steps.map(({ id }) => id),
      hosts: request.hosts.map((load) => ({
        host: load.name,
        run: () => runOne(load, request, runId, { ...deps, formsOf }),
      })),
      strategy,
    },
    deps.signals,
    deps.emit,
  );
}

async function runOne(
  load: HostLoad,
  request: FleetRequest,
  runId: string,
  deps: ActionDeps & Pick<HostTools, 'formsOf'>,
): Promise<HostRun> {
  const settings = settingsOf(request, runId, deps);
  const { shared = nothingShared } = request;
  const more = request.command === undefined ? {} : { command: request.command };
  const tools: HostTools = {
    transport: deps.transport,
    pack: async (job) => (await packJob(job)).tar,
    formsOf: deps.formsOf,
    signals: ownSignals(deps.signals),
    emit: deps.emit,
  };
  const made = jobOrError(load, shared, settings);
  if (made.job !== undefined) return await runHost({ ...made.job, ...more }, tools);
  // What cannot be made into a job is that host's failure, with the reason, and nobody else's.
  const pack = (): Promise<never> => Promise.reject(made.error);
  return await runHost(jobOf(bareLoad(load), nothingShared, settings), { ...tools, pack });
}

function jobOrError(
  load: HostLoad,
  shared: SharedLoad,
  settings: RunSettings,
): { readonly job: HostJob } | { readonly job: undefined; readonly error: Error } {
  try {
    return { job: jobOf(load, shared, settings) };
  } catch (error) {
    return { job: undefined, error: error instanceof Error ? error : new Error(String(error)) };
  }
}

function settingsOf(request: FleetRequest, runId: string, deps: ActionDeps): RunSettings {
  const { operator, stateDirectory, outputCap, keepReceipts, durable, waitSeconds } = deps;
  return {
    allowIrreversible: false,
    allSteps: request.allSteps ?? true,
    ...request.settings,
    runId,
    nonce: deps.randomHex(16),
    action: request.action,
    playbook: request.playbook,
    ...{ operator, stateDirectory, outputCap, keepReceipts, durable },
    ...(waitSeconds === undefined ? {} : { waitSeconds }),
  };
}

/** Signals of one host's own, which follow the run's: Node warns of more than ten listeners on one signal. */
function ownSignals({ stop, cancel, abandon }: StopSignals): StopSignals {
  return {
    stop: AbortSignal.any([stop]),
    cancel: AbortSignal.any([cancel]),
    abandon: AbortSignal.any([abandon]),
  };
}
