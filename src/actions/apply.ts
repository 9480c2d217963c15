// apply: brings hosts to the declared state, with an undo record of every change.
import type { RunPlan } from '../compile/index.ts';
import { type ApplyResult, resultOf } from '../model/index.ts';
import type { FleetRun } from '../run/index.ts';
import type { ActionDeps } from './deps.ts';
import { runPlan } from './fleet-run.ts';

/** Applies what was compiled, and so what a `plan` of the same value has shown: nothing is read again. */
export async function apply(
  compiled: RunPlan,
  options: { readonly allowIrreversible: boolean },
  deps: ActionDeps,
): Promise<FleetRun<ApplyResult>> {
  const { result } = await runPlan(compiled, { action: 'apply', settings: options }, deps);
  return { result: resultOf(result, 'apply') };
}
