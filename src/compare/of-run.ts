// The comparison that the result of a run stands for.
import type { CompareResult, RunResult, VerifyResult } from '../model/index.ts';
import { compareFleet, type Divergence, type FleetComparison } from './observations.ts';
import { compareSerials } from './serials.ts';

/** What the hosts observed, group by group, and the serials that they serve. */
export function comparisonOf({ hosts, groups, serials }: VerifyResult | CompareResult): FleetComparison {
  const options =
    groups.length === 0 ? {} : { groups: new Map(groups.map((group) => [group.name, group.hosts])) };
  const compared = compareFleet(hosts, options);
  const keys = compareSerials(serials);
  return {
    ...compared,
    keys: [...compared.keys, ...keys],
    divergences: [...compared.divergences, ...keys.filter(({ outliers }) => outliers.length > 0)],
  };
}

/** Where the hosts differ; none for a verb that compares nothing. */
export function divergencesOf(result: RunResult): readonly Divergence[] {
  return result.action === 'verify' || result.action === 'compare' ? comparisonOf(result).divergences : [];
}
