// Groups: which hosts are in each, nested groups flattened, and in which order groups override each other.
import { didYouMean } from '../model/index.ts';
import { type Locator } from '../document/index.ts';
import type { Issue, Location } from '../model/index.ts';
import { expandHostNames, foldHostNames, isMusterError } from '../model/index.ts';
import type { ListedGroup } from './model.ts';
import type { WrittenInventory } from './schema.ts';

/** A group with what every text says of it. */
interface DraftGroup {
  readonly key: Location;
  readonly hosts: readonly Listed[];
  readonly groups: readonly Listed[];
}

interface Listed {
  readonly text: string;
  readonly location: Location;
}

type DraftGroups = ReadonlyMap<string, DraftGroup>;

/** As much of a text as says something of groups. */
interface GroupsPart {
  readonly written: Pick<WrittenInventory, 'groups'>;
  readonly locator: Locator;
}

export interface ResolvedGroups {
  /** Group to members, in order of declaration. */
  readonly members: ReadonlyMap<string, ReadonlySet<string>>;
  readonly listed: ReadonlyMap<string, ListedGroup>;
  /** From weakest to strongest: a group before the groups nested in it, otherwise as declared. */
  readonly order: readonly string[];
  readonly issues: readonly Issue[];
}

/** Flattens the groups of all texts. `hostNames` are all hosts of the inventory. */
export function resolveGroups(parts: readonly GroupsPart[], hostNames: ReadonlySet<string>): ResolvedGroups {
  const drafts = collect(parts);
  const names = [...drafts.keys()];
  const issues = [...drafts].flatMap(([name, group]) => [
    ...reservedName(name, group),
    ...unknownHosts(name, group, drafts, hostNames),
    ...unknownGroups(group, drafts),
  ]);
  issues.push(...findCycles(drafts));
  const listed = new Map(names.map((name) => [name, listedIn(drafts.get(name))]));
  const members = new Map(names.map((name) => [name, membersOf(name, listed, new Set())]));
  return { members, listed, order: orderOf(drafts), issues };
}

function collect(parts: readonly GroupsPart[]): DraftGroups {
  const drafts = new Map<string, DraftGroup>();
  for (const { written, locator } of parts) {
    for (const [name, group] of Object.entries(written.groups ?? {})) {
      const before = drafts.get(name);
      const listed = (key: 'hosts' | 'groups'): readonly Listed[] => [
        ...(before?.[key] ?? []),
        ...(group?.[key] ?? []).map((text, at) => ({
          text,
          location: locator.locate(['groups', name, key, at]),
        })),
      ];
      const key = before?.key ?? locator.locateKey(['groups', name]);
      drafts.set(name, { key, hosts: listed('hosts'), groups: listed('groups') });
    }
  }
  return drafts;
}

function reservedName(name: string, { key: location }: DraftGroup): Issue[] {
  if (name !== 'all') return [];
  const hint = 'put vars and connection for all hosts at the top of the file';
  return [{ code: 'INVENTORY_RESERVED_NAME', message: 'the group "all" is always there', location, hint }];
}

function unknownHosts(
  group: string,
  { hosts }: DraftGroup,
  drafts: DraftGroups,
  hostNames: ReadonlySet<string>,
): Issue[] {
  return hosts.flatMap(({ text: pattern, location }): Issue[] => {
    const { names, problem } = tryExpand(pattern);
    if (problem !== undefined) return [{ code: 'INVENTORY_RANGE', ...problem, location }];
    const unknown = names.filter((name) => !hostNames.has(name));
    if (unknown[0] === undefined) return [];
    const hint = hintForMember(pattern, drafts) ?? didYouMean(unknown[0], hostNames);
    const message = `group "${group}" has no such host in the inventory: ${foldHostNames(unknown)}`;
    const issue = { code: 'INVENTORY_UNKNOWN_HOST', message, location };
    return [hint === undefined ? issue : { ...issue, hint }];
  });
}

/** What works on the command line, and not in a group. */
function hintForMember(pattern: string, drafts: DraftGroups): string | undefined {
  const name = pattern.replace(/^@/, '');
  if (drafts.has(name)) return `${name} is a group: put it under groups`;
  if (/[*?!&]/.test(pattern)) return 'a group lists names and ranges; *, ?, ! and & are for --limit';
  return undefined;
}

function unknownGroups({ groups }: DraftGroup, drafts: DraftGroups): Issue[] {
  return groups.flatMap(({ text: nested, location }): Issue[] => {
    if (drafts.has(nested)) return [];
    const hint = didYouMean(nested, [...drafts.keys()]);
    const issue = { code: 'INVENTORY_UNKNOWN_GROUP', message: `no group "${nested}"`, location };
    return [hint === undefined ? issue : { ...issue, hint }];
  });
}

/** One issue for each place where a group leads back to a group that it is in. */
function findCycles(drafts: DraftGroups): Issue[] {
  const issues: Issue[] = [];
  const done = new Set<string>();
  function walk(group: string, above: readonly string[]): void {
    if (done.has(group)) return;
    const trail = [...above, group];
    for (const { text: nested, location } of drafts.get(group)?.groups ?? []) {
      if (!trail.includes(nested)) {
        walk(nested, trail);
        continue;
      }
      const loop = [...trail.slice(trail.indexOf(nested)), nested].join(' > ');
      const message = `group "${nested}" contains itself: ${loop}`;
      issues.push({ code: 'INVENTORY_GROUP_CYCLE', message, location });
    }
    done.add(group);
  }
  for (const group of drafts.keys()) walk(group, []);
  return issues;
}

function listedIn(group: DraftGroup | undefined): ListedGroup {
  const hosts = (group?.hosts ?? []).flatMap(({ text }) => tryExpand(text).names);
  return { hosts: [...new Set(hosts)], groups: [...new Set((group?.groups ?? []).map(({ text }) => text))] };
}

function membersOf(
  group: string,
  listed: ReadonlyMap<string, ListedGroup>,
  visited: Set<string>,
): ReadonlySet<string> {
  if (visited.has(group)) return new Set();
  visited.add(group);
  const { hosts = [], groups = [] } = listed.get(group) ?? {};
  return new Set([...hosts, ...groups.flatMap((nested) => [...membersOf(nested, listed, visited)])]);
}

function orderOf(drafts: DraftGroups): string[] {
  const order: string[] = [];
  let left = [...drafts.keys()];
  while (left.length > 0) {
    const nested = new Set(left.flatMap((group) => drafts.get(group)?.groups.map(({ text }) => text) ?? []));
    const next = left.find((group) => !nested.has(group)) ?? left[0] ?? '';
    order.push(next);
    left = left.filter((group) => group !== next);
  }
  return order;
}

function tryExpand(pattern: string): {
  names: readonly string[];
  problem?: { readonly message: string; readonly hint?: string };
} {
  try {
    return { names: expandHostNames(pattern) };
  } catch (error) {
    if (!isMusterError(error)) throw error;
    const { message, hint } = error;
    return { names: [], problem: { message, ...(hint === undefined ? {} : { hint }) } };
  }
}
