// rollback: undoes the newest run (or the one named) on the hosts asked for, and proves it.
import type { InventoryHost } from '../inventory/index.ts';
import type { ActionDeps } from './deps.ts';
import type { FleetRun } from '../run/index.ts';
import { resultOf, type RollbackResult } from '../model/index.ts';
import { bareLoad, everyHostAtOnce } from '../compile/index.ts';
import { runRequest } from './fleet-run.ts';

export interface RollbackOptions {
  /** The run to undo; undefined means each host's newest one that changed something and is not undone. */
  readonly targetRun?: string;
  /** Overwrite what somebody else changed since. */
  readonly force: boolean;
  /** Only show what would be undone. */
  readonly preview: boolean;
}

/** Rolls hosts back, or shows what that would undo. */
export async function rollback(
  hosts: readonly InventoryHost[],
  options: RollbackOptions,
  deps: ActionDeps,
): Promise<FleetRun<RollbackResult>> {
  const { result } = await runRequest(
    {
      action: 'rollback',
      playbook: '',
      hosts: hosts.map(bareLoad),
      strategy: everyHostAtOnce(deps.concurrency),
      settings: options,
    },
    deps,
    options.preview ? { preview: true } : {},
  );
  return { result: resultOf(result, 'rollback') };
}
