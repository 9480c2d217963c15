// A parsed YAML document to plain values, with the path at hand: what a plain conversion would drop or change without
// a word is an issue here. Aliases are copied out, within bounds.
import { isAlias, isMap, isNode, isScalar, isSeq } from 'yaml';
import type { Alias, Document, Scalar, YAMLMap } from 'yaml';
import type { Issue } from '../model/index.ts';
import type { AliasTargets } from './aliases.ts';
import type { DocumentPath, PlaceOf } from './locate.ts';
import { quoted, unseenIn } from './quote.ts';

/** A document's value, and what is wrong with it whatever its schema says. */
export interface PlainValue {
  readonly value: unknown;
  /** False when the value is only a part of what the text stands for, and not worth checking. */
  readonly usable: boolean;
  readonly issues: readonly Issue[];
  /** Mappings that a merge key was taken out of: what is missing there may stand in what was to be merged. */
  readonly merged: readonly DocumentPath[];
  /** Keys that a copy of a plain object loses. */
  readonly unkeepable: readonly DocumentPath[];
}

interface Walk {
  readonly targets: AliasTargets;
  readonly place: PlaceOf;
  readonly issues: Issue[];
  readonly merged: DocumentPath[];
  readonly unkeepable: DocumentPath[];
  /** What is being copied out at the moment: an alias to one of these would never end. */
  readonly open: Set<unknown>;
  /** How many aliases lead here, and how many values they have brought so far. */
  aliases: number;
  copied: number;
  usable: boolean;
}

// An inventory of 10,000 hosts that all share one alias stays far below this; what doubles from line to line does not.
const mostCopied = 200_000;
// Nothing that is read here is deeper than ten levels.
const deepest = 100;

/** The document as objects, lists and scalars. Never throws; a dead alias is null. */
export function toValue({ contents }: Document, targets: AliasTargets, place: PlaceOf): PlainValue {
  const walk: Walk = {
    ...{ targets, place, issues: [], merged: [], unkeepable: [] },
    ...{ open: new Set(), aliases: 0, copied: 0, usable: true },
  };
  const value = valueOf(walk, contents, []);
  const { usable, issues, merged, unkeepable } = walk;
  return { value, usable, issues, merged, unkeepable };
}

function valueOf(walk: Walk, node: unknown, path: DocumentPath): unknown {
  if (walk.aliases > 0) walk.copied += 1;
  if (path.length > deepest) {
    const message = `more than ${deepest} lists and mappings inside each other`;
    return tooMuch(walk, { code: 'CONFIG_DEPTH', message, location: placeOf(walk, node) });
  }
  if (isAlias(node)) return aliased(walk, node, path);
  if (isScalar(node)) return scalar(walk, node);
  if (isSeq(node))
    return within(walk, node, () => node.items.map((item, at) => valueOf(walk, item, [...path, at])));
  return isMap(node) ? within(walk, node, () => mapping(walk, node, path)) : null;
}

/** The first time, says that there is too much of something; what is beyond is left out. */
function tooMuch(walk: Walk, issue: Issue): null {
  if (walk.usable) walk.issues.push(issue);
  walk.usable = false;
  return null;
}

function within(walk: Walk, node: unknown, copy: () => unknown): unknown {
  walk.open.add(node);
  const value = copy();
  walk.open.delete(node);
  return value;
}

function aliased(walk: Walk, alias: Alias, path: DocumentPath): unknown {
  const location = placeOf(walk, alias);
  const code = 'CONFIG_SYNTAX';
  const target = walk.targets.get(alias);
  if (target === undefined) {
    const hint = `a text that begins with * needs quotes: '*${alias.source}'`;
    walk.issues.push({ code, message: `nothing before this is marked &${alias.source}`, location, hint });
    return null;
  }
  if (walk.open.has(target)) {
    const hint = 'write the value out';
    walk.issues.push({
      code,
      message: `*${alias.source} is inside the value that it stands for`,
      location,
      hint,
    });
    return null;
  }
  if (walk.copied > mostCopied) {
    const message = `the aliases expand to more than ${mostCopied} values here`;
    return tooMuch(walk, { code, message, location, hint: 'use fewer aliases' });
  }
  walk.aliases += 1;
  const value = valueOf(walk, target, path);
  walk.aliases -= 1;
  return value;
}

function mapping(walk: Walk, map: YAMLMap, path: DocumentPath): unknown {
  const value: Record<string, unknown> = {};
  for (const pair of map.items) {
    const key = isAlias(pair.key) ? walk.targets.get(pair.key) : pair.key;
    if (!isScalar(key)) continue;
    if (isMergeKey(key)) {
      walk.merged.push(path);
      walk.issues.push(mergeIssue(placeOf(walk, key)));
      continue;
    }
    const name = String(key.value);
    const inPath = [...path, name];
    checkKey(walk, name, key);
    if (name === '__proto__') walk.unkeepable.push(inPath);
    // Defined rather than assigned: assigning to __proto__ would make no key.
    Object.defineProperty(value, name, {
      ...{ value: valueOf(walk, pair.value, inPath) },
      ...{ writable: true, enumerable: true, configurable: true },
    });
  }
  return value;
}

function isMergeKey(key: Scalar): boolean {
  return key.value === '<<' && key.type === 'PLAIN';
}

function mergeIssue(location: Issue['location']): Issue {
  const hint =
    'merge keys are YAML 1.1: write the keys out; write what hosts share at the top of an inventory or in a group, and muster merges it key by key';
  return { code: 'CONFIG_MERGE_KEY', message: 'the merge key "<<" is not supported', location, hint };
}

/** Keys are names: a character that nobody sees makes another one of them. */
function checkKey(walk: Walk, name: string, key: Scalar): void {
  const character = unseenIn(name);
  if (character === undefined) return;
  walk.issues.push({
    code: 'CONFIG_KEY_CHARACTER',
    message: `the key ${quoted(name)} holds a character that cannot be seen (${character})`,
    location: placeOf(walk, key),
    hint: 'copied text often contains it; type the line again',
  });
}

/** A number that begins with 0 is octal in YAML 1.1, and decimal in YAML 1.2. */
function scalar(walk: Walk, node: Scalar): unknown {
  const written = node.type === 'PLAIN' ? (node.source ?? '') : '';
  if (typeof node.value === 'number' && /^[-+]?0\d+$/.test(written)) {
    walk.issues.push({
      code: 'CONFIG_NUMBER',
      message: `${written} is ${String(node.value)} in YAML 1.2, but other programs read an octal number or a text`,
      location: placeOf(walk, node),
      hint: `put it in quotes for a text, '${written}'; write ${String(node.value)} for the number`,
    });
  }
  return node.value;
}

function placeOf({ place }: Walk, node: unknown): Issue['location'] {
  return place(isNode(node) ? (node.range?.[0] ?? 0) : 0);
}
