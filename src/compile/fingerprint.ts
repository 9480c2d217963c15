// What tells one secret from another without showing it. A plain digest of a secret is as good as the secret where that is
// a word or a number of few digits: this one costs its maker little and who tries a dictionary a lot.
import { createHash, createHmac, scrypt } from 'node:crypto';

/** What a secret's text is worth without the text. The two say nothing of each other. */
export interface SecretKeys {
  /** For readers of the plan; hexadecimal. */
  readonly fingerprint: string;
  /** For digests of what the secret went into, which would be as quick to try as any; it is written nowhere. */
  readonly key: Uint8Array;
}

const half = 32;
// 16 MiB and about 40 ms each.
const work = { N: 2 ** 14, r: 8, p: 1 };

/** The fingerprint of a secret: another salt gives another one. An empty text, as of a var without a value, has an empty one. */
export async function fingerprint(text: string, salt: string): Promise<SecretKeys> {
  if (text === '') return { fingerprint: '', key: new Uint8Array() };
  const bytes = await new Promise<Buffer>((resolve, reject) => {
    scrypt(text, salt, 2 * half, work, (error, derived) => {
      if (error === null) resolve(derived);
      else reject(error);
    });
  });
  return { fingerprint: bytes.subarray(0, half).toString('hex'), key: bytes.subarray(half) };
}

/** A digest of bytes that everybody may know. */
export function sha256(data: Uint8Array | string): string {
  return `sha256:${createHash('sha256').update(data).digest('hex')}`;
}

/** A digest of what secrets with these keys went into. */
export function keyedDigest(keys: readonly Uint8Array[], data: string): string {
  const key = createHash('sha256');
  for (const each of keys) key.update(each);
  return `hmac-sha256:${createHmac('sha256', key.digest()).update(data).digest('hex')}`;
}
