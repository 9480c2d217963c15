// From a path in a YAML document to the place in the text: values, keys, the nearest thing for what is missing, and
// the text itself where it is a plain word.
import { isAlias, isMap, isNode, isScalar, isSeq } from 'yaml';
import type { Document, Pair, YAMLMap } from 'yaml';
import type { Location } from '../model/index.ts';
import type { AliasTargets } from './aliases.ts';

/** Keys and list indexes from the root of a document. */
export type DocumentPath = readonly PropertyKey[];

/** Finds places in one file, so that checks on values can point at the text. */
export interface Locator {
  /** The place of the value at `path`; for a missing or empty value its key, or the nearest thing around it. */
  readonly locate: (path: DocumentPath) => Location;
  /** The place of the last key of `path`; its value's place when the path ends in a list index. */
  readonly locateKey: (path: DocumentPath) => Location;
  /** How the value at `path` is written, when it is a plain word (`1.10`, `yes`); undefined when it stands in quotes. */
  readonly written: (path: DocumentPath) => string | undefined;
}

/** Turns an offset in the text into a place. */
export type PlaceOf = (offset: number) => Location;

/** A locator for a parsed document. */
export function locatorOf({ contents }: Document, targets: AliasTargets, place: PlaceOf): Locator {
  const finder: Finder = { contents, targets, pairsByKey: new WeakMap() };
  return {
    locate: (path) => place(find(finder, path).value),
    locateKey: (path) => place(find(finder, path).key),
    written: (path) => writtenAt(find(finder, path), path),
  };
}

/** A locator for values that have no text, e.g. from a program: everything is at the start of the file. */
export function locatorWithoutText(file: string): Locator {
  const start = { file, line: 1, column: 1 };
  return { locate: () => start, locateKey: () => start, written: () => undefined };
}

interface Finder {
  readonly contents: unknown;
  readonly targets: AliasTargets;
  /** Of each mapping that was looked into; files with thousands of keys are looked into as often. */
  readonly pairsByKey: WeakMap<YAMLMap, ReadonlyMap<string, Pair>>;
}

interface Found {
  readonly key: number;
  readonly value: number;
  readonly node: unknown;
  /** How much of the path is there. */
  readonly depth: number;
}

function find(finder: Finder, path: DocumentPath): Found {
  let node = follow(finder, finder.contents);
  let found: Found = { ...offsetsOf(node, 0), node, depth: 0 };
  for (const part of path) {
    const pair = isMap(node) ? pairsOf(finder, node).get(String(part)) : undefined;
    const next = isSeq(node) && typeof part === 'number' ? node.items[part] : pair?.value;
    const key = pair === undefined ? undefined : startOf(pair.key);
    if (next === undefined && key === undefined) break;
    node = follow(finder, next);
    // An empty value is shown at its key; an empty entry of a list is where its dash ends.
    const offsets = offsetsOf(next, key ?? startOf(next) ?? found.value);
    found = { ...offsets, ...(key === undefined ? {} : { key }), node, depth: found.depth + 1 };
  }
  return found;
}

/** The last of equal keys, because that is the one whose value counts. */
function pairsOf(finder: Finder, map: YAMLMap): ReadonlyMap<string, Pair> {
  const known = finder.pairsByKey.get(map);
  if (known !== undefined) return known;
  const pairs = new Map<string, Pair>();
  for (const pair of map.items) {
    const key = follow(finder, pair.key);
    if (isScalar(key)) pairs.set(String(key.value), pair);
  }
  finder.pairsByKey.set(map, pairs);
  return pairs;
}

function writtenAt({ node, depth }: Found, path: DocumentPath): string | undefined {
  if (depth !== path.length || !isScalar(node) || node.type !== 'PLAIN') return undefined;
  return node.source === '' ? undefined : node.source;
}

function follow({ targets }: Finder, node: unknown): unknown {
  return isAlias(node) ? targets.get(node) : node;
}

function offsetsOf(node: unknown, otherwise: number): { key: number; value: number } {
  const start = isBlank(node) ? otherwise : (startOf(node) ?? otherwise);
  return { key: start, value: start };
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

function isBlank(node: unknown): boolean {
  return isScalar(node) && node.value === null && (node.source ?? '') === '';
}
