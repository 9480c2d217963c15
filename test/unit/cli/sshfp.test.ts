// SSHFP records as dig prints them, held against keys; and the key behind an error of the transport.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { judgeBySshfp, parseSshfp } from '../../../src/cli/sshfp.ts';
import { recordedKeyError } from '../../../src/transport/ssh/host-key-check.ts';
import { KnownHosts } from '../../../src/transport/ssh/known-hosts-records.ts';
import { shownHostKey } from '../../../src/transport/ssh/shown-host-key.ts';
import { loneConnection } from '../../support/lone-host.ts';

const key = Buffer.concat([
  ...[Buffer.of(0, 0, 0, 11), Buffer.from('ssh-ed25519')],
  ...[Buffer.of(0, 0, 0, 32), Buffer.alloc(32, 'k')],
]);
const digest = (hash: string): string => createHash(hash).update(key).digest('hex').toUpperCase();

function dig(records: readonly string[], flags = 'qr rd ra ad'): string {
  const answers = records.map((record) => `ns1.example.net.\t300\tIN\tSSHFP\t${record}\n`).join('');
  return `;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 1\n;; flags: ${flags}; QUERY: 1\n${answers}`;
}

describe('SSHFP', () => {
  it.each([
    [[`4 2 ${digest('sha256').slice(0, 56)} ${digest('sha256').slice(56)}`], 'same'],
    [[`4 1 ${digest('sha1')}`], 'same'],
    [[`4 1 ${digest('sha1')}`, `4 2 ${'0'.repeat(64)}`], 'other'],
    [[`4 2 ${'0'.repeat(64)}`], 'other'],
    [[`4 2 ${digest('sha256')}`, `4 2 ${'0'.repeat(64)}`], 'silent'],
    [[`4 2 ${digest('sha256')}`, `4 1 ${'0'.repeat(40)}`], 'silent'],
    [[`4 2 ${digest('sha256')}`, `4 1 ${digest('sha1')}`], 'same'],
    [[`4 2 ${digest('sha256')}`, `1 2 ${'0'.repeat(64)}`], 'same'],
    [[`1 2 ${digest('sha256')}`], 'silent'],
    [[`4 9 ${digest('sha256')}`], 'silent'],
    [[], 'silent'],
  ])('%j: %s', (records, verdict) => {
    expect(judgeBySshfp(key, parseSshfp(dig(records)).records)).toBe(verdict);
  });

  it('is confirmed by DNSSEC only if the resolver says so', () => {
    expect(parseSshfp(dig([])).isSecure).toBe(true);
    expect(parseSshfp(dig([], 'qr rd ra')).isSecure).toBe(false);
    expect(parseSshfp(dig([]).replace('NOERROR', 'SERVFAIL')).isSecure).toBe(false);
  });
});

describe('shownHostKey', () => {
  it('is the key that the check refused', () => {
    const error = recordedKeyError(loneConnection, new KnownHosts([]), key);
    expect(error === undefined ? undefined : shownHostKey(error)).toEqual(key);
  });

  it('is nothing for another error', () => {
    expect(
      shownHostKey({ code: 'SSH_REFUSED', hint: `x\nh ssh-ed25519 ${key.toString('base64')}` }),
    ).toBeUndefined();
  });
});
