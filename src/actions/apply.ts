// apply: brings hosts to the declared state, with an undo record of every change.
import type { ActionDeps } from './deps.ts';
import type { FleetRun } from './fleet-run.ts';
import { runRequest } from './fleet-run.ts';
import type { PlaybookTarget } from './playbook-request.ts';
import { playbookRequest } from './playbook-request.ts';

/** Applies a playbook. Throws ConfigError or UsageError before any host is reached. */
export async function apply(
  target: PlaybookTarget,
  options: { readonly allowIrreversible: boolean },
  deps: ActionDeps,
): Promise<FleetRun> {
  const request = await playbookRequest('apply', target, deps);
  return await runRequest({ ...request, settings: options }, deps);
}
