// Host against the other hosts: what each observed key says across the fleet, who is in the majority, who is not.
// Convention: a key that starts with `~` (`~pid`, `~address`) is expected to differ; it is shown, never compared.
import type { HostResult } from '../model/index.ts';
import { foldMasked, type MaskedFold } from './masked-fold.ts';
import { readMasks, selfOf } from './masks.ts';

/** What one key says on one group of hosts. A value of `undefined` means that the host has no such key. */
export interface KeyComparison {
  readonly group: string;
  readonly key: string;
  /** Every value, missing included, with its hosts; the majority first. */
  readonly folds: readonly MaskedFold[];
  /** The value of more than half of the hosts, or else of the biggest group. */
  readonly majority: string | undefined;
  /** No group is the biggest: `majority` is then the value (rather than a missing one) whose host comes first. */
  readonly tie: boolean;
  /** The other values; empty when all agree and for keys that are never compared. */
  readonly outliers: readonly MaskedFold[];
  /** Hosts that were looked at and do not have the key. */
  readonly missing: readonly string[];
  /** False for keys that start with `~`. */
  readonly compared: boolean;
  /** Whose value the majority's is, in words, when it is not that of the hosts themselves: see `CompareOptions.reference`. */
  readonly against?: string;
}

/** A comparison with at least one outlier. */
export type Divergence = KeyComparison;

export interface CompareOptions {
  /** Group name to host names; each group is compared on its own. Default: one group `all`. */
  readonly groups?: ReadonlyMap<string, readonly string[]>;
  /** Which values to compare; default `observations`. */
  readonly source?: 'observations' | 'facts';
  /**
   * Hosts that the others are held against, instead of against each other: what most of these have counts as the majority.
   * Among themselves they are not compared.
   */
  readonly reference?: Reference;
  /** Glob patterns of keys; only these are looked at. */
  readonly keys?: readonly string[];
  /** A list of masks for every value besides its own ones, or `none`: no mask counts at all. */
  readonly mask?: string;
}

/** Hosts that others are held against. */
export interface Reference {
  /** What they are called, for people: `ns1`, or `group web`. */
  readonly name: string;
  readonly hosts: readonly string[];
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
  const all = new Map([['all', hosts.map(({ host }) => host)]]);
  const groups = options.reference === undefined ? (options.groups ?? all) : all;
  const keys = [...groups].flatMap(([group, names]) => {
    const members = new Set(names);
    return compareGroup(
      group,
      seen.filter(({ host }) => members.has(host)),
      options,
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

function compareGroup(group: string, hosts: readonly HostResult[], options: CompareOptions): KeyComparison[] {
  const { source = 'observations', keys: patterns, reference } = options;
  const isWanted = keyMatcher(patterns);
  const keys = new Set(hosts.flatMap((host) => [...host[source].keys()].filter(isWanted)));
  const selves = hosts.map((host) => ({ host, self: selfOf(host) }));
  return [...keys]
    .sort((a, b) => (a < b ? -1 : 1))
    .map((key) => {
      const entries = selves.map(({ host, self }) => ({
        ...{ host: host.host, value: host[source].get(key), self },
        masks: masksOf(host, key, options),
      }));
      const folds = foldMasked(entries);
      return reference === undefined ? compareKey(group, key, folds) : compareWith(reference, key, folds);
    });
}

/** True for keys that one of the patterns means, in which `*` is anything and `?` one character; without patterns, for all. */
export function keyMatcher(patterns: readonly string[] | undefined): (key: string) => boolean {
  if (patterns === undefined || patterns.length === 0) return () => true;
  const escaped = patterns.map((pattern) =>
    pattern
      .replace(/[\\^$.+()[\]{}|/]/g, '\\$&')
      .replaceAll(/\*+/g, '.*')
      .replaceAll('?', '.'),
  );
  const shape = new RegExp(`^(?:${escaped.join('|')})$`, 's');
  return (key) => shape.test(key);
}

/** What of a host's value does not count. */
function masksOf({ masks }: HostResult, key: string, { mask = '' }: CompareOptions): readonly string[] {
  if (mask === 'none') return [];
  return readMasks([masks?.get(key) ?? '', mask].join()).masks;
}

/** One key of which the value of some hosts is what the others are held against. */
function compareWith({ name, hosts }: Reference, key: string, bySize: readonly MaskedFold[]): KeyComparison {
  const members = new Set(hosts);
  const number = (fold: MaskedFold): number => fold.hosts.filter((host) => members.has(host)).length;
  const most = Math.max(0, ...bySize.map(number));
  const winner = bySize.find((fold) => number(fold) === most);
  const others = bySize
    .filter((fold) => fold !== winner)
    .map((fold) => ({ ...fold, hosts: fold.hosts.filter((host) => !members.has(host)) }))
    .filter((fold) => fold.hosts.length > 0);
  const tie = bySize.filter((fold) => number(fold) === most).length > 1;
  return { ...comparisonOfKey('all', key, winner, others), tie, against: name };
}

/** One key from its folds, the biggest first. */
export function compareKey(group: string, key: string, bySize: readonly MaskedFold[]): KeyComparison {
  const size = bySize[0]?.hosts.length ?? 0;
  const biggest = bySize.filter(({ hosts }) => hosts.length === size);
  const winner = biggest.find(({ value }) => value !== undefined) ?? biggest[0];
  const others = bySize.filter((fold) => fold !== winner);
  return { ...comparisonOfKey(group, key, winner, others), tie: biggest.length > 1 };
}

function comparisonOfKey(
  group: string,
  key: string,
  winner: MaskedFold | undefined,
  others: readonly MaskedFold[],
): Omit<KeyComparison, 'tie'> {
  const compared = !key.startsWith(expectedToDiffer);
  const folds = winner === undefined ? [] : [winner, ...others];
  return {
    ...{ group, key, folds },
    majority: winner?.value,
    outliers: compared ? others : [],
    missing: folds.find(({ value }) => value === undefined)?.hosts ?? [],
    compared,
  };
}
