// One host's turn: its job is made, packed and done.
import { bareLoad, type HostLoad, jobOf, nothingShared, type SharedLoad } from '../compile/index.ts';
import type { FactListener, HostJob, RunSettings } from '../model/index.ts';
import { type HostTools, runHost, type StopSignals } from '../run/index.ts';
import type { ActionDeps } from './deps.ts';
import type { FleetRequest } from './request.ts';

/** Does what a run asks of one host. Never rejects: what cannot be made into a job is that host's failure, with the reason. */
export async function startHost(
  load: HostLoad,
  request: FleetRequest,
  runId: string,
  deps: ActionDeps & Pick<HostTools, 'formsOf' | 'pack'> & { readonly tell: FactListener },
): Promise<void> {
  const settings = settingsOf(request, runId, deps);
  const { shared = nothingShared } = request;
  const more = request.command === undefined ? {} : { command: request.command };
  const becomePassword = deps.becomePassword?.(load.name);
  const tools: HostTools = {
    ...(becomePassword === undefined ? {} : { becomePassword }),
    transport: deps.transport,
    pack: deps.pack,
    formsOf: deps.formsOf,
    signals: ownSignals(deps.signals),
    emit: deps.tell,
  };
  const made = jobOrError(load, shared, settings);
  if (made.job !== undefined) {
    await runHost({ ...made.job, ...more }, tools);
    return;
  }
  const pack = (): Promise<never> => Promise.reject(made.error);
  await runHost(jobOf(bareLoad(load), nothingShared, settings), { ...tools, pack });
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
