// Folding: hosts that said the same thing become one entry, so that the outlier is what the reader sees.

/** Hosts (in the order they were given, never empty) that share one value. */
export interface Fold<T> {
  readonly hosts: readonly string[];
  readonly value: T;
}

/** One host's value, before folding. */
export interface HostValue<T> {
  readonly host: string;
  readonly value: T;
}

/**
 * Groups hosts by equal value: biggest group first, ties by whose first host comes first in `entries`.
 * Equal means an equal `key`; by default a deep comparison of plain values, Maps and Sets by content.
 */
export function foldByEquality<T>(
  entries: readonly HostValue<T>[],
  key: (value: T) => string = canonical,
): readonly Fold<T>[] {
  const foldsByKey = new Map<string, { hosts: string[]; value: T }>();
  for (const { host, value } of entries) {
    const text = key(value);
    const fold = foldsByKey.get(text);
    if (fold === undefined) foldsByKey.set(text, { hosts: [host], value });
    else fold.hosts.push(host);
  }
  // A stable sort: groups of one size stay in order of their first host.
  return [...foldsByKey.values()].sort((a, b) => b.hosts.length - a.hosts.length);
}

/** A text that is equal for two plain values exactly when they are deeply equal; object keys in any order. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (value instanceof Map) return `Map{${entriesText([...(value as Map<unknown, unknown>)])}}`;
  if (value instanceof Set) return `Set{${[...(value as Set<unknown>)].map(canonical).sort().join()}}`;
  if (typeof value === 'object' && value !== null) return `{${entriesText(Object.entries(value))}}`;
  if (typeof value === 'string') return JSON.stringify(value);
  return String(value);
}

function entriesText(entries: readonly (readonly [unknown, unknown])[]): string {
  return entries
    .map(([name, value]) => `${canonical(name)}:${canonical(value)}`)
    .sort()
    .join();
}
