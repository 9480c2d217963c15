// What a person reads when a host key is not to be trusted.
import { describe, expect, it } from 'vitest';
import type { HostConnection } from '../../../src/transport/index.ts';
import { hostKeyError } from '../../../src/transport/ssh/host-key-check.ts';
import { parseKnownHosts } from '../../../src/transport/ssh/known-hosts.ts';
import { KnownHosts } from '../../../src/transport/ssh/known-hosts-records.ts';

const host: HostConnection = {
  name: 'ns1',
  address: '2001:db8::1',
  port: 2222,
  user: 'root',
  knownHosts: ['/home/ops/.ssh/known_hosts'],
  agent: true,
  become: 'none',
  connectTimeoutMs: 10_000,
  legacyAlgorithms: false,
};

function blob(type: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(type.length);
  return Buffer.concat([length, Buffer.from(type), Buffer.from([0, 0, 0, 3]), Buffer.from('key')]);
}

const shown = blob('ssh-ed25519');
const check = (text: string, key = shown) =>
  hostKeyError(host, new KnownHosts([parseKnownHosts(text, 'known_hosts')]), key);
const line = (key: Buffer, type: string): string => `[2001:db8::1]:2222 ${type} ${key.toString('base64')}`;

describe('the error about a host key', () => {
  it('is absent for the recorded key', () => {
    expect(check(line(shown, 'ssh-ed25519'))).toBeUndefined();
  });

  it('gives the line to add, under the name that will be looked up', () => {
    const error = check('');
    expect(error?.message).toContain('[2001:db8::1]:2222');
    expect(error?.hint?.split('\n').at(-1)).toBe(line(shown, 'ssh-ed25519'));
  });

  it('says that a certificate authority is not supported', () => {
    const error = check(`@cert-authority * ssh-rsa ${blob('ssh-rsa').toString('base64')}`);
    expect(error?.code).toBe('SSH_HOST_KEY_UNKNOWN');
    expect(error?.hint).toMatch(/^known_hosts:1 names a certificate authority .* not supported/);
  });

  it('calls a key of another type than recorded a change, because the recorded type was asked for first', () => {
    expect(check(line(blob('ssh-rsa'), 'ssh-rsa'))?.code).toBe('SSH_HOST_KEY_CHANGED');
  });

  it('says why a host of the NetBSD 6 era may not show the RSA key that is recorded', () => {
    expect(check(line(blob('ssh-rsa'), 'ssh-rsa'))?.hint).toContain('only with legacy_algorithms: true');
    const ecdsa = check(line(blob('ecdsa-sha2-nistp256'), 'ecdsa-sha2-nistp256'));
    expect(ecdsa?.hint).toContain('it was asked for its ecdsa-sha2-nistp256 key first');
  });

  it('names a line about the host that is broken', () => {
    const error = check('[2001:db8::1]:2222 ssh-ed25519 AAAAC3NzaC1l');
    expect(error?.hint).toMatch(/^known_hosts:1 is about it, but its key is cut off or damaged; compare /);
  });

  it('calls a key unknown when the recorded type is never asked for, and says how to ask for it', () => {
    const error = check(line(blob('ssh-dss'), 'ssh-dss'));
    expect(error?.code).toBe('SSH_HOST_KEY_UNKNOWN');
    expect(error?.hint).toMatch(/^known_hosts:1 records a ssh-dss key.*legacy_algorithms: true/);
  });

  it('lets no control characters of the peer through', () => {
    const error = check('', blob('ssh\x1b[31m\n'));
    expect(`${error?.message ?? ''}${error?.hint?.replace('\n', '') ?? ''}`).not.toMatch(/[\x00-\x1f]/);
  });
});
