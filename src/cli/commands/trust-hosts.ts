// trust --hosts: the keys that hosts show, what DNS says of them, and the operator's word that they are right; then they are
// written to known_hosts. Nobody is logged in to.
import { exitCodes, UsageError } from '../../model/index.ts';
import { escapeTerminal } from '../../report/index.ts';
import { addKnownKeys } from '../add-known-keys.ts';
import { confirm } from '../confirm.ts';
import { fetchHostKeys, type FetchedHost } from '../fetch-host-keys.ts';
import { writeOut, shown } from '../outputs.ts';
import { openFleet } from '../session.ts';
import { hostKeysText } from '../host-keys-text.ts';
import type { TrustOptions } from './trust.ts';

/**
 * `muster trust --hosts PATTERN`: 0 when all keys are known now, 1 when a key is another than was recorded or than DNSSEC
 * vouches for, 2 without a yes, 4 when a host showed none.
 */
export async function trustHostsCommand(pattern: string, options: TrustOptions): Promise<number> {
  const { inventory } = options;
  const session = await openFleet({
    ...options,
    limit: pattern,
    ...(inventory === undefined ? {} : { inventory }),
  });
  await session.toContact();
  const fetched = await fetchHostKeys(session);
  writeOut(escapeTerminal(hostKeysText(fetched), 'tab-newline'));
  const code = codeOf(fetched);
  const isWanted = fetched.some((host) => newKeysOf(host).length > 0);
  if (!isWanted || options.show === true) return code;
  if (options.yes !== true && !(await agreed())) return exitCodes.usage;
  for (const [path, lines] of linesByFile(fetched)) await addKnownKeys(path, lines);
  return code;
}

function newKeysOf(host: FetchedHost): FetchedHost['keys'] {
  return host.keys.filter(({ state, dns }) => state === 'new' && dns !== 'contradicts');
}

function codeOf(fetched: readonly FetchedHost[]): number {
  const keys = fetched.flatMap((host) => host.keys);
  if (keys.some(({ state, dns }) => state === 'changed' || state === 'revoked' || dns === 'contradicts'))
    return exitCodes.failed;
  return fetched.some((host) => host.keys.length === 0) ? exitCodes.incomplete : exitCodes.good;
}

function linesByFile(fetched: readonly FetchedHost[]): ReadonlyMap<string, readonly string[]> {
  const lines = new Map<string, string[]>();
  for (const host of fetched) {
    for (const { key, type } of newKeysOf(host)) {
      const line = `${host.knownName} ${type} ${key.toString('base64')}`;
      const others = lines.get(host.file) ?? [];
      lines.set(host.file, others.includes(line) ? others : [...others, line]);
    }
  }
  return lines;
}

async function agreed(): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new UsageError('CONFIRM', 'this needs your yes, and there is no terminal to ask on', {
      hint: 'compare the fingerprints (--show) with those on the consoles of the hosts, then add --yes',
    });
  await shown();
  return await confirm('Are these the keys of these hosts? Write them to known_hosts?');
}
