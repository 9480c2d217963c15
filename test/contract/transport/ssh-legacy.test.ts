// Hosts of the NetBSD 6 era. The server offers what the sshd of NetBSD 6.99.16 (OpenSSH 6.1) offers, and like it
// verifies RSA keys with SHA-1 only and does not announce what it verifies.
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sshTransport } from '../../../src/transport/index.ts';
import { collect } from './contract.ts';
import { clientFiles, keyPair, knownHostsText, loopbackHost, startSshd } from './in-process-sshd.ts';
import type { InProcessSshd, SshdOptions } from './in-process-sshd.ts';

const never = new AbortController().signal;
let server: InProcessSshd | undefined;

beforeAll(() => {
  keyPair('rsa-user', 'rsa');
  keyPair('rsa-host', 'rsa');
  keyPair('ecdsa-host', 'ecdsa-521');
  keyPair('ecdsa-user', 'ecdsa-521');
});

afterEach(async () => {
  await server?.stop();
});

const openssh61: SshdOptions['algorithms'] = {
  kex: [
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
    'diffie-hellman-group-exchange-sha256',
    'diffie-hellman-group-exchange-sha1',
    'diffie-hellman-group14-sha1',
    'diffie-hellman-group1-sha1',
  ],
  serverHostKey: ['ssh-rsa', 'ecdsa-sha2-nistp521'],
  cipher: ['aes128-ctr', 'aes192-ctr', 'aes256-ctr', 'aes128-cbc', '3des-cbc'],
  hmac: ['hmac-md5', 'hmac-sha1'],
};

// As above, but with the MACs of the release after: the algorithms agree, only the RSA signature does not.
const openssh66: SshdOptions['algorithms'] = { ...openssh61, hmac: ['hmac-sha2-256', 'hmac-sha1'] };

async function start(options: SshdOptions): Promise<InProcessSshd> {
  server = await startSshd({
    hostKeys: [keyPair('rsa-host').private, keyPair('ecdsa-host').private],
    announcesSignatures: false,
    accepts: (_key, signature) => signature === 'ssh-rsa' || signature.startsWith('ecdsa-'),
    ...options,
  });
  return server;
}

async function login(port: number, hostKeys: readonly string[], userKey: string, legacyAlgorithms: boolean) {
  const transport = sshTransport({
    startLimit: 1,
    homeDirectory: '',
    readFile: clientFiles({ '/id': userKey, '/known_hosts': knownHostsText(port, hostKeys) }),
  });
  const session = await transport.connect(loopbackHost(port, { legacyAlgorithms }), never);
  const output = await collect(await session.exec('echo in'));
  session.close();
  return output.toString();
}

describe('a host of the NetBSD 6 era', () => {
  it('accepts an RSA key if legacy algorithms are allowed', async () => {
    const { port, hostPublicKeys } = await start({ algorithms: openssh61 });
    expect(await login(port, hostPublicKeys, keyPair('rsa-user').private, true)).toBe('in\n');
  });

  it('is accepted by its RSA host key if only that is recorded', async () => {
    const { port, hostPublicKeys } = await start({ algorithms: openssh61 });
    const rsaOnly = hostPublicKeys.filter((key) => key.startsWith('ssh-rsa'));
    expect(await login(port, rsaOnly, keyPair('rsa-user').private, true)).toBe('in\n');
  });

  it.each([
    ['diffie-hellman-group1-sha1', 'ssh-rsa', '3des-cbc', 'hmac-md5'],
    ['diffie-hellman-group14-sha1', 'ssh-rsa', 'aes128-cbc', 'hmac-sha1'],
  ] as const)('works with nothing better than %s %s %s %s', async (kex, serverHostKey, cipher, hmac) => {
    const algorithms = { kex: [kex], serverHostKey: [serverHostKey], cipher: [cipher], hmac: [hmac] };
    const { port, hostPublicKeys } = await start({ algorithms });
    const rsaOnly = hostPublicKeys.filter((key) => key.startsWith('ssh-rsa'));
    expect(await login(port, rsaOnly, keyPair('rsa-user').private, true)).toBe('in\n');
  });

  it('fails without them, and the error says how to allow them', async () => {
    const { port, hostPublicKeys } = await start({ algorithms: openssh61 });
    await expect(login(port, hostPublicKeys, keyPair('rsa-user').private, false)).rejects.toMatchObject({
      code: 'SSH_PROTOCOL',
      message: `no common algorithm with 127.0.0.1:${port}: no matching C->S MAC`,
      hint: expect.stringContaining('legacy_algorithms: true') as string,
    });
  });
});

describe('a host that verifies RSA keys with SHA-1 only', () => {
  it('gets no SHA-1 signature, and the error names both remedies', async () => {
    const { port, hostPublicKeys } = await start({ algorithms: openssh66 });
    await expect(login(port, hostPublicKeys, keyPair('rsa-user').private, false)).rejects.toMatchObject({
      code: 'SSH_AUTH_FAILED',
      hint: expect.stringMatching(/ecdsa or ed25519 key.*legacy_algorithms: true/) as string,
    });
  });

  it('accepts an ecdsa key', async () => {
    const { port, hostPublicKeys } = await start({ algorithms: openssh66 });
    expect(await login(port, hostPublicKeys, keyPair('ecdsa-user').private, false)).toBe('in\n');
  });
});

describe('a host of today', () => {
  it('verifies an RSA key with SHA-2, whether or not legacy algorithms are allowed', async () => {
    const { port, hostPublicKeys, offers } = await start({
      announcesSignatures: true,
      accepts: (_key, signature) => signature.startsWith('rsa-sha2-'),
    });
    for (const legacy of [true, false]) {
      expect(await login(port, hostPublicKeys, keyPair('rsa-user').private, legacy)).toBe('in\n');
    }
    expect(offers).toEqual(['rsa-sha2-256', 'rsa-sha2-256']);
  });
});

describe('a host that offers nothing but a group exchange', () => {
  it('is refused with the remedy, whatever its age', async () => {
    const { port, hostPublicKeys } = await start({
      algorithms: { kex: ['diffie-hellman-group-exchange-sha256'] },
    });
    await expect(login(port, hostPublicKeys, keyPair('rsa-user').private, false)).rejects.toMatchObject({
      code: 'SSH_PROTOCOL',
      message: expect.stringContaining('no matching key exchange') as string,
      hint: expect.stringMatching(
        /^set legacy_algorithms: true .* if its KexAlgorithms names nothing but diffie-hellman-group-exchange, add /,
      ) as string,
    });
  });
});
