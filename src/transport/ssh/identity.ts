// The private key that a host's inventory entry or ssh_config names. A key under a passphrase is opened with those that are
// known for its file; it may also be used through an agent that holds it, and that is found by its public half.
import { parseKey } from './ssh2.ts';
import type { ParsedKey } from 'ssh2';
import { ConnectError, type Secret } from '../../model/index.ts';
import type { HostConnection } from '../port.ts';
import { readKeyFile } from './key-file.ts';
import type { KeyFile } from './key-verdict.ts';
import { LackingError } from './lacking.ts';

/** What an identity file gives. */
export interface Identity {
  readonly path: string;
  /** The usable private key; undefined when the file is locked or holds only a public key. */
  readonly key: ParsedKey | undefined;
  /** The public key blob as far as it can be known, to find the same key in an agent. */
  readonly publicKey: Buffer | undefined;
  /** Why there is no usable private key. */
  readonly problem: 'none' | 'locked' | 'public-only';
  /** What opened the file; undefined for one that needs no passphrase. */
  readonly passphrase?: Secret;
  /** A passphrase was known for the locked file, and it is another one. */
  readonly isMistaken?: boolean;
}

type ReadFile = (path: string) => Promise<Buffer>;

/** The key files of a run; each is read once. */
export interface IdentityFiles {
  /** Rejects with ConnectError SSH_IDENTITY for a file that gives no key. */
  at(path: string): Promise<Identity>;
  /** Whether a certificate stands beside a key file, as ssh looks for it. */
  hasCertificate(path: string): Promise<boolean>;
  /** Opens a locked file for the rest of the run; false when the passphrase is another one. */
  unlock(path: string, passphrase: Secret): Promise<boolean>;
}

/** Reads through `readFile`. Locked files are opened with the `passphrases` of their paths, if one of them does it. */
export function identityFiles(
  readFile: ReadFile,
  passphrases: (path: string) => readonly Secret[] = () => [],
): IdentityFiles {
  const identitiesByPath = new Map<string, Promise<Identity>>();
  const certificatesByPath = new Map<string, Promise<boolean>>();
  return {
    at: (path) => {
      const cached = identitiesByPath.get(path);
      if (cached !== undefined) return cached;
      const identity = readIdentity(path, readFile, passphrases(path));
      identitiesByPath.set(path, identity);
      return identity;
    },
    hasCertificate: (path) => {
      const known = certificatesByPath.get(path) ?? isCertificate(`${path}-cert.pub`, readFile);
      certificatesByPath.set(path, known);
      return known;
    },
    unlock: async (path, passphrase) => {
      const identity = await readIdentity(path, readFile, [passphrase]);
      if (identity.problem === 'locked') return false;
      identitiesByPath.set(path, Promise.resolve(identity));
      return true;
    },
  };
}

async function readIdentity(
  path: string,
  readFile: ReadFile,
  passphrases: readonly Secret[],
): Promise<Identity> {
  const bytes = await read(path, readFile);
  let file = readKeyFile(bytes);
  let opener: Secret | undefined;
  for (const passphrase of passphrases) {
    if (file.kind !== 'locked') break;
    opener = passphrase;
    file = readKeyFile(bytes, passphrase);
  }
  switch (file.kind) {
    case 'private': {
      const opened = opener === undefined ? {} : { passphrase: opener };
      return { path, key: file.key, publicKey: file.key.getPublicSSH(), problem: 'none', ...opened };
    }
    case 'locked': {
      const publicKey = (await readPublicHalf(path, readFile)) ?? file.publicKey;
      const mistaken = passphrases.length === 0 ? {} : { isMistaken: true };
      return { path, key: undefined, publicKey, problem: 'locked', ...mistaken };
    }
    case 'public':
      return { path, key: undefined, publicKey: file.publicKey, problem: 'public-only' };
    case 'unusable':
      throw unusableError(path, file);
  }
}

function unusableError(
  path: string,
  { is, hint, lacking }: KeyFile & { readonly kind: 'unusable' },
): ConnectError {
  const message = `identity file ${path} ${is}`;
  const details = { hint: hint.replaceAll('FILE', path).replaceAll(`NEW-${path}`, 'NEW-FILE') };
  return lacking === undefined
    ? new ConnectError('SSH_IDENTITY', message, details)
    : new LackingError(lacking, 'SSH_IDENTITY', message, details);
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

async function isCertificate(path: string, readFile: ReadFile): Promise<boolean> {
  try {
    return /^\S+-cert-v\d\d@openssh\.com /m.test((await readFile(path)).toString('latin1'));
  } catch {
    // Few keys have one.
    return false;
  }
}

async function readPublicHalf(path: string, readFile: ReadFile): Promise<Buffer | undefined> {
  try {
    const parsed = parseKey(await readFile(`${path}.pub`));
    return parsed instanceof Error ? undefined : parsed.getPublicSSH();
  } catch {
    // There need not be a public half beside the key.
    return undefined;
  }
}

/** Why a host of today would refuse this key for any user, or undefined. */
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
export function identityError(
  { path, problem, publicKey, isMistaken }: Identity,
  host: string,
): ConnectError {
  if (problem === 'locked') {
    const known = isMistaken === true ? 'another one than the inventory gives, ' : '';
    return new ConnectError(
      'SSH_IDENTITY',
      `${path} is protected by a passphrase, ${known}and no agent in use holds the key`,
      {
        host,
        hint:
          `load the key into an agent (ssh-add ${path}) and set agent: true, or set passphrase in the inventory ` +
          '({ from_age: FILE }, ...); on a terminal you are asked for it' +
          // An agent knows keys by their public half, and this form of key hides it.
          (publicKey === undefined
            ? `; to find it there, muster needs ssh-keygen -y -f ${path} >${path}.pub`
            : ''),
      },
    );
  }
  const name = path.endsWith('.pub') ? `probably ${path.slice(0, -4)}` : 'the file without .pub';
  return new ConnectError(
    'SSH_IDENTITY',
    `${path} is the public half of a key, and the agent does not hold the key`,
    {
      host,
      hint: `name the private key in identity_file, ${name}, or load it into an agent and set agent: true`,
    },
  );
}
