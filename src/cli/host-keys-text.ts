// Host keys for a person to compare: hosts that show the same are one entry.
import { foldHostNames } from '../model/index.ts';
import { count } from '../report/index.ts';
import { fingerprint } from '../transport/index.ts';
import type { FetchedHost, FetchedKey } from './fetch-host-keys.ts';

const states: Readonly<Record<FetchedKey['state'], string>> = {
  known: 'known',
  new: 'NEW',
  changed: 'NOT the key that known_hosts records: find out why at its console; not written',
  revoked: 'REVOKED in known_hosts; not written',
};

const ofDns: Readonly<Record<FetchedKey['dns'], string>> = {
  vouches: ', DNSSEC vouches for it (SSHFP)',
  agrees: ', the same in SSHFP, without DNSSEC',
  contradicts: ', DNSSEC vouches for ANOTHER key (SSHFP); not written',
  silent: '',
};

/** Several lines, folded over the fleet. */
export function hostKeysText(fetched: readonly FetchedHost[]): string {
  const hostsByText = new Map<string, FetchedHost[]>();
  for (const host of fetched) {
    const isAllKnown =
      host.keys.length > 0 && host.keys.every(({ state, dns }) => state === 'known' && dns !== 'contradicts');
    const text = isAllKnown ? '  already known\n' : linesOf(host);
    hostsByText.set(text, [...(hostsByText.get(text) ?? []), host]);
  }
  const entries = [...hostsByText].map(([text, hosts]) => {
    const names = foldHostNames(hosts.map(({ name }) => name));
    // Two machines with one key can each play the other: copies of an image have that.
    const isShared =
      hosts.length > 1 &&
      new Set(hosts.map(({ knownName }) => knownName)).size > 1 &&
      text.includes('SHA256:');
    const head = hosts.length === 1 ? names : `${names} (${count(hosts.length, 'host')})`;
    return `${head}\n${text}${isShared ? '  they all have the same key, so each of them can pose as the others\n' : ''}`;
  });
  return entries.join('');
}

function linesOf({ keys, problem }: FetchedHost): string {
  if (keys.length === 0) return `  no key: ${problem ?? 'it showed none'}\n`;
  return keys
    .map(({ type, key, state, dns }) => `  ${type} ${fingerprint(key)}  ${states[state]}${ofDns[dns]}\n`)
    .join('');
}
