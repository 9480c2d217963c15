// What all actions on hosts share: one bundle a host, and the run over the fleet.
import type { FactListener, RunStarted } from '../model/index.ts';
import { compileBundle, type FleetRequest, type HostLoad, type RunSettings } from '../compile/index.ts';
import { readRuntime } from '../host/index.ts';
import {
  followFleet,
  type FleetRun,
  type FollowUp,
  runHost,
  sharedForms,
  type StopSignals,
} from '../run/index.ts';
import type { ActionDeps } from './deps.ts';
import { newRunId } from './deps.ts';

/** What a request says beside what the hosts are sent: see `RunStarted`. */
export type RunView = Pick<RunStarted, 'waves' | 'groups' | 'preview'>;

/** Runs a request over its hosts. Rejects only for mistakes of ours; a host's trouble is in the result. */
export async function runRequest(
  request: FleetRequest,
  deps: ActionDeps,
  view: RunView = {},
  followUp?: FollowUp,
): Promise<FleetRun> {
  const runId = newRunId(deps.clock(), deps.randomHex);
  const formsOf = sharedForms();
  return await followFleet(
    {
      runId,
      action: request.shownAs ?? request.action,
      playbook: request.playbook,
      steps: request.steps.map(({ id }) => id),
      hosts: request.hosts.map((load) => ({
        host: load.host.name,
        run: (tell) => runOne(request, load, formsOf(load.vars.secret.values()), runId, deps, tell),
      })),
      strategy: request.strategy,
      outputCap: deps.outputCap,
      ...view,
      ...(followUp === undefined ? {} : { followUp }),
    },
    deps,
  );
}

async function runOne(
  request: FleetRequest,
  load: HostLoad,
  secretForms: readonly string[],
  runId: string,
  deps: ActionDeps,
  tell: FactListener,
): Promise<void> {
  const nonce = deps.randomHex(16);
  const settings: RunSettings = {
    allowIrreversible: false,
    allSteps: request.allSteps ?? true,
    ...request.settings,
    runId,
    nonce,
    action: request.action,
    playbook: request.playbook,
    operator: deps.operator,
    stateDirectory: deps.stateDirectory,
    outputCap: deps.outputCap,
    keepReceipts: deps.keepReceipts,
    durable: deps.durable,
    ...(deps.waitSeconds === undefined ? {} : { waitSeconds: deps.waitSeconds }),
  };
  await runHost(
    {
      host: load.host.name,
      connection: load.host.connection,
      action: request.action,
      nonce,
      secretForms,
      outputCap: deps.outputCap,
      bundle: async () => {
        const bundle = await compileBundle({
          settings,
          runtime: readRuntime(),
          steps: request.steps,
          files: load.files,
          vars: load.vars.plain,
          secretVars: load.vars.secret,
          givenFiles: load.vars.files,
          ...(request.command === undefined ? {} : { command: request.command }),
        });
        return bundle.tar;
      },
    },
    deps.transport,
    ownSignals(deps.signals),
    tell,
  );
}

/** Signals of one host's own, which follow the run's: Node warns of more than ten listeners on one signal. */
function ownSignals({ stop, cancel, abandon }: StopSignals): StopSignals {
  return {
    stop: AbortSignal.any([stop]),
    cancel: AbortSignal.any([cancel]),
    abandon: AbortSignal.any([abandon]),
  };
}
