// From a path in a YAML document to the place in the text: values, keys, and the nearest thing for what is missing.
import { isAlias, isMap, isNode, isScalar, isSeq } from 'yaml';
import type { Document, Pair } from 'yaml';
import type { Location } from '../errors.ts';

/** Keys and list indexes from the root of a document. */
export type DocumentPath = readonly PropertyKey[];

/** Finds places in one file, so that checks on values can point at the text. */
export interface Locator {
  /** Where the value at `path` stands; for a missing or empty value its key, or the nearest thing around it. */
  readonly locate: (path: DocumentPath) => Location;
  /** Where the last key of `path` stands; its value's place when the path ends in a list index. */
  readonly locateKey: (path: DocumentPath) => Location;
}

/** Turns an offset in the text into a place. */
export type PlaceOf = (offset: number) => Location;

/** A locator for a parsed document. */
export function locatorOf(document: Document, place: PlaceOf): Locator {
  return {
    locate: (path) => place(find(document, path).value),
    locateKey: (path) => place(find(document, path).key),
  };
}

/** A locator for values that have no text, e.g. from a program: everything is at the start of the file. */
export function locatorWithoutText(file: string): Locator {
  const start = { file, line: 1, column: 1 };
  return { locate: () => start, locateKey: () => start };
}

interface Offsets {
  readonly key: number;
  readonly value: number;
}

function find(document: Document, path: DocumentPath): Offsets {
  let node = follow(document, document.contents);
  let found = offsetsOf(node, 0);
  for (const part of path) {
    const pair = isMap(node) ? findPair(node.items, part) : undefined;
    const next = isSeq(node) && typeof part === 'number' ? node.items[part] : pair?.value;
    const key = pair === undefined ? undefined : startOf(pair.key);
    if (next === undefined && key === undefined) break;
    found = { ...offsetsOf(next, key ?? found.value), ...(key === undefined ? {} : { key }) };
    node = follow(document, next);
  }
  return found;
}

/** The last of equal keys, because that is the one whose value counts. */
function findPair(items: readonly Pair[], key: PropertyKey): Pair | undefined {
  return items.findLast((pair) => isScalar(pair.key) && String(pair.key.value) === String(key));
}

function follow(document: Document, node: unknown): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}

function offsetsOf(node: unknown, otherwise: number): Offsets {
  const start = isBlank(node) ? otherwise : (startOf(node) ?? otherwise);
  return { key: start, value: start };
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

function isBlank(node: unknown): boolean {
  return isScalar(node) && node.value === null && (node.source ?? '') === '';
}
