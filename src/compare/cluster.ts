// Very many different texts: the most alike stand together.

/** Entries whose texts are alike: at least half of their lines, apart from numbers. */
export interface Cluster<T> {
  /** The one that the others are like. */
  readonly first: T;
  readonly others: readonly T[];
}

/** Puts entries whose texts are the most alike together: the biggest cluster first, ties by whose first entry comes first. */
export function clusterAlike<T>(entries: readonly T[], textOf: (entry: T) => string): readonly Cluster<T>[] {
  const clusters: { sketch: ReadonlySet<number>; first: T; others: T[] }[] = [];
  for (const entry of entries) {
    const sketch = sketchOf(textOf(entry));
    let best: (typeof clusters)[number] | undefined;
    let most = leastAlike;
    for (const cluster of clusters) {
      const likeness = likenessOf(sketch, cluster.sketch);
      if (likeness <= most && !(best === undefined && likeness === leastAlike)) continue;
      best = cluster;
      most = likeness;
    }
    if (best === undefined) clusters.push({ sketch, first: entry, others: [] });
    else best.others.push(entry);
  }
  return clusters
    .map(({ first, others }) => ({ first, others }))
    .sort((a, b) => b.others.length - a.others.length);
}

const leastAlike = 0.5;
/** So many lines stand for a text: those with the smallest hashes, so that texts that share lines share these too. */
const sketchSize = 48;

/** Of a long text its beginning and its end say what it is like. */
const sketchedCharacters = 8192;

function sketchOf(whole: string): ReadonlySet<number> {
  const text =
    whole.length <= 2 * sketchedCharacters
      ? whole
      : `${whole.slice(0, sketchedCharacters)}\n${whole.slice(-sketchedCharacters)}`;
  const hashes = new Set<number>();
  let hash = 0x811c9dc5;
  let wasDigit = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 10) {
      hashes.add(mixed(hash));
      hash = 0x811c9dc5;
      wasDigit = false;
      continue;
    }
    const isDigit = code >= 48 && code <= 57;
    if (isDigit && wasDigit) continue;
    wasDigit = isDigit;
    hash = Math.imul(hash ^ (isDigit ? 35 : code), 0x01000193);
  }
  if (!text.endsWith('\n')) hashes.add(mixed(hash));
  if (hashes.size <= sketchSize) return hashes;
  return new Set([...hashes].sort((a, b) => a - b).slice(0, sketchSize));
}

/** Spreads a hash over all its bits, so that the smallest ones are anybody's. */
function mixed(hash: number): number {
  const once = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return (Math.imul(once ^ (once >>> 13), 0x45d9f3b) ^ (once >>> 16)) >>> 0;
}

/** How much of what two sketches have they share, from 0 to 1. */
function likenessOf(a: ReadonlySet<number>, b: ReadonlySet<number>): number {
  let shared = 0;
  for (const hash of a) if (b.has(hash)) shared += 1;
  return shared / (a.size + b.size - shared);
}
