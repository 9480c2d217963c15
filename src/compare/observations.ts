// Host against the other hosts: what each observed key says across the fleet, who is in the majority, who is not.
// Convention: a key that starts with `~` (`~pid`, `~address`) is expected to differ; it is shown, never compared.
import type { HostResult } from '../model/index.ts';
import { type Fold, foldByEquality } from './fold.ts';

/** What one key says on one group of hosts. A value of `undefined` means that the host has no such key. */
export interface KeyComparison {
  readonly group: string;
  readonly key: string;
  /** Every value, missing included, with its hosts; the majority first. */
  readonly folds: readonly Fold<string | undefined>[];
  /** The value of more than half of the hosts, or else of the biggest group. */
  readonly majority: string | undefined;
  /** No group is the biggest: `majority` is then the value (rather than a missing one) whose host comes first. */
  readonly tie: boolean;
  /** The other values; empty when all agree and for keys that are never compared. */
  readonly outliers: readonly Fold<string | undefined>[];
  /** Hosts that were looked at and do not have the key. */
  readonly missing: readonly string[];
  /** False for keys that start with `~`. */
  readonly compared: boolean;
}

/** A comparison with at least one outlier. */
export type Divergence = KeyComparison;

export interface CompareOptions {
  /** Group name to host names; each group is compared on its own. Default: one group `all`. */
  readonly groups?: ReadonlyMap<string, readonly string[]>;
  /** Which values to compare; default `observations`. */
  readonly source?: 'observations' | 'facts';
}

/** The whole comparison of a fleet. */
export interface FleetComparison {
  readonly hosts: readonly string[];
  /** Hosts that nobody could look at: never counted as equal, nor as different. */
  readonly unseen: readonly string[];
  /** Every key of every group, by group and then by key. */
  readonly keys: readonly KeyComparison[];
  readonly divergences: readonly Divergence[];
}

const expectedToDiffer = '~';

/** Compares hosts key by key within each group. Hosts of a group that are not in `hosts` are left out. */
export function compareFleet(hosts: readonly HostResult[], options: CompareOptions = {}): FleetComparison {
  const source = options.source ?? 'observations';
  const seen = hosts.filter((host) => isSeen(host, source));
  const groups = options.groups ?? new Map([['all', hosts.map(({ host }) => host)]]);
  const keys = [...groups].flatMap(([group, names]) => {
    const members = new Set(names);
    return compareGroup(
      group,
      seen.filter(({ host }) => members.has(host)),
      source,
    );
  });
  return {
    hosts: hosts.map(({ host }) => host),
    unseen: hosts.filter((host) => !isSeen(host, source)).map(({ host }) => host),
    keys,
    divergences: keys.filter(({ outliers }) => outliers.length > 0),
  };
}

/**
 * True when what the host has (or lacks) was really looked at: it was reached, we did not lose sight of it, and
 * it was not skipped or broken before it could say anything.
 */
export function isSeen(host: HostResult, source: 'observations' | 'facts' = 'observations'): boolean {
  if (host.outcome === 'unreachable' || host.outcome === 'unknown') return false;
  if (host.outcome === 'skipped' || host.outcome === 'failed') return host[source].size > 0;
  return true;
}

function compareGroup(
  group: string,
  hosts: readonly HostResult[],
  source: 'observations' | 'facts',
): KeyComparison[] {
  const keys = new Set(hosts.flatMap((host) => [...host[source].keys()]));
  return [...keys]
    .sort((a, b) => (a < b ? -1 : 1))
    .map((key) => {
      const entries = hosts.map((host) => ({ host: host.host, value: host[source].get(key) }));
      return compareKey(group, key, foldByEquality(entries));
    });
}

/** One key from its folds, the biggest first. */
export function compareKey(
  group: string,
  key: string,
  bySize: readonly Fold<string | undefined>[],
): KeyComparison {
  const size = bySize[0]?.hosts.length ?? 0;
  const biggest = bySize.filter(({ hosts }) => hosts.length === size);
  const winner = biggest.find(({ value }) => value !== undefined) ?? biggest[0];
  const others = bySize.filter((fold) => fold !== winner);
  const compared = !key.startsWith(expectedToDiffer);
  return {
    group,
    key,
    folds: winner === undefined ? [] : [winner, ...others],
    majority: winner?.value,
    tie: biggest.length > 1,
    outliers: compared ? others : [],
    missing: bySize.find(({ value }) => value === undefined)?.hosts ?? [],
    compared,
  };
}
