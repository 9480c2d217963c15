// The fleet now against a saved picture of it: which keys came, went or changed, and on which hosts.
import type { HostResult } from '../model/index.ts';
import { type Fold, foldByEquality } from './fold.ts';
import { isSeen } from './observations.ts';

/** Host to key to value. */
export type FleetValues = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** One key that is not as in the baseline; `before` and `after` are undefined where the key was absent. */
export interface BaselineChange {
  readonly kind: 'added' | 'removed' | 'changed';
  readonly key: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

export interface BaselineComparison {
  /** Each change with the hosts that show it, by key. */
  readonly changes: readonly Fold<BaselineChange>[];
  /** Hosts of which every compared key is as it was. */
  readonly same: readonly string[];
  /** Hosts that the baseline does not know. */
  readonly newHosts: readonly string[];
  /** Hosts of the baseline that have no values now: not asked, or not seen. */
  readonly absentHosts: readonly string[];
}

/** Compares values with a baseline, host by host; keys that start with `~` are left out. */
export function compareToBaseline(current: FleetValues, baseline: FleetValues): BaselineComparison {
  const known = [...current].filter(([host]) => baseline.has(host));
  const changes = known.flatMap(([host, after]) =>
    changesOf(baseline.get(host) ?? new Map(), after).map((value) => ({ host, value })),
  );
  const changed = new Set(changes.map(({ host }) => host));
  return {
    changes: foldByEquality(changes).toSorted((a, b) => compareText(a.value.key, b.value.key)),
    same: known.map(([host]) => host).filter((host) => !changed.has(host)),
    newHosts: [...current.keys()].filter((host) => !baseline.has(host)),
    absentHosts: [...baseline.keys()].filter((host) => !current.has(host)),
  };
}

/** The observations of the hosts that were really looked at, as a baseline keeps them. */
export function valuesOf(hosts: readonly HostResult[]): FleetValues {
  return new Map(hosts.filter((host) => isSeen(host)).map((host) => [host.host, host.observations]));
}

function changesOf(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): BaselineChange[] {
  const keys = [...new Set([...before.keys(), ...after.keys()])].filter((key) => !key.startsWith('~'));
  return keys
    .map((key) => ({ key, before: before.get(key), after: after.get(key) }))
    .filter((pair) => pair.before !== pair.after)
    .map((pair) => ({ kind: kindOf(pair.before, pair.after), ...pair }));
}

function kindOf(before: string | undefined, after: string | undefined): BaselineChange['kind'] {
  if (before === undefined) return 'added';
  return after === undefined ? 'removed' : 'changed';
}

function compareText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
