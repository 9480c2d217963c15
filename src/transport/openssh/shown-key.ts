// The whole host key that OpenSSH's client refused. The client prints its fingerprint only, and a person who records it
// needs all of it.
import { execFile } from 'node:child_process';
import { fingerprint } from '../ssh/known-hosts.ts';
import type { Destination } from '../ssh/destination.ts';

const timeoutMs = 15_000;

/** Asks the host once more (ssh-keyscan). Undefined unless it shows the same key. */
export async function scanKey(
  { address, port }: Destination,
  shown: { readonly type: string; readonly fingerprint: string },
): Promise<Buffer | undefined> {
  const [, type = 'rsa'] = /(ed25519|ecdsa|dss)/.exec(shown.type) ?? [];
  const words = ['-T', '10', '-t', type.replace('dss', 'dsa'), '-p', String(port), '--', address];
  const text = await new Promise<string>((resolve) => {
    execFile('ssh-keyscan', words, { timeout: timeoutMs, maxBuffer: 64 * 1024 }, (_error, stdout) => {
      resolve(stdout);
    });
  });
  const keys = text.split('\n').map((line) => Buffer.from(line.split(' ')[2] ?? '', 'base64'));
  return keys.find((key) => key.length > 0 && fingerprint(key) === shown.fingerprint);
}
