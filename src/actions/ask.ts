// exec, facts and ping: questions to hosts that need no playbook.
import type { InventoryHost } from '../inventory/index.ts';
import type { ActionDeps } from './deps.ts';
import type { FleetRun } from '../run/index.ts';
import { bareLoad, everyHostAtOnce } from '../compile/index.ts';
import { runRequest } from './fleet-run.ts';

/** Runs a line of sh on every host, as the login user (or root, where the host says `become`). */
export async function exec(
  hosts: readonly InventoryHost[],
  command: string,
  deps: ActionDeps,
): Promise<FleetRun> {
  return await ask('exec', hosts, deps, { command });
}

/** Gathers facts. */
export async function facts(hosts: readonly InventoryHost[], deps: ActionDeps): Promise<FleetRun> {
  return await ask('facts', hosts, deps);
}

/** Gathers facts, to see who can: a host that answers is reached, understood, and able to run muster. */
export async function ping(hosts: readonly InventoryHost[], deps: ActionDeps): Promise<FleetRun> {
  return await ask('facts', hosts, deps, { shownAs: 'ping' });
}

async function ask(
  action: 'exec' | 'facts',
  hosts: readonly InventoryHost[],
  deps: ActionDeps,
  more: { readonly command?: string; readonly shownAs?: 'ping' } = {},
): Promise<FleetRun> {
  return await runRequest(
    {
      action,
      playbook: '',
      hosts: hosts.map(bareLoad),
      strategy: everyHostAtOnce(deps.concurrency),
      ...more,
    },
    deps,
  );
}
