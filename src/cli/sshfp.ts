// SSHFP records: what the DNS says of host keys (RFC 4255), and whether DNSSEC vouches for it.
import { createHash } from 'node:crypto';
import { isMusterError } from '../model/index.ts';
import { runProgram } from '../programs/index.ts';
import { keyTypeOf } from '../transport/index.ts';

/** One record: numbers of the algorithm and of the digest, and the digest in hexadecimal. */
export interface Sshfp {
  readonly algorithm: number;
  readonly hash: number;
  readonly digest: string;
}

/** All records of a name. */
export interface SshfpAnswer {
  readonly records: readonly Sshfp[];
  /** The resolver checked the signatures (the flag `ad`). */
  readonly isSecure: boolean;
}

const timeoutMs = 10_000;

/** Asks the resolver of this machine; undefined for an address, without dig, or when nobody answers. */
export async function sshfpOf(name: string): Promise<SshfpAnswer | undefined> {
  if (/^[\d.]+$|:/.test(name)) return undefined;
  const words = [
    '-q',
    name,
    '-t',
    'SSHFP',
    '+dnssec',
    '+noall',
    '+comments',
    '+answer',
    '+time=3',
    '+tries=1',
  ];
  try {
    const { exitCode, stdout } = await runProgram('dig', words, { timeoutMs, mostBytes: 64 * 1024 });
    return exitCode === 0 ? parseSshfp(stdout) : undefined;
  } catch (error) {
    if (isMusterError(error)) return undefined;
    throw error;
  }
}

/** Reads what dig prints. */
export function parseSshfp(text: string): SshfpAnswer {
  const records = [...text.matchAll(/^\S+\s+\d+\s+IN\s+SSHFP\s+(\d+)\s+(\d+)\s+([0-9A-Fa-f ]+)$/gm)].map(
    ([, algorithm = '', hash = '', digest = '']) => ({
      algorithm: Number(algorithm),
      hash: Number(hash),
      digest: digest.replaceAll(' ', '').toLowerCase(),
    }),
  );
  const flags = /^;; flags:([^;]*);/m.exec(text)?.[1] ?? '';
  return { records, isSecure: flags.split(' ').includes('ad') && /status: NOERROR/.test(text) };
}

const algorithms: readonly (readonly [type: RegExp, algorithm: number])[] = [
  [/^ssh-rsa$/, 1],
  [/^ssh-dss$/, 2],
  [/^ecdsa-/, 3],
  [/^ssh-ed25519$/, 4],
];
const hashes: Readonly<Record<number, string>> = { 1: 'sha1', 2: 'sha256' };

/**
 * Whether the records of the key's algorithm are of this key. Like ssh, it takes no key of which a record names another; such
 * records are silent if others name this one, because a key may be in the middle of a change.
 */
export function judgeBySshfp(key: Buffer, records: readonly Sshfp[]): 'same' | 'other' | 'silent' {
  const algorithm = algorithms.find(([type]) => type.test(keyTypeOf(key)))?.[1];
  const own = records.filter((record) => record.algorithm === algorithm && record.hash in hashes);
  const best = own.some(({ hash }) => hash === 2) ? own.filter(({ hash }) => hash === 2) : own;
  if (best.length === 0) return 'silent';
  if (own.every((record) => names(record, key))) return 'same';
  return best.some((record) => names(record, key)) ? 'silent' : 'other';
}

function names({ hash, digest }: Sshfp, key: Buffer): boolean {
  return (
    createHash(hashes[hash] ?? '')
      .update(key)
      .digest('hex') === digest
  );
}
