// plan: what an apply of a plan would change on every host; nothing is touched.
import type { RunPlan } from '../compile/index.ts';
import { type PlanResult, resultOf } from '../model/index.ts';
import type { FleetRun } from '../run/index.ts';
import type { ActionDeps } from './deps.ts';
import { runPlan } from './fleet-run.ts';

/** Looks at the hosts. A host's trouble is in the result. */
export async function plan(compiled: RunPlan, deps: ActionDeps): Promise<FleetRun<PlanResult>> {
  const { result } = await runPlan(compiled, { action: 'plan' }, deps, { waves: compiled.waves });
  return { result: resultOf(result, 'plan') };
}
