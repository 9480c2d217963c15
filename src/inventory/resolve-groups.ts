// Groups: which hosts are in each, nested groups flattened, and in which order groups override each other.
import { didYouMean, type Locator } from '../document/index.ts';
import type { Issue } from '../model/index.ts';
import { expandHostNames, foldHostNames, isMusterError } from '../model/index.ts';
import type { ListedGroup } from './model.ts';
import type { WrittenInventory } from './schema.ts';

type WrittenGroups = NonNullable<WrittenInventory['groups']>;

export interface ResolvedGroups {
  /** Group to members, in order of declaration. */
  readonly members: ReadonlyMap<string, ReadonlySet<string>>;
  readonly listed: ReadonlyMap<string, ListedGroup>;
  /** From weakest to strongest: a group before the groups nested in it, otherwise as declared. */
  readonly order: readonly string[];
  readonly issues: readonly Issue[];
}

/** Flattens groups. `hostNames` are all hosts of the inventory. */
export function resolveGroups(
  written: WrittenGroups,
  hostNames: ReadonlySet<string>,
  locator: Locator,
): ResolvedGroups {
  const names = Object.keys(written);
  const issues = names.flatMap((name) => [
    ...reservedName(name, locator),
    ...unknownHosts(name, written, hostNames, locator),
    ...unknownGroups(name, written, locator),
  ]);
  issues.push(...findCycles(written, locator));
  const listed = new Map(names.map((name) => [name, listedIn(name, written)]));
  const members = new Map(names.map((name) => [name, membersOf(name, listed, new Set())]));
  return { members, listed, order: orderOf(written), issues };
}

function reservedName(name: string, locator: Locator): Issue[] {
  if (name !== 'all') return [];
  const location = locator.locateKey(['groups', name]);
  const hint = 'put vars and connection for all hosts at the top of the file';
  return [{ code: 'INVENTORY_RESERVED_NAME', message: 'the group "all" is always there', location, hint }];
}

function unknownHosts(
  group: string,
  written: WrittenGroups,
  hostNames: ReadonlySet<string>,
  locator: Locator,
): Issue[] {
  return (groupOf(written, group)?.hosts ?? []).flatMap((pattern, at): Issue[] => {
    const location = locator.locate(['groups', group, 'hosts', at]);
    const { names, problem } = tryExpand(pattern);
    if (problem !== undefined) return [{ code: 'INVENTORY_RANGE', ...problem, location }];
    const unknown = names.filter((name) => !hostNames.has(name));
    if (unknown[0] === undefined) return [];
    const hint = hintForMember(pattern, written) ?? didYouMean(unknown[0], hostNames);
    const message = `group "${group}" has no such host in the inventory: ${foldHostNames(unknown)}`;
    const issue = { code: 'INVENTORY_UNKNOWN_HOST', message, location };
    return [hint === undefined ? issue : { ...issue, hint }];
  });
}

/** Groups named in the file may be called as what every object has, e.g. `constructor`. */
function groupOf(written: WrittenGroups, name: string): WrittenGroups[string] | undefined {
  return Object.hasOwn(written, name) ? written[name] : undefined;
}

/** What works on the command line, and not in a group. */
function hintForMember(pattern: string, written: WrittenGroups): string | undefined {
  const name = pattern.replace(/^@/, '');
  if (Object.hasOwn(written, name)) return `${name} is a group: put it under groups`;
  if (/[*?!&]/.test(pattern)) return 'a group lists names and ranges; *, ?, ! and & are for --limit';
  return undefined;
}

function unknownGroups(group: string, written: WrittenGroups, locator: Locator): Issue[] {
  return (groupOf(written, group)?.groups ?? []).flatMap((nested, at): Issue[] => {
    if (Object.hasOwn(written, nested)) return [];
    const hint = didYouMean(nested, Object.keys(written));
    const issue = {
      code: 'INVENTORY_UNKNOWN_GROUP',
      message: `no group "${nested}"`,
      location: locator.locate(['groups', group, 'groups', at]),
    };
    return [hint === undefined ? issue : { ...issue, hint }];
  });
}

/** One issue for each place where a group leads back to a group that it is in. */
function findCycles(written: WrittenGroups, locator: Locator): Issue[] {
  const issues: Issue[] = [];
  const done = new Set<string>();
  function walk(group: string, above: readonly string[]): void {
    if (done.has(group)) return;
    const trail = [...above, group];
    (groupOf(written, group)?.groups ?? []).forEach((nested, at) => {
      if (!trail.includes(nested)) {
        walk(nested, trail);
        return;
      }
      const loop = [...trail.slice(trail.indexOf(nested)), nested].join(' > ');
      const location = locator.locate(['groups', group, 'groups', at]);
      issues.push({
        code: 'INVENTORY_GROUP_CYCLE',
        message: `group "${nested}" is in itself: ${loop}`,
        location,
      });
    });
    done.add(group);
  }
  for (const group of Object.keys(written)) walk(group, []);
  return issues;
}

function listedIn(group: string, written: WrittenGroups): ListedGroup {
  const { hosts = [], groups = [] } = groupOf(written, group) ?? {};
  return { hosts: [...new Set(hosts.flatMap((pattern) => tryExpand(pattern).names))], groups };
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

function orderOf(written: WrittenGroups): string[] {
  const order: string[] = [];
  let left = Object.keys(written);
  while (left.length > 0) {
    const nested = new Set(left.flatMap((group) => groupOf(written, group)?.groups ?? []));
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
