// Putting together what has the same key.

/** A list with at least one item. */
export type NonEmpty<T> = [T, ...T[]];

/** The items of each key, in order of first appearance. */
export function groupBy<T>(items: readonly T[], key: (item: T) => string): NonEmpty<T>[] {
  const groups = new Map<string, NonEmpty<T>>();
  for (const item of items) {
    const name = key(item);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [item]);
    else group.push(item);
  }
  return [...groups.values()];
}
