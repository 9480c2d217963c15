// Which keys a host is offered, and in which order: its identity file first, then what the agent holds.
import type { ParsedKey } from 'ssh2';
import { ConnectError } from '../../model/index.ts';
import type { HostConnection } from '../port.ts';
import type { KeyAgent } from './agent.ts';
import { identityError, outdatedError } from './identity.ts';
import type { Identity } from './identity.ts';
import { fingerprint } from './known-hosts.ts';

/** The keys for one host. At least one of the two is there. */
export interface Credentials {
  readonly key: ParsedKey | undefined;
  readonly agent: KeyAgent | undefined;
  readonly agentKeys: readonly ParsedKey[];
  /** Each key in words, in the order in which they are offered. */
  readonly descriptions: readonly string[];
}

/** Throws ConnectError SSH_IDENTITY when there is nothing to offer. */
export async function gatherCredentials(
  host: HostConnection,
  identity: Identity | undefined,
  agent: KeyAgent | undefined,
): Promise<Credentials> {
  const outdated = identity === undefined ? undefined : outdatedError(identity, host);
  if (outdated !== undefined) throw outdated;
  const usable = host.agent ? agent : undefined;
  const held = usable === undefined ? [] : await keysHeld(usable, host, identity);
  if (identity !== undefined && identity.key === undefined && !held.some((key) => isSameKey(key, identity))) {
    throw identityError(identity, host.name);
  }
  const agentKeys = orderAgentKeys(held, identity);
  if (identity === undefined && agentKeys.length === 0) throw nothingToOfferError(host, usable !== undefined);
  const described = agentKeys.map((key) => `agent key ${describe(key)}`);
  return {
    key: identity?.key,
    agent: usable,
    agentKeys,
    descriptions:
      identity?.key === undefined ? described : [`${identity.path} ${describe(identity.key)}`, ...described],
  };
}

async function keysHeld(
  agent: KeyAgent,
  host: HostConnection,
  identity: Identity | undefined,
): Promise<readonly ParsedKey[]> {
  try {
    return await inTime(agent.keys(), host.connectTimeoutMs / 2);
  } catch (cause) {
    // A usable identity file does not need the agent.
    if (identity?.key !== undefined) return [];
    throw new ConnectError(
      'SSH_IDENTITY',
      `the ssh agent gives no keys: ${cause instanceof Error ? cause.message : ''}`,
      {
        host: host.name,
        cause,
        hint:
          'check SSH_AUTH_SOCK with ssh-add -l, or set identity_file for this host; ' +
          'raise connect_timeout if somebody must unlock the agent first',
      },
    );
  }
}

// An agent that does not answer leaves a host time enough to be let in by its identity file.
async function inTime<T>(work: Promise<T>, limitMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`it did not answer within ${limitMs / 1000} s`));
    }, limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

// The key that the identity file names goes first; if that very key was read from the file, not twice.
function orderAgentKeys(held: readonly ParsedKey[], identity: Identity | undefined): readonly ParsedKey[] {
  if (identity === undefined) return held;
  const others = held.filter((key) => !isSameKey(key, identity));
  const named = held.filter((key) => isSameKey(key, identity));
  return identity.key === undefined ? [...named, ...others] : others;
}

function isSameKey(key: ParsedKey, identity: Identity): boolean {
  return identity.publicKey?.equals(key.getPublicSSH()) === true;
}

function nothingToOfferError(host: HostConnection, hasAgent: boolean): ConnectError {
  const why = hasAgent ? 'the ssh agent holds no keys' : 'there is no identity file and no ssh agent in use';
  return new ConnectError('SSH_IDENTITY', `no key to log in to ${host.name} with: ${why}`, {
    host: host.name,
    hint: 'set identity_file for this host, or load a key into an agent (ssh-add) and let SSH_AUTH_SOCK name its socket',
  });
}

function describe(key: ParsedKey): string {
  return `(${key.type} ${fingerprint(key.getPublicSSH())})`;
}
