// apply: brings hosts to the declared state, with an undo record of every change.
import type { ActionDeps } from './deps.ts';
import type { FleetRun } from '../run/index.ts';
import { type ApplyResult, resultOf } from '../model/index.ts';
import { runRequest } from './fleet-run.ts';
import { playbookRequest, type PlaybookTarget } from '../compile/index.ts';

/** Applies a playbook. Throws ConfigError or UsageError before any host is reached. */
export async function apply(
  target: PlaybookTarget,
  options: { readonly allowIrreversible: boolean },
  deps: ActionDeps,
): Promise<FleetRun<ApplyResult>> {
  const request = await playbookRequest('apply', target, deps);
  const { result } = await runRequest({ ...request, settings: options }, deps);
  return { result: resultOf(result, 'apply') };
}
