// The keys that hosts show by themselves: each host is asked for one type of key after the other, the way that a run takes to
// it, and left before a login.
import { generateKeyPairSync } from 'node:crypto';
import pLimit from 'p-limit';
import type { InventoryHost } from '../inventory/index.ts';
import { isMusterError } from '../model/index.ts';
import { homeDirectory, readKeys } from '../sources/index.ts';
import {
  type Destination,
  type Effective,
  keyTypeOf,
  type LoginSecrets,
  knownHostName,
  knownHostsReader,
  recordedName,
  Resolver,
  shownHostKey,
  type Surroundings,
  type Transport,
} from '../transport/index.ts';
import { type FleetSession, sshHere } from './session.ts';
import { judgeBySshfp, type SshfpAnswer, sshfpOf } from './sshfp.ts';

/** A key that a host showed. */
export interface FetchedKey {
  readonly type: string;
  readonly key: Buffer;
  /** What known_hosts says of it. */
  readonly state: 'known' | 'new' | 'changed' | 'revoked';
  /** What SSHFP records say: vouched for by DNSSEC, the same without DNSSEC, another by DNSSEC, or nothing. */
  readonly dns: 'vouches' | 'agrees' | 'contradicts' | 'silent';
}

/** A host, and all that it showed. */
export interface FetchedHost {
  readonly name: string;
  /** The name under which known_hosts keeps it. */
  readonly knownName: string;
  /** The file to add to. */
  readonly file: string;
  readonly keys: readonly FetchedKey[];
  /** Why there is no key; undefined when there is one. */
  readonly problem: string | undefined;
}

/** In the order in which a client of today prefers them. */
const families = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521',
  'rsa-sha2-512,rsa-sha2-256',
];

/**
 * Asks the selected hosts, a few at a time. Never rejects for a host that cannot be reached; throws UsageError for secrets of those
 * on the way that cannot be read.
 */
export async function fetchHostKeys(session: FleetSession): Promise<readonly FetchedHost[]> {
  const resolver = new Resolver(session.surroundings, homeDirectory(), true);
  const routes = await Promise.all(session.hosts.map((host) => routeOf(host, resolver)));
  const hops = new Set(routes.flatMap(({ destination }) => hopsOf(destination)));
  const reached = routes.filter(({ destination }) => destination !== undefined).map(({ host }) => host);
  // Hosts share the way through a jump host. One that is itself a jump host for others is asked by itself, for there its
  // recorded key is what counts.
  const batches = [
    reached.filter(({ name }) => !hops.has(name)),
    ...reached.filter(({ name }) => hops.has(name)).map((host) => [host]),
  ];
  const shownByName = new Map<string, Shown>();
  const secrets = await session.loginSecretsOf(hops);
  for (const batch of batches) await askBatch(batch, session, secrets, shownByName);
  const read = knownHostsReader(readKeys, () => undefined);
  return await Promise.all(routes.map((route) => fetchedOf(route, shownByName.get(route.host.name), read)));
}

interface HostRoute {
  readonly host: InventoryHost;
  readonly destination: Destination | undefined;
  readonly problem?: string;
}

async function routeOf(host: InventoryHost, resolver: Resolver): Promise<HostRoute> {
  try {
    return { host, destination: withHome(await resolver.resolve(host.connection)) };
  } catch (error) {
    if (!isMusterError(error)) throw error;
    return { host, destination: undefined, problem: error.message };
  }
}

function hopsOf(destination: Destination | undefined): string[] {
  const route = destination?.route;
  return route?.kind === 'jump' ? [route.hop.name, ...hopsOf(route.hop)] : [];
}

async function fetchedOf(
  { host: { name }, destination, problem }: HostRoute,
  seen: Shown | undefined,
  read: ReturnType<typeof knownHostsReader>,
): Promise<FetchedHost> {
  if (destination === undefined) return { name, knownName: name, file: '', keys: [], problem };
  const { address, port } = recordedName(destination);
  const place = { name, knownName: knownHostName(address, port), file: destination.knownHosts[0] ?? '' };
  const shown = seen?.keys ?? [];
  if (shown.length === 0) return { ...place, keys: [], problem: seen?.problem };
  try {
    const known = await read(destination.knownHosts);
    const records = await sshfpOf(destination.hostKeyAlias ?? destination.address);
    const keys = shown.map((key): FetchedKey => {
      const { kind } = known.judge(address, port, key);
      return {
        type: keyTypeOf(key),
        key,
        state: kind === 'unknown' ? 'new' : kind,
        dns: dnsOf(key, records),
      };
    });
    // A key of a type that is not recorded is no change where another key of the host is known.
    const isKnown = keys.some(({ state }) => state === 'known');
    const recorded = known.keyTypes(address, port);
    const isNew = ({ state, type }: FetchedKey): boolean =>
      isKnown && state === 'changed' && !recorded.includes(type);
    return {
      ...place,
      keys: keys.map((key) => (isNew(key) ? { ...key, state: 'new' } : key)),
      problem: undefined,
    };
  } catch (error) {
    if (!isMusterError(error)) throw error;
    return { ...place, keys: [], problem: error.message };
  }
}

function dnsOf(key: Buffer, answer: SshfpAnswer | undefined): FetchedKey['dns'] {
  const verdict = answer === undefined ? 'silent' : judgeBySshfp(key, answer.records);
  if (verdict === 'silent') return 'silent';
  if (verdict === 'same') return answer?.isSecure === true ? 'vouches' : 'agrees';
  // Without DNSSEC anybody may have said it.
  return answer?.isSecure === true ? 'contradicts' : 'silent';
}

/** What a host showed so far, or why it shows nothing. */
interface Shown {
  readonly keys: Buffer[];
  problem: string | undefined;
  /** A host that does not answer does not answer the next question either. */
  isOver: boolean;
}

/** Each type of key by a connection of its own, for which nothing is known, so that it ends at the key. */
async function askBatch(
  hosts: readonly InventoryHost[],
  { config, surroundings }: FleetSession,
  known: LoginSecrets,
  shownByName: Map<string, Shown>,
): Promise<void> {
  const atOnce = pLimit(config.concurrency);
  const readFile = withThrowawayKey();
  const asked = new Set(hosts.map(({ name }) => name));
  // Those on the way get their secrets. Nobody logs in to those that are asked.
  const secrets: LoginSecrets = {
    ...known,
    password: (host) => (asked.has(host) ? undefined : known.password(host)),
  };
  for (const family of families) {
    const surroundingsOf = askingFor(family, hosts, surroundings);
    const transport = sshHere(config, surroundingsOf, { readFile, secrets, openssh: false });
    try {
      await transport.prepare?.(hosts.map(({ connection }) => ({ ...connection, ...nobody })));
      await Promise.all(hosts.map((host) => atOnce(() => askOne(host, transport, shownByName))));
    } finally {
      transport.close?.();
    }
  }
}

const throwaway = '/nonexistent/muster-key-of-nobody';
/** Nobody logs in: no key of the operator is needed, and no agent is asked. */
const nobody = { knownHosts: ['/dev/null'], identityFile: throwaway, agent: false } as const;

function withThrowawayKey(): typeof readKeys {
  const { privateKey } = generateKeyPairSync('ed25519');
  const key = Buffer.from(privateKey.export({ type: 'pkcs8', format: 'pem' }));
  return async (path) => (path === throwaway ? key : await readKeys(path));
}

async function askOne(
  { name, connection }: InventoryHost,
  transport: Transport,
  shownByName: Map<string, Shown>,
): Promise<void> {
  const shown = shownByName.get(name) ?? { keys: [], problem: undefined, isOver: false };
  shownByName.set(name, shown);
  if (shown.isOver) return;
  try {
    const limit = AbortSignal.timeout(connection.connectTimeoutMs * 4);
    (await transport.connect({ ...connection, ...nobody }, limit)).close();
  } catch (error) {
    if (!isMusterError(error)) throw error;
    const key = shownHostKey(error);
    if (key === undefined) shown.problem ??= error.message;
    else if (!shown.keys.some((each) => each.equals(key))) shown.keys.push(key);
    shown.isOver = key === undefined && !/^SSH_(PROTOCOL|HOST_KEY)/.test(error.code);
  }
}

/** The same surroundings, in which these hosts are asked for one type of key, and no key of them is known. */
function askingFor(
  family: string,
  hosts: readonly InventoryHost[],
  { listed, askSsh }: Surroundings,
): Surroundings {
  const asked = new Map(hosts.map((host) => [host.name, host]));
  const wish = (values: Effective): Effective => new Map([...values, ['hostkeyalgorithms', [family]]]);
  return {
    listed: (name) => {
      const host = asked.get(name);
      return host === undefined ? listed(name) : { connection: host.connection, said: saidOf(host) };
    },
    askSsh: async (question) => {
      const host = asked.get(question.name);
      if (host === undefined) return await askSsh(question);
      const answer = host.said.has('no ssh_config') ? undefined : await askSsh(question);
      const none: Effective = new Map();
      return { own: wish(answer?.own ?? none), usual: answer?.usual ?? none };
    },
  };
}

/** What ssh_config says stays open, unless the host has nothing to do with it: then all is settled. */
function saidOf({ said }: InventoryHost): ReadonlySet<string> {
  const isPlain = said.has('no ssh_config');
  const ours = ['known_hosts', 'identity_file', 'agent'];
  const more = isPlain ? [...ours, 'address', 'user', 'port'] : ours;
  return new Set([...said, ...more].filter((key) => key !== 'no ssh_config'));
}

function withHome(destination: Destination): Destination {
  const home = homeDirectory();
  const expand = (path: string): string => (path.startsWith('~/') ? `${home}${path.slice(1)}` : path);
  return { ...destination, knownHosts: destination.knownHosts.map(expand) };
}
