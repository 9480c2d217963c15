// What all actions on hosts share: one bundle a host, the scheduler, and a result for every host asked for.
import { compileBundle } from '../bundle/index.ts';
import type { BundleStep, RunSettings } from '../bundle/index.ts';
import type { InventoryHost } from '../inventory/index.ts';
import type { Action, RunResult } from '../result.ts';
import type { HostRun, StopSignals, Strategy } from '../run/index.ts';
import { runFleet, runHost, sharedForms } from '../run/index.ts';
import { readRuntime } from '../runtime/index.ts';
import type { ActionDeps } from './deps.ts';
import { newRunId } from './deps.ts';
import type { HostVars } from './host-vars.ts';

/** What goes to one host. */
export interface HostLoad {
  readonly host: InventoryHost;
  readonly vars: HostVars;
  /** Playbook files, with templates rendered for this host. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

export interface FleetRequest {
  readonly action: Exclude<Action, 'ping' | 'compare'>;
  /** What the run is called, when it is not called as its action: a ping gathers facts, a compare verifies. */
  readonly shownAs?: Action;
  readonly playbook: string;
  readonly hosts: readonly HostLoad[];
  readonly steps: readonly BundleStep[];
  /** False when `steps` are not all of the playbook; true unless told. */
  readonly allSteps?: boolean;
  readonly strategy: Strategy;
  readonly settings?: Pick<RunSettings, 'targetRun' | 'force' | 'preview'> & {
    readonly allowIrreversible?: boolean;
  };
  /** exec only: the sh text. */
  readonly command?: string;
}

/** A run's result, and what only a rollback has to say beside it. */
export interface FleetRun {
  readonly result: RunResult;
  readonly runs: readonly HostRun[];
}

const noVars: HostVars = { plain: new Map(), secret: new Map(), files: new Map() };

/** A load with nothing but the runtime, for actions without a playbook. */
export function bareLoad(host: InventoryHost): HostLoad {
  return { host, vars: noVars, files: new Map() };
}

/** Runs a request over its hosts. Rejects only for mistakes of ours; a host's trouble is in the result. */
export async function runRequest(request: FleetRequest, deps: ActionDeps): Promise<FleetRun> {
  const runId = newRunId(deps.clock(), deps.randomHex);
  const { playbook } = request;
  const action = request.shownAs ?? request.action;
  deps.emit({
    type: 'run-started',
    runId,
    action,
    playbook,
    hosts: request.hosts.map(({ host }) => host.name),
    steps: request.steps.map(({ id }) => id),
  });
  const formsOf = sharedForms();
  const runs = await runFleet(
    request.hosts.map((load) => ({
      host: load.host.name,
      run: () => runOne(request, load, formsOf(load.vars.secret.values()), runId, deps),
    })),
    request.strategy,
    deps.signals,
    deps.emit,
  );
  deps.emit({ type: 'run-finished', runId });
  return {
    result: {
      runId,
      action,
      playbook,
      hosts: runs.map((run) => run.result),
      interrupted: deps.signals.stop.aborted,
    },
    runs,
  };
}

async function runOne(
  request: FleetRequest,
  load: HostLoad,
  secretForms: readonly string[],
  runId: string,
  deps: ActionDeps,
): Promise<HostRun> {
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
  return await runHost(
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
    deps.emit,
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
