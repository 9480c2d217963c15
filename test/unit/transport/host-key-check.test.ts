// What a person reads when a host key is not to be trusted.
import { describe, expect, it } from 'vitest';
import type { HostConnection } from '../../../src/transport/index.ts';
import { shownKeyError, recordedKeyError } from '../../../src/transport/ssh/host-key-check.ts';
import { parseKnownHosts } from '../../../src/transport/ssh/known-hosts.ts';
import { KnownHosts } from '../../../src/transport/ssh/known-hosts-records.ts';
import { lackingIn } from '../../../src/transport/ssh/lacking.ts';

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
  recordedKeyError(host, new KnownHosts([parseKnownHosts(text, 'known_hosts')]), key);
const line = (key: Buffer, type: string): string => `[2001:db8::1]:2222 ${type} ${key.toString('base64')}`;

describe('the error about a host key', () => {
  it('is absent for the recorded key', () => {
    expect(check(line(shown, 'ssh-ed25519'))).toBeUndefined();
  });

  it('has the line to add, under the name that will be looked up', () => {
    const error = check('');
    expect(error?.message).toContain('[2001:db8::1]:2222');
    expect(error?.hint?.split('\n').at(-1)).toBe(line(shown, 'ssh-ed25519'));
  });

  it('says that a certificate authority is not supported', () => {
    const error = check(`@cert-authority * ssh-rsa ${blob('ssh-rsa').toString('base64')}`);
    expect(error?.code).toBe('SSH_HOST_KEY_UNKNOWN');
    expect(error?.hint).toMatch(/^known_hosts:1 names a certificate authority .* not supported/);
  });

  it('reports a key of another type as a change, because the recorded type was asked for first', () => {
    expect(check(line(blob('ssh-rsa'), 'ssh-rsa'))?.code).toBe('SSH_HOST_KEY_CHANGED');
  });

  it('says why a host of the NetBSD 6 era may not show its recorded RSA key', () => {
    expect(check(line(blob('ssh-rsa'), 'ssh-rsa'))?.hint).toContain('only with legacy_algorithms: true');
    const ecdsa = check(line(blob('ecdsa-sha2-nistp256'), 'ecdsa-sha2-nistp256'));
    expect(ecdsa?.hint).toContain('muster asked for its ecdsa-sha2-nistp256 key first');
  });

  it('names a broken line about the host', () => {
    const error = check('[2001:db8::1]:2222 ssh-ed25519 AAAAC3NzaC1l');
    expect(error?.hint).toMatch(/^known_hosts:1 is about it, but its key is cut off or damaged; compare /);
  });

  it('reports a key as unknown if the recorded type is never asked for, and says how to ask for it', () => {
    const error = check(line(blob('ssh-dss'), 'ssh-dss'));
    expect(error?.code).toBe('SSH_HOST_KEY_UNKNOWN');
    expect(error?.hint).toMatch(/^known_hosts:1 records a ssh-dss key.*legacy_algorithms: true/);
  });

  it('contains no control characters of the peer', () => {
    const error = check('', blob('ssh\x1b[31m\n'));
    expect(`${error?.message ?? ''}${error?.hint?.replace('\n', '') ?? ''}`).not.toMatch(/[\x00-\x1f]/);
  });
});

describe('a host that has a certificate for its key', () => {
  const certified = (text: string, algorithms: readonly string[], where = host) =>
    shownKeyError(where, new KnownHosts([parseKnownHosts(text, 'known_hosts')]), shown, algorithms);
  const own = line(shown, 'ssh-ed25519');
  const other = blob('ssh-rsa');
  const marked = (mark: string): string => `@${mark} * ssh-rsa ${other.toString('base64')}`;

  it.each([
    ['its key is recorded', own, 'ssh-ed25519', 'good'],
    ['its key is recorded, and an authority', `${own}\n${marked('cert-authority')}`, 'ssh-ed25519', 'good'],
    ['nothing is recorded', '', 'ssh-ed25519', 'SSH_HOST_KEY_UNKNOWN'],
    ['it has none, and another key is recorded', line(other, 'ssh-rsa'), '', 'SSH_HOST_KEY_CHANGED'],
    ['it has none, and a key is revoked', `${own}\n${marked('revoked')}`, '', 'good'],
  ])('is judged here: %s', (_what, text, algorithm, verdict) => {
    const error = certified(text, algorithm === '' ? [] : [algorithm]);
    expect([error?.code ?? 'good', lackingIn(error)]).toEqual([verdict, undefined]);
  });

  it.each([
    ['an authority', marked('cert-authority'), 'ssh-ed25519', 'SSH_HOST_KEY_UNKNOWN'],
    [
      'an authority and another key',
      `${marked('cert-authority')}\n${line(other, 'ssh-rsa')}`,
      'ssh-ed25519',
      'SSH_HOST_KEY_CHANGED',
    ],
    ['its key and a revoked one', `${own}\n${marked('revoked')}`, 'ssh-ed25519', 'SSH_HOST_KEY_CERTIFICATE'],
    [
      'its key and an authority, which is asked for first',
      `${own}\n${marked('cert-authority')}`,
      'ecdsa-sha2-nistp256',
      'SSH_HOST_KEY_CERTIFICATE',
    ],
  ])("is left to OpenSSH's client where there is %s", (_what, text, algorithm, verdict) => {
    const error = certified(text, [algorithm]);
    expect([error?.code ?? 'good', lackingIn(error)]).toEqual([
      verdict,
      'it has a certificate for its host key',
    ]);
  });
});
