// The keys under `hosts`, ranges written out: which hosts there are, and the address of each.
import type { Locator } from '../document/index.ts';
import { isMusterError, type Issue } from '../errors.ts';
import { expandHostNames, foldHostNames, isAddress, isHostName } from '../host-names.ts';
import type { WrittenInventory } from './schema.ts';

/** A host and the key of the file that it comes from. */
export interface ExpandedHost {
  readonly key: string;
  readonly name: string;
  readonly address: string;
}

/** All hosts in file order, and what is wrong with their names and addresses. */
export function expandHosts(
  written: WrittenInventory['hosts'],
  locator: Locator,
): { hosts: ReadonlyMap<string, ExpandedHost>; issues: Issue[] } {
  const hosts = new Map<string, ExpandedHost>();
  const issues: Issue[] = [];
  for (const [key, host] of Object.entries(written)) {
    const names = expandAt(key, 'INVENTORY_HOST_NAME', isHostName, locator.locateKey(['hosts', key]));
    const place = locator.locate(['hosts', key, 'address']);
    const addresses =
      host?.address === undefined ? undefined : expandAt(host.address, 'INVENTORY_ADDRESS', isAddress, place);
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

function expandAt(
  pattern: string,
  code: string,
  isGood: (text: string) => boolean,
  location: Issue['location'],
): { texts: string[]; issues: Issue[] } {
  try {
    const texts = expandHostNames(pattern);
    const bad = texts.find((text) => !isGood(text));
    if (bad === undefined) return { texts, issues: [] };
    const what = code === 'INVENTORY_ADDRESS' ? 'an address' : 'a host name';
    const hint = 'letters, digits, dots, _ and - may stand in it';
    return { texts: [], issues: [{ code, message: `"${bad}" is not ${what}`, location, hint }] };
  } catch (error) {
    if (!isMusterError(error)) throw error;
    return { texts: [], issues: [issueOf(error, location)] };
  }
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
      message: `${foldHostNames(repeated)} is there twice`,
      location: locator.locateKey(['hosts', key]),
      hint: `the first is on line ${first.line}; settings for some hosts of a range go into a group`,
    },
  ];
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}
