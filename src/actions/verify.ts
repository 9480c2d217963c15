// verify: no drift, every expectation and probe holds, and what the hosts say of themselves is compared.
import type { FleetComparison } from '../compare/index.ts';
import { compareFleet } from '../compare/index.ts';
import type { Inventory } from '../inventory/index.ts';
import { askDns, planProbes, probeFleet } from '../probe/index.ts';
import type { ActionDeps } from './deps.ts';
import type { FleetRun } from '../run/index.ts';
import { runPlan } from './fleet-run.ts';
import { compile, type PlaybookTarget } from '../compile/index.ts';

export interface VerifyRun extends FleetRun {
  readonly comparison: FleetComparison;
}

/**
 * Verifies a playbook on the hosts, asks its probes from outside, and compares the hosts with each other, group by
 * group. Nothing is touched. Throws ConfigError or UsageError before any host is reached.
 */
export async function verify(target: PlaybookTarget, deps: ActionDeps): Promise<VerifyRun> {
  return await lookAtFleet('verify', target, deps);
}

/** Looks at the hosts as `verify` does, in a run that is called a compare: its comparison is what was asked for. */
export async function compare(target: PlaybookTarget, deps: ActionDeps): Promise<VerifyRun> {
  return await lookAtFleet('compare', target, deps);
}

async function lookAtFleet(
  shownAs: 'verify' | 'compare',
  target: PlaybookTarget,
  deps: ActionDeps,
): Promise<VerifyRun> {
  const plan = await compile(target, deps, deps.randomHex(16));
  const questions = planProbes(target.playbook, target.hosts);
  const run = await runPlan(plan, { action: 'verify', shownAs }, deps);
  const { hosts, serials } = await probeFleet(run.result.hosts, questions, deps, askDns);
  const compared = compareFleet(hosts, { groups: groupsToCompare(target.inventory) });
  return {
    ...run,
    result: { ...run.result, hosts, interrupted: deps.signals.stop.aborted },
    comparison: {
      ...compared,
      keys: [...compared.keys, ...serials],
      divergences: [...compared.divergences, ...serials.filter(({ outliers }) => outliers.length > 0)],
    },
  };
}

/** Hosts are compared within their groups; `all` is compared as one only where no other group says what belongs together. */
function groupsToCompare(inventory: Inventory): ReadonlyMap<string, readonly string[]> {
  const named = [...inventory.groups].filter(([name, hosts]) => name !== 'all' && hosts.length > 0);
  const grouped = new Set(named.flatMap(([, hosts]) => hosts));
  const others = [...inventory.hosts.keys()].filter((host) => !grouped.has(host));
  return new Map([...named, ...(others.length > 0 ? [['all', others] as const] : [])]);
}
