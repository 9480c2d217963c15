// What all actions on hosts share: a run over the fleet, with one result for every host.
import { bundlePacker, everyHostAtOnce, nothingShared, type RunPlan, strategyOf } from '../compile/index.ts';
import type { HostJob, RunStarted } from '../model/index.ts';
import { followFleet, type FleetRun, type FollowUp, sharedForms } from '../run/index.ts';
import { type ActionDeps, newRunId } from './deps.ts';
import type { FleetRequest } from './request.ts';
import { startHost } from './start-host.ts';

/** What a run says of itself beside what the hosts are sent: see `RunStarted`. */
export type RunView = Pick<RunStarted, 'waves' | 'groups' | 'preview' | 'mask'>;

/** Runs a plan over its hosts; only what changes hosts goes in its waves. Rejects only for mistakes of ours. */
export async function runPlan(
  plan: RunPlan,
  what: Pick<FleetRequest, 'action' | 'settings'>,
  deps: ActionDeps,
  view: RunView = {},
  followUp?: FollowUp,
): Promise<FleetRun> {
  const { playbook, hosts, allSteps } = plan;
  const strategy =
    what.action === 'apply' ? strategyOf(plan, deps.concurrency) : everyHostAtOnce(deps.concurrency);
  const request = { ...what, playbook, hosts, shared: plan, allSteps, strategy };
  return await runRequest(request, deps, view, followUp);
}

/** Runs a request over its hosts. Rejects only for mistakes of ours; a host's trouble is in the result. */
export async function runRequest(
  request: FleetRequest,
  deps: ActionDeps,
  view: RunView = {},
  followUp?: FollowUp,
): Promise<FleetRun> {
  const { action, shownAs = action, playbook, shared = nothingShared, strategy } = request;
  const runId = newRunId(deps.clock(), deps.randomHex);
  const formsOf = sharedForms();
  const packer = bundlePacker();
  const pack = async (job: HostJob): Promise<Uint8Array> => (await packer(job)).bytes;
  return await followFleet(
    {
      runId,
      action: shownAs,
      playbook,
      steps: shared.steps.map(({ id }) => id),
      hosts: request.hosts.map((load) => ({
        host: load.name,
        run: (tell) => startHost(load, request, runId, { ...deps, formsOf, pack, tell }),
      })),
      strategy,
      outputCap: deps.outputCap,
      ...view,
      ...(followUp === undefined ? {} : { followUp }),
    },
    deps,
  );
}
