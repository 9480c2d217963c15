// The comparison that the result of a run stands for.
import type { CompareResult, RunResult, VerifyResult } from '../model/index.ts';
import {
  compareFleet,
  type CompareOptions,
  type Divergence,
  type FleetComparison,
  keyMatcher,
} from './observations.ts';
import { compareSerials } from './serials.ts';

/** How a comparison differs from that of the hosts with each other, group by group. */
export type ComparisonView = Omit<CompareOptions, 'groups' | 'source'>;

/** What the hosts observed, group by group, and the serials that they serve, which are compared with each other always. */
export function comparisonOf(
  { hosts, groups, serials }: VerifyResult | CompareResult,
  view: ComparisonView = {},
): FleetComparison {
  const options =
    groups.length === 0 ? {} : { groups: new Map(groups.map((group) => [group.name, group.hosts])) };
  const compared = compareFleet(hosts, { ...options, ...view });
  const keys = compareSerials(serials).filter(({ key }) => keyMatcher(view.keys)(key));
  return {
    ...compared,
    keys: [...compared.keys, ...keys],
    divergences: [...compared.divergences, ...keys.filter(({ outliers }) => outliers.length > 0)],
  };
}

/** The differences between the hosts; none for a verb that compares nothing. */
export function divergencesOf(result: RunResult): readonly Divergence[] {
  return result.action === 'verify' || result.action === 'compare' ? comparisonOf(result).divergences : [];
}
