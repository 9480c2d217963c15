// The private key that a host's inventory entry names. A key under a passphrase is never unlocked here:
// it may be used through an agent that holds it, and that is found by its public half.
import ssh2 from 'ssh2';
import type { ParsedKey } from 'ssh2';
import { ConnectError } from '../../model/index.ts';
import type { HostConnection } from '../port.ts';
import { readKeyFile } from './key-file.ts';

/** What an identity file gives. */
export interface Identity {
  readonly path: string;
  /** The usable private key; undefined when the file is locked or holds only a public key. */
  readonly key: ParsedKey | undefined;
  /** The public key blob as far as it can be known, to find the same key in an agent. */
  readonly publicKey: Buffer | undefined;
  /** Why there is no usable private key. */
  readonly problem: 'none' | 'locked' | 'public-only';
}

type ReadFile = (path: string) => Promise<Buffer>;

/** Reads each path once. The returned function throws ConnectError SSH_IDENTITY for a file that gives no key. */
export function identityReader(readFile: ReadFile): (path: string) => Promise<Identity> {
  const identitiesByPath = new Map<string, Promise<Identity>>();
  return (path) => {
    const cached = identitiesByPath.get(path);
    if (cached !== undefined) return cached;
    const identity = readIdentity(path, readFile);
    identitiesByPath.set(path, identity);
    return identity;
  };
}

async function readIdentity(path: string, readFile: ReadFile): Promise<Identity> {
  const file = readKeyFile(await read(path, readFile));
  switch (file.kind) {
    case 'private':
      return { path, key: file.key, publicKey: file.key.getPublicSSH(), problem: 'none' };
    case 'locked': {
      const publicKey = (await readPublicHalf(path, readFile)) ?? file.publicKey;
      return { path, key: undefined, publicKey, problem: 'locked' };
    }
    case 'public':
      return { path, key: undefined, publicKey: file.publicKey, problem: 'public-only' };
    case 'unusable':
      throw new ConnectError('SSH_IDENTITY', `identity file ${path} ${file.is}`, {
        hint: file.hint.replaceAll('FILE', path).replaceAll(`NEW-${path}`, 'NEW-FILE'),
      });
  }
}

async function read(path: string, readFile: ReadFile): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    throw new ConnectError(
      'SSH_IDENTITY',
      `identity file ${path} ${unreadable.get(code) ?? `cannot be read: ${why}`}`,
      {
        cause,
        hint: 'correct identity_file in the inventory, or leave it out to use the agent',
      },
    );
  }
}

const unreadable: ReadonlyMap<string, string> = new Map([
  ['EISDIR', 'is a directory, not a key'],
  ['EACCES', 'cannot be read by this user (permission denied)'],
  ['EPERM', 'cannot be read by this user (permission denied)'],
]);

async function readPublicHalf(path: string, readFile: ReadFile): Promise<Buffer | undefined> {
  try {
    const parsed = ssh2.utils.parseKey(await readFile(`${path}.pub`));
    return parsed instanceof Error ? undefined : parsed.getPublicSSH();
  } catch {
    // There need not be a public half beside the key.
    return undefined;
  }
}

/** Why a host of today would refuse this key whoever it belongs to, or undefined. */
export function outdatedError({ path, key }: Identity, host: HostConnection): ConnectError | undefined {
  if (key?.type !== 'ssh-dss' || host.legacyAlgorithms) return undefined;
  return new ConnectError(
    'SSH_IDENTITY',
    `identity file ${path} is a DSA key, which sshd refuses since OpenSSH 7.0`,
    {
      host: host.name,
      hint:
        'make a new key with ssh-keygen -t ed25519, ' +
        'or set legacy_algorithms: true for this host if its sshd is of the NetBSD 5 or 6 era',
    },
  );
}

/** Why this identity cannot be used by itself, and how it can. */
export function identityError({ path, problem, publicKey }: Identity, host: string): ConnectError {
  if (problem === 'locked') {
    return new ConnectError(
      'SSH_IDENTITY',
      `${path} is protected by a passphrase, and no agent in use holds the key`,
      {
        host,
        hint:
          `load the key into an agent (ssh-add ${path}) and set agent: true, or name a key without passphrase` +
          // An agent knows keys by their public half, and this form of key hides it.
          (publicKey === undefined
            ? `; to be found there it needs ssh-keygen -y -f ${path} >${path}.pub`
            : ''),
      },
    );
  }
  const name = path.endsWith('.pub') ? `probably ${path.slice(0, -4)}` : 'the file without .pub';
  return new ConnectError(
    'SSH_IDENTITY',
    `${path} is the public half of a key, and no agent in use holds the key`,
    {
      host,
      hint: `name the private key in identity_file, ${name}, or load it into an agent and set agent: true`,
    },
  );
}
