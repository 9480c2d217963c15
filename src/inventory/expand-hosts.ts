// The keys under `hosts`, ranges written out: which hosts there are, and the address of each.
import { hintForKind, type Locator, quoted } from '../document/index.ts';
import type { Issue } from '../model/index.ts';
import {
  expandHostNames,
  foldHostNames,
  hintForAddress,
  isAddress,
  isHostName,
  isMusterError,
} from '../model/index.ts';
import type { WrittenHosts } from './schema.ts';

/** A host and the key of the file that it comes from. */
export interface ExpandedHost {
  readonly key: string;
  readonly name: string;
  readonly address: string;
}

/** All hosts in file order, and what is wrong with their names and addresses. */
export function expandHosts(
  written: WrittenHosts,
  locator: Locator,
): { hosts: ReadonlyMap<string, ExpandedHost>; issues: Issue[] } {
  const hosts = new Map<string, ExpandedHost>();
  const issues: Issue[] = [];
  for (const [key, host] of inFileOrder(written, locator)) {
    const names = expandAt(key, 'name', locator.locateKey(['hosts', key]));
    const place = locator.locate(['hosts', key, 'address']);
    const addresses = host?.address === undefined ? undefined : expandAt(host.address, 'address', place);
    issues.push(...names.issues, ...(addresses?.issues ?? []));
    const spread = addresses === undefined || addresses.issues.length > 0 ? names.texts : addresses.texts;
    if (spread.length !== names.texts.length && names.issues.length === 0) {
      const message = `${count(spread.length, 'address', 'addresses')} for ${count(names.texts.length, 'host', 'hosts')}`;
      const hint = 'give a range of the same length, or none to use the host names';
      issues.push({ code: 'INVENTORY_ADDRESS_COUNT', message, location: place, hint });
    }
    issues.push(...twice(key, names.texts, hosts, locator));
    names.texts.forEach((name, at) => {
      if (!hosts.has(name)) hosts.set(name, { key, name, address: spread[at] ?? name });
    });
  }
  return { hosts, issues };
}

/** JavaScript puts keys that are whole numbers before all others. */
function inFileOrder(written: WrittenHosts, locator: Locator): [string, WrittenHosts[string]][] {
  const entries = Object.entries(written);
  if (!entries.some(([key]) => /^\d+$/.test(key))) return entries;
  const placed = entries.map((entry) => ({ entry, place: locator.locateKey(['hosts', entry[0]]) }));
  placed.sort(({ place: a }, { place: b }) => a.line - b.line || a.column - b.column);
  return placed.map(({ entry }) => entry);
}

function expandAt(
  pattern: string,
  wanted: 'name' | 'address',
  location: Issue['location'],
): { texts: string[]; issues: Issue[] } {
  const isGood = wanted === 'name' ? isHostName : isAddress;
  // No range has two colons in its brackets: this is an address as URLs have it.
  if (/^\[[^\]]*:[^\]]*:[^\]]*\]/.test(pattern)) {
    return { texts: [], issues: [notGood(pattern, wanted, location)] };
  }
  try {
    const texts = expandHostNames(pattern);
    const bad = texts.find((text) => !isGood(text));
    if (bad === undefined) return { texts, issues: [] };
    return { texts: [], issues: [notGood(bad, wanted, location)] };
  } catch (error) {
    if (!isMusterError(error)) throw error;
    return { texts: [], issues: [issueOf(error, location)] };
  }
}

function notGood(text: string, wanted: 'name' | 'address', location: Issue['location']): Issue {
  const code = wanted === 'address' ? 'INVENTORY_ADDRESS' : 'INVENTORY_HOST_NAME';
  const what = wanted === 'address' ? 'an address' : 'a host name';
  const hint =
    hintForAddress(text, wanted) ??
    hintForKind('string', text, undefined) ??
    'use letters, digits, dots, _ and -';
  return { code, message: `${quoted(text)} is not ${what}`, location, hint };
}

function issueOf(error: { message: string; hint: string | undefined }, location: Issue['location']): Issue {
  const issue = { code: 'INVENTORY_RANGE', message: error.message, location };
  return error.hint === undefined ? issue : { ...issue, hint: error.hint };
}

function twice(
  key: string,
  names: readonly string[],
  hosts: ReadonlyMap<string, ExpandedHost>,
  locator: Locator,
): Issue[] {
  const seen = new Set<string>();
  const repeated = names.filter((name) => hosts.has(name) || seen.size === seen.add(name).size);
  const firstName = repeated[0];
  if (firstName === undefined) return [];
  const first = locator.locateKey(['hosts', hosts.get(firstName)?.key ?? key]);
  return [
    {
      code: 'INVENTORY_DUPLICATE_HOST',
      message: `${foldHostNames(repeated)} is listed twice`,
      location: locator.locateKey(['hosts', key]),
      hint: `the first is on line ${first.line}; write settings for some hosts of a range in a group`,
    },
  ];
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}
