// verify: no drift, every expectation and probe holds, and what the hosts say of themselves is compared.
import { comparisonOf, type FleetComparison } from '../compare/index.ts';
import { compile, type PlaybookTarget } from '../compile/index.ts';
import { resultOf, type VerifyResult } from '../model/index.ts';
import type { FleetRun } from '../run/index.ts';
import type { ActionDeps } from './deps.ts';
import { runPlan } from './fleet-run.ts';
import { followUpOf, groupsToCompare, planProbes } from './outside.ts';

export interface VerifyRun extends FleetRun<VerifyResult> {
  readonly comparison: FleetComparison;
}

/**
 * Verifies a playbook on the hosts, asks its probes from outside, and compares the hosts with each other, group by
 * group. Nothing is touched. Throws ConfigError or UsageError before any host is reached.
 */
export async function verify(target: PlaybookTarget, deps: ActionDeps): Promise<VerifyRun> {
  const plan = await compile(target, deps, deps.randomHex(16));
  const questions = await planProbes(target.playbook, target.hosts);
  const view = { groups: groupsToCompare(target.inventory) };
  const run = await runPlan(plan, { action: 'verify' }, deps, view, followUpOf(questions, deps));
  const result = resultOf(run.result, 'verify');
  return { result, comparison: comparisonOf(result) };
}
