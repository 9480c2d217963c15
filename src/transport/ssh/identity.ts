// The private key that a host's inventory entry names. A key under a passphrase is never unlocked here:
// it may be used through an agent that holds it, and that is found by its public half.
import ssh2 from 'ssh2';
import type { ParsedKey } from 'ssh2';
import { ConnectError } from '../../errors.ts';

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
  const parsed = ssh2.utils.parseKey(await readKeyFile(path, readFile));
  if (parsed instanceof Error) {
    if (!/passphrase/.test(parsed.message)) {
      throw new ConnectError('SSH_IDENTITY', `${path} is not a key that can be used: ${parsed.message}`, {
        cause: parsed,
        hint: 'ssh-keygen -y -f FILE tells whether it is a private key; hardware keys work through an agent only',
      });
    }
    return { path, key: undefined, publicKey: await readPublicHalf(path, readFile), problem: 'locked' };
  }
  const publicKey = parsed.getPublicSSH();
  if (!parsed.isPrivateKey()) return { path, key: undefined, publicKey, problem: 'public-only' };
  return { path, key: parsed, publicKey, problem: 'none' };
}

async function readKeyFile(path: string, readFile: ReadFile): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ConnectError('SSH_IDENTITY', `identity file ${path} cannot be read: ${why}`, {
      cause,
      hint: 'correct identity_file in the inventory, or leave it out to use the agent',
    });
  }
}

async function readPublicHalf(path: string, readFile: ReadFile): Promise<Buffer | undefined> {
  try {
    const parsed = ssh2.utils.parseKey(await readFile(`${path}.pub`));
    return parsed instanceof Error ? undefined : parsed.getPublicSSH();
  } catch {
    // There need not be a public half beside the key.
    return undefined;
  }
}

/** Why this identity cannot be used by itself, and how it can. */
export function identityError(identity: Identity, host: string): ConnectError {
  const what =
    identity.problem === 'locked' ? 'is protected by a passphrase' : 'holds only the public half of a key';
  return new ConnectError('SSH_IDENTITY', `${identity.path} ${what}, and no agent in use holds the key`, {
    host,
    hint: `load the key into an agent (ssh-add ${identity.path}) and set agent: true, or name a key without passphrase`,
  });
}
