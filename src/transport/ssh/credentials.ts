// Which keys a host is offered, and in which order: its identity file first, then what the agent holds.
import type { ParsedKey } from 'ssh2';
import { ConnectError, type Secret } from '../../model/index.ts';
import type { HostConnection } from '../port.ts';
import type { KeyAgent } from './agent.ts';
import { passwordCure } from './connect-errors.ts';
import type { Destination } from './destination.ts';
import { identityError, outdatedError } from './identity.ts';
import type { Identity } from './identity.ts';
import { fingerprint } from './known-hosts.ts';
import { asLacking, lackingIn } from './lacking.ts';

/** The keys and the password for one host. At least one of them is there. */
export interface Credentials {
  readonly keys: readonly ParsedKey[];
  readonly agent: KeyAgent | undefined;
  readonly agentKeys: readonly ParsedKey[];
  /** As ssh does it with the files that its configuration names; the inventory's own file goes first. */
  readonly isAgentFirst: boolean;
  /** It is given after all keys, and once. */
  readonly password: Secret | undefined;
  /** Each key in words, in the order in which they are offered. */
  readonly descriptions: readonly string[];
  /** Files that could not be used, and why. */
  readonly passedOver: readonly string[];
  /** Of all that the agent holds, also what ssh2 cannot use; empty without an agent. */
  readonly heldTypes: readonly string[];
}

/** Whether a key type is that of a certificate. */
export function isCertificateType(type: string): boolean {
  return /-cert-v\d\d@/.test(type);
}

/** Why OpenSSH's own client may log in with what this agent holds; undefined when ssh2 can use all of it. */
export function beyondSsh2(heldTypes: readonly string[]): string | undefined {
  if (heldTypes.some(isCertificateType)) return 'the ssh agent holds a certificate';
  return heldTypes.some((type) => type.startsWith('sk-'))
    ? 'the ssh agent holds a key of a hardware token'
    : undefined;
}

interface Held {
  readonly keys: readonly ParsedKey[];
  readonly types: readonly string[];
}

const nothing: Held = { keys: [], types: [] };

/** Throws ConnectError SSH_IDENTITY when there is nothing to offer. */
export async function gatherCredentials(
  host: HostConnection,
  identity: Identity | undefined,
  agent: KeyAgent | undefined,
  password?: Secret,
): Promise<Credentials> {
  const outdated = identity === undefined ? undefined : outdatedError(identity, host);
  if (outdated !== undefined) throw outdated;
  const usable = host.agent ? agent : undefined;
  const { keys: held, types: heldTypes } =
    usable === undefined
      ? nothing
      : await keysHeld(usable, host, identity?.key !== undefined || password !== undefined);
  if (identity !== undefined && identity.key === undefined && !held.some((key) => isSameKey(key, identity))) {
    throw identityError(identity, host.name);
  }
  const agentKeys = orderAgentKeys(held, identity);
  if (identity === undefined && agentKeys.length === 0 && password === undefined)
    throw nothingToOfferError(host, usable !== undefined, heldTypes);
  const described = agentKeys.map((key) => `agent key ${describe(key)}`);
  return {
    keys: identity?.key === undefined ? [] : [identity.key],
    agent: usable,
    agentKeys,
    isAgentFirst: false,
    password,
    descriptions:
      identity?.key === undefined ? described : [`${identity.path} ${describe(identity.key)}`, ...described],
    passedOver: [],
    heldTypes,
  };
}

/** What ssh would offer: keys of the agent, those that a file names first, then files that the agent does not hold. */
export async function gatherAsSsh(
  host: Destination,
  files: readonly (Identity | Error)[],
  agent: KeyAgent | undefined,
  password?: Secret,
): Promise<Credentials> {
  const identities = files.filter((file): file is Identity => !(file instanceof Error));
  const usable = host.agent ? agent : undefined;
  const isAgentNeeded = password === undefined && identities.every(({ key }) => key === undefined);
  const { keys: held, types: heldTypes } =
    usable === undefined ? nothing : await keysHeld(usable, host, !isAgentNeeded);
  const named = held.filter((key) => identities.some((identity) => isSameKey(key, identity)));
  const agentKeys = host.identitiesOnly ? named : [...new Set([...named, ...held])];
  const unlocked = identities.flatMap((identity) => {
    const { key } = identity;
    if (key === undefined || outdatedError(identity, host) !== undefined) return [];
    return agentKeys.some((each) => isSameKey(each, identity)) ? [] : [{ ...identity, key }];
  });
  const passedOver = [
    ...files.flatMap((file) => (file instanceof Error ? [file.message] : [])),
    ...identities
      .filter((identity) => identity.problem === 'locked' && !held.some((key) => isSameKey(key, identity)))
      .map((identity) => identityError(identity, host.name).message),
  ];
  if (agentKeys.length + unlocked.length === 0 && password === undefined) {
    throw nothingToOfferError(
      host,
      usable !== undefined,
      heldTypes,
      passedOver,
      files.find((file) => lackingIn(file) !== undefined),
    );
  }
  return {
    keys: unlocked.map(({ key }) => key),
    agent: usable,
    agentKeys,
    isAgentFirst: true,
    password,
    descriptions: [
      ...agentKeys.map((key) => `agent key ${describe(key)}`),
      ...unlocked.map(({ path, key }) => `${path} ${describe(key)}`),
    ],
    passedOver,
    heldTypes,
  };
}

async function keysHeld(agent: KeyAgent, host: HostConnection, isDispensable: boolean): Promise<Held> {
  try {
    const listed = Promise.all([agent.keys(), agent.types()]);
    const [keys, types] = await inTime(listed, host.connectTimeoutMs / 2);
    return { keys, types };
  } catch (cause) {
    // With a usable identity file, or a password, the agent is not needed.
    if (isDispensable) return nothing;
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

function nothingToOfferError(
  host: HostConnection,
  hasAgent: boolean,
  heldTypes: readonly string[],
  passedOver: readonly string[] = [],
  cause?: unknown,
): ConnectError {
  const why = [
    hasAgent
      ? `the ssh agent holds no ${heldTypes.length > 0 ? 'key that can be used' : 'keys'}`
      : 'there is no identity file, and no ssh agent is used',
    ...passedOver,
  ].join('; ');
  const lacking = beyondSsh2(heldTypes);
  const error = new ConnectError('SSH_IDENTITY', `no key to log in to ${host.name} with: ${why}`, {
    host: host.name,
    cause,
    hint:
      'set identity_file for this host, or load a key into an agent (ssh-add) and let SSH_AUTH_SOCK name its socket; ' +
      `for a host that takes passwords ${passwordCure}`,
  });
  return lacking === undefined ? error : asLacking(lacking, error);
}

function describe(key: ParsedKey): string {
  return `(${key.type} ${fingerprint(key.getPublicSSH())})`;
}
