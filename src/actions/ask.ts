// exec, facts and ping: questions to hosts that need no playbook.
import type { InventoryHost } from '../inventory/index.ts';
import type { ActionDeps } from './deps.ts';
import type { FleetRun } from './fleet-run.ts';
import { bareLoad, runRequest } from './fleet-run.ts';
import { everyHostAtOnce } from './playbook-request.ts';

/** Runs a line of sh on every host, as the login user (or root, where the host says `become`). */
export async function exec(
  hosts: readonly InventoryHost[],
  command: string,
  deps: ActionDeps,
): Promise<FleetRun> {
  return await ask('exec', hosts, deps, command);
}

/** Gathers facts. A host that answers is reached, understood, and able to run muster: ping is this, shown shortly. */
export async function facts(hosts: readonly InventoryHost[], deps: ActionDeps): Promise<FleetRun> {
  return await ask('facts', hosts, deps);
}

async function ask(
  action: 'exec' | 'facts',
  hosts: readonly InventoryHost[],
  deps: ActionDeps,
  command?: string,
): Promise<FleetRun> {
  return await runRequest(
    {
      action,
      playbook: '',
      hosts: hosts.map(bareLoad),
      steps: [],
      strategy: everyHostAtOnce(deps.concurrency),
      ...(command === undefined ? {} : { command }),
    },
    deps,
  );
}
