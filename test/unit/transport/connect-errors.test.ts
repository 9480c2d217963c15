// The codes and words for what goes wrong on the way to a host.
import { describe, expect, it } from 'vitest';
import type { HostConnection } from '../../../src/transport/index.ts';
import {
  authError,
  protocolError,
  socketError,
  timeoutError,
} from '../../../src/transport/ssh/connect-errors.ts';

const host: HostConnection = {
  name: 'ns9',
  address: '192.0.2.9',
  port: 22,
  user: 'ops',
  knownHosts: ['known_hosts'],
  agent: true,
  become: 'none',
  connectTimeoutMs: 10_000,
  legacyAlgorithms: false,
};

describe('the error for a connection that fails', () => {
  it.each([
    ['ECONNREFUSED', 'SSH_REFUSED'],
    ['EHOSTUNREACH', 'SSH_UNREACHABLE'],
    ['ENETUNREACH', 'SSH_UNREACHABLE'],
    ['EHOSTDOWN', 'SSH_UNREACHABLE'],
    ['ENOTFOUND', 'SSH_DNS'],
    ['EAI_AGAIN', 'SSH_DNS'],
    ['ETIMEDOUT', 'SSH_TIMEOUT'],
  ])('maps %s to %s, names the place and says what to do', (errno, code) => {
    const error = socketError(host, Object.assign(new Error(errno), { code: errno }));
    expect(error).toMatchObject({ code, host: 'ns9' });
    expect(error.message).toContain('192.0.2.9');
    expect(error.hint).toMatch(/check/);
  });

  it('says how long it waited, and for what', () => {
    expect(timeoutError(host, 'tcp').message).toBe('no answer from 192.0.2.9:22 within 10 s');
    expect(timeoutError(host, 'auth').message).toBe(
      'no answer from 192.0.2.9:22 within 10 s: the login did not end',
    );
  });

  it('advises legacy_algorithms only while it is off', () => {
    const reason = 'Handshake failed: no matching key exchange algorithm';
    expect(protocolError(host, reason).hint).toContain('set legacy_algorithms: true');
    expect(protocolError({ ...host, legacyAlgorithms: true }, reason).hint).toContain('update its sshd');
  });

  it('contains no control characters of the peer', () => {
    const login = {
      offered: ['id'],
      accepts: ['pub\x1b[2Jkey'],
      wantedSha1: false,
      password: 'none' as const,
      notes: ['bye\x07\n'],
    };
    expect(authError(host, login).message).not.toMatch(/[\x00-\x1f]/);
    expect(protocolError(host, 'HTTP/1.1 400\r\n\x1b]0;').message).not.toMatch(/[\x00-\x1f]/);
  });

  it('advises one identity file if many agent keys were offered', () => {
    const login = {
      offered: ['1', '2', '3', '4', '5'],
      accepts: [],
      wantedSha1: false,
      password: 'none' as const,
      notes: [],
    };
    expect(authError(host, login).hint).toContain('MaxAuthTries');
  });
});
