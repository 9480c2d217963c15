// verify: no drift, every expectation holds, and the observations of the fleet are compared.
import type { FleetComparison } from '../compare/index.ts';
import { compareFleet } from '../compare/index.ts';
import type { ActionDeps } from './deps.ts';
import type { FleetRun } from './fleet-run.ts';
import { runRequest } from './fleet-run.ts';
import type { PlaybookTarget } from './playbook-request.ts';
import { playbookRequest } from './playbook-request.ts';

export interface VerifyRun extends FleetRun {
  readonly comparison: FleetComparison;
}

/** Verifies a playbook and compares the hosts with each other, group by group. Nothing is touched. */
export async function verify(target: PlaybookTarget, deps: ActionDeps): Promise<VerifyRun> {
  const run = await runRequest(await playbookRequest('verify', target, deps), deps);
  return { ...run, comparison: compareFleet(run.result.hosts, { groups: target.inventory.groups }) };
}
