// exec, facts and ping: questions to hosts that need no playbook.
import type { InventoryHost } from '../inventory/index.ts';
import type { ActionDeps } from './deps.ts';
import type { FleetRun } from '../run/index.ts';
import {
  type ExecResult,
  type FactsResult,
  type PingResult,
  resultOf,
  type RunResult,
} from '../model/index.ts';
import { bareLoad, everyHostAtOnce } from '../compile/index.ts';
import { runRequest, type RunView } from './fleet-run.ts';

/** Runs a line of sh on every host, as the login user (or root, where the host says `become`). What is masked counts for no fold. */
export async function exec(
  hosts: readonly InventoryHost[],
  command: string,
  deps: ActionDeps,
  view: Pick<RunView, 'mask'> = {},
): Promise<FleetRun<ExecResult>> {
  return { result: resultOf(await ask('exec', hosts, deps, { command }, view), 'exec') };
}

/** Gathers facts. */
export async function facts(
  hosts: readonly InventoryHost[],
  deps: ActionDeps,
): Promise<FleetRun<FactsResult>> {
  return { result: resultOf(await ask('facts', hosts, deps), 'facts') };
}

/** Gathers facts, to see who can: a host that answers is reached, understood, and able to run muster. */
export async function ping(hosts: readonly InventoryHost[], deps: ActionDeps): Promise<FleetRun<PingResult>> {
  return { result: resultOf(await ask('facts', hosts, deps, { shownAs: 'ping' }), 'ping') };
}

async function ask(
  action: 'exec' | 'facts',
  hosts: readonly InventoryHost[],
  deps: ActionDeps,
  more: { readonly command?: string; readonly shownAs?: 'ping' } = {},
  view: RunView = {},
): Promise<RunResult> {
  const { result } = await runRequest(
    {
      action,
      playbook: '',
      hosts: hosts.map(bareLoad),
      strategy: everyHostAtOnce(deps.concurrency),
      ...more,
    },
    deps,
    view,
  );
  return result;
}
