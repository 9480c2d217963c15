// Answers of many hosts to one command: equal ones are one entry, and of very many different ones the most alike stand together.
import { createHash } from 'node:crypto';
import type { CommandResult, ExecHostResult } from '../model/index.ts';
import type { MaskedFold } from './masked-fold.ts';
import { maskedKey, type MaskedSpan, maskedSpans, maskLabel, readMasks, selfOf } from './masks.ts';

/** Hosts with equal answers, outside of what is masked; the answer is that of the first one. */
export interface AnswerFold extends Omit<MaskedFold, 'value'> {
  readonly value: CommandResult;
}

/** A host that answered. */
export type AnsweringHost = Pick<ExecHostResult, 'host' | 'facts' | 'address'> & {
  readonly command: CommandResult;
};

/** Folds answers: the biggest group first, ties by whose first host comes first. `mask` is a list of masks. */
export function foldAnswers(hosts: readonly AnsweringHost[], mask = ''): readonly AnswerFold[] {
  const { masks } = readMasks(mask);
  const textId = numbering();
  const keyOf = masks.length === 0 ? (text: string) => text : maskedKey;
  const folds = new Map<
    string,
    { hosts: string[]; value: CommandResult; spans: Spans; masked: Set<string> }
  >();
  for (const host of hosts) {
    const { command } = host;
    const spans = masks.length === 0 ? noSpans : spansOf(host, masks);
    const ids = [keyOf(command.stdout, spans.stdout), keyOf(command.stderr, spans.stderr)].map(textId);
    const key = [command.status, ...ids, ...(command.cut ?? [])].join(' ');
    const fold = folds.get(key);
    if (fold === undefined) folds.set(key, { hosts: [host.host], value: command, spans, masked: new Set() });
    else {
      fold.hosts.push(host.host);
      noteMasked(fold, command, spans);
    }
  }
  return [...folds.values()]
    .map(({ hosts: names, value, masked }) => ({
      ...{ hosts: names, value },
      ...(masked.size === 0 ? {} : { masked: [...masked].map(maskLabel) }),
    }))
    .sort((a, b) => b.hosts.length - a.hosts.length);
}

interface Spans {
  readonly stdout: readonly MaskedSpan[];
  readonly stderr: readonly MaskedSpan[];
}

const noSpans: Spans = { stdout: [], stderr: [] };

function spansOf(host: AnsweringHost, masks: readonly string[]): Spans {
  const self = selfOf(host);
  const { stdout, stderr } = host.command;
  return { stdout: maskedSpans(stdout, masks, self), stderr: maskedSpans(stderr, masks, self) };
}

/** Notes which masks cover another text than in the fold's first answer. */
function noteMasked(
  fold: { readonly value: CommandResult; readonly spans: Spans; readonly masked: Set<string> },
  command: CommandResult,
  spans: Spans,
): void {
  for (const stream of ['stdout', 'stderr'] as const) {
    for (const [index, { start, end, mask }] of spans[stream].entries()) {
      const first = fold.spans[stream][index];
      if (fold.value[stream].slice(first?.start, first?.end) !== command[stream].slice(start, end))
        fold.masked.add(mask);
    }
  }
}

/** Equal texts get equal numbers. No text is kept twice. */
function numbering(): (text: string) => number {
  const known = new Map<string, number>();
  return (text) => {
    const key = text.length < longText ? text : digestOf(text);
    const id = known.get(key) ?? known.size;
    known.set(key, id);
    return id;
  };
}

/** A Map takes all longer texts of one length for the same place, and compares each with each. */
const longText = 16_000;

/** Of the text's units, because a byte that is no UTF-8 is half a surrogate pair. */
function digestOf(text: string): string {
  return `sha256 ${text.length} ${createHash('sha256').update(text, 'utf16le').digest('base64')}`;
}

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
