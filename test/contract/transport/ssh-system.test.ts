// The transport contract over ssh2, against the sshd of this machine where there is one.
import { generateKeyPairSync } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { collect, describeTransport } from './contract.ts';
import type { Setup } from './contract.ts';
import { readKeyFile } from '../../../src/transport/ssh/key-file.ts';
import { startSystemSshd, whyNoSystemSshd } from './system-sshd.ts';

const obstacle = whyNoSystemSshd();

if (obstacle === undefined) {
  describeTransport('ssh to the sshd of this machine', () => startSystemSshd(), 'SSH_LOST');
}

describe.skipIf(obstacle !== undefined)(
  `an OpenSSH server${obstacle === undefined ? '' : ` (${obstacle})`}`,
  () => {
    let setup: Setup | undefined;

    afterEach(async () => {
      await setup?.stop();
    });

    it.each([
      ['diffie-hellman-group-exchange-sha1', 'aes128-cbc', 'hmac-sha1'],
      ['diffie-hellman-group14-sha1', '3des-cbc', 'hmac-md5'],
      ['diffie-hellman-group1-sha1', 'aes256-cbc', 'hmac-sha1-etm@openssh.com'],
    ])(
      'with an ssh-rsa host key and no more than %s, %s and %s works with legacy algorithms',
      async (kex, cipher, mac) => {
        setup = await startSystemSshd({
          hostKey: 'rsa',
          legacyAlgorithms: true,
          configuration: [
            `KexAlgorithms ${kex}`,
            `Ciphers ${cipher}`,
            `MACs ${mac}`,
            'HostKeyAlgorithms ssh-rsa',
          ],
        });
        const session = await setup.transport.connect(setup.host, new AbortController().signal);
        expect((await collect(await session.exec('echo in'))).toString()).toBe('in\n');
        session.close();
      },
    );

    it.each([
      ['RSA', generateKeyPairSync('rsa', { modulusLength: 2048 })],
      ['ECDSA', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
      ['ed25519', generateKeyPairSync('ed25519')],
    ])('accepts a key of type %s in PKCS#8', async (_type, { privateKey }) => {
      const text = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
      setup = await startSystemSshd({ user: { private: text, public: publicLine(text) } });
      const session = await setup.transport.connect(setup.host, new AbortController().signal);
      expect((await collect(await session.exec('echo in'))).toString()).toBe('in\n');
      session.close();
    });

    it('refuses one command more than MaxSessions on one connection, and the others continue', async () => {
      setup = await startSystemSshd({ configuration: ['MaxSessions 2'] });
      const session = await setup.transport.connect(setup.host, new AbortController().signal);
      const running = [await session.exec('cat'), await session.exec('cat')];
      await expect(session.exec('cat')).rejects.toMatchObject({ code: 'SSH_EXEC_REFUSED' });
      for (const channel of running) channel.end();
      expect(await Promise.all(running.map(({ closed }) => closed))).toEqual([
        { status: 0, signal: null },
        { status: 0, signal: null },
      ]);
      session.close();
    });

    it('that has seen enough wrong keys ends the login, which is reported as such', async () => {
      setup = await startSystemSshd({ configuration: ['MaxAuthTries 1', 'PubkeyAuthentication no'] });
      await expect(setup.transport.connect(setup.host, new AbortController().signal)).rejects.toMatchObject({
        code: 'SSH_AUTH_FAILED',
      });
    });
  },
);

function publicLine(privateKey: string): string {
  const file = readKeyFile(Buffer.from(privateKey));
  if (file.kind !== 'private') throw new Error(file.kind);
  return `${file.key.type} ${file.key.getPublicSSH().toString('base64')}`;
}
