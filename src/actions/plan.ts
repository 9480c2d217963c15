// plan: what apply would change, on every host; nothing is touched.
import type { ActionDeps } from './deps.ts';
import type { FleetRun } from '../run/index.ts';
import { type PlanResult, resultOf } from '../model/index.ts';
import { runRequest } from './fleet-run.ts';
import { playbookRequest, type PlaybookTarget, wavesOf } from '../compile/index.ts';

/** Plans a playbook. Throws ConfigError or UsageError before any host is reached. */
export async function plan(target: PlaybookTarget, deps: ActionDeps): Promise<FleetRun<PlanResult>> {
  const request = await playbookRequest('plan', target, deps);
  const { result } = await runRequest(request, deps, { waves: wavesOf(target) });
  return { result: resultOf(result, 'plan') };
}
