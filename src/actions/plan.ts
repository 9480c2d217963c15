// plan: what an apply of a plan would change on every host; nothing is touched.
import type { RunPlan } from '../compile/index.ts';
import type { ActionDeps } from './deps.ts';
import type { FleetRun } from '../run/index.ts';
import { runPlan } from './fleet-run.ts';

/** Looks at the hosts. A host's trouble is in the result. */
export async function plan(compiled: RunPlan, deps: ActionDeps): Promise<FleetRun> {
  return await runPlan(compiled, { action: 'plan' }, deps);
}
