// compare: what the hosts say of themselves, against each other. What a playbook declares is verify's business.
import { comparisonOf, type FleetComparison } from '../compare/index.ts';
import { compile, type PlaybookTarget } from '../compile/index.ts';
import { type CompareResult, resultOf } from '../model/index.ts';
import type { FleetRun } from '../run/index.ts';
import type { ActionDeps } from './deps.ts';
import { runPlan } from './fleet-run.ts';
import { followUpOf, groupsToCompare, planProbes } from './outside.ts';

export interface CompareRun extends FleetRun<CompareResult> {
  readonly comparison: FleetComparison;
}

/**
 * Observes the hosts, asks from outside for the serials that are to converge, and compares the hosts with each other, group
 * by group. Nothing is touched. Throws ConfigError or UsageError before any host is reached.
 */
export async function compare(target: PlaybookTarget, deps: ActionDeps): Promise<CompareRun> {
  const plan = await compile(target, deps, deps.randomHex(16));
  const planned = await planProbes(target.playbook, target.hosts);
  const questions = planned.filter(({ probe }) => probe.converge !== undefined);
  const view = { groups: groupsToCompare(target.inventory) };
  const run = await runPlan(plan, { action: 'compare' }, deps, view, followUpOf(questions, deps));
  const result = resultOf(run.result, 'compare');
  return { result, comparison: comparisonOf(result) };
}
