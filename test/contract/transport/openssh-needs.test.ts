// What ssh2 cannot do goes through OpenSSH's own client: certificates of users and hosts, key exchanges that are post-quantum only,
// and hosts behind such. Real sshds, and real keys of ssh-keygen.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { HostConnection, Session, Transport } from '../../../src/transport/index.ts';
import { parseEffective } from '../../../src/transport/index.ts';
import { collect } from './contract.ts';
import { loopbackHost } from './in-process-sshd.ts';
import { operatorTransport } from './operator-transport.ts';
import { startSystemSshd, type SystemSshd, whyNoSystemSshd } from './system-sshd.ts';

const typescript = join(import.meta.dirname, '../../typescript.mjs');
const obstacle = whyNoSystemSshd();
const about = obstacle === undefined ? '' : ` (${obstacle})`;
const postQuantum = kexes().filter((name) => /sntrup|mlkem|kyber/.test(name));

function kexes(): readonly string[] {
  const { stdout } = spawnSync('ssh', ['-Q', 'kex'], { encoding: 'utf8' });
  return typeof stdout === 'string' ? stdout.trim().split('\n') : [];
}

describe.skipIf(obstacle !== undefined)(`what ssh2 has not${about}`, () => {
  const files = mkdtempSync(join(tmpdir(), 'muster-needs-'));
  const at = (name: string): string => join(files, name);
  const started: SystemSshd[] = [];
  const open: Session[] = [];
  const transports: Transport[] = [];

  beforeAll(() => {
    for (const name of ['ca', 'user', 'host']) keygen('-q', '-t', 'ed25519', '-N', '', '-f', at(name));
    keygen('-q', '-s', at('ca'), '-I', 'user', '-n', userInfo().username, at('user.pub'));
    keygen('-q', '-s', at('ca'), '-I', 'host', '-h', '-n', '127.0.0.1', at('host.pub'));
  });
  afterEach(async () => {
    for (const session of open.splice(0)) session.close();
    for (const transport of transports.splice(0)) transport.close?.();
    for (const sshd of started.splice(0)) await sshd.stop();
  });
  afterAll(() => {
    rmSync(files, { recursive: true });
  });

  function keygen(...words: readonly string[]): void {
    execFileSync('ssh-keygen', words);
  }

  async function sshd(...configuration: readonly string[]): Promise<SystemSshd> {
    return await kept(startSystemSshd({ configuration }));
  }

  /** Its host key has a certificate. */
  async function certified(): Promise<SystemSshd> {
    const host = {
      private: readFileSync(at('host'), 'utf8'),
      public: readFileSync(at('host.pub'), 'utf8').trim(),
    };
    return await kept(startSystemSshd({ host, configuration: [`HostCertificate ${at('host-cert.pub')}`] }));
  }

  async function kept(starting: Promise<SystemSshd>): Promise<SystemSshd> {
    const server = await starting;
    started.push(server);
    return server;
  }

  /** A transport for hosts of an inventory that says address, port and user; `config` is the operator's ssh_config. */
  function transportOf(
    { directory }: SystemSshd,
    hosts: readonly HostConnection[],
    config: Readonly<Record<string, string>> = {},
    said: readonly string[] = ['known_hosts'],
  ): Transport {
    const lines = Object.entries(config).map(([key, value]) => `${key} ${value}`);
    writeFileSync(at('config'), `${lines.join('\n')}\n`);
    const transport = operatorTransport(directory, {
      surroundings: {
        configFile: at('config'),
        listed: (name) => {
          const connection = hosts.find((host) => host.name === name);
          return (
            connection && {
              connection,
              said: new Set(['user', 'port', 'address', 'connect_timeout', ...said]),
            }
          );
        },
        askSsh: () => Promise.resolve({ own: parseEffective(lines.join('\n')), usual: new Map() }),
      },
    });
    transports.push(transport);
    return transport;
  }

  /** How many clients said farewell, or were cut off. */
  function disconnects({ log }: SystemSshd): number {
    return [...log().matchAll(/Disconnected from user/g)].length;
  }

  function withoutKey({ host: { port, user } }: SystemSshd): HostConnection {
    return loopbackHost(port, { user, identityFile: undefined });
  }

  async function reach(transport: Transport, host: HostConnection): Promise<Session> {
    const session = await transport.connect(host, new AbortController().signal);
    open.push(session);
    expect((await collect(await session.exec('echo in'))).toString()).toBe('in\n');
    return session;
  }

  it('is a user certificate that ssh_config names: hosts that know only its authority accept it, and one notice reports it', async () => {
    const server = await sshd(`TrustedUserCAKeys ${at('ca.pub')}`, 'AuthorizedPrincipalsFile none');
    writeFileSync(join(server.directory, 'authorized_keys'), '');
    const hosts = ['ns1', 'ns2'].map((name) => ({ ...withoutKey(server), name }));
    const config = { IdentityFile: at('user'), CertificateFile: at('user-cert.pub') };
    const transport = transportOf(server, hosts, config);
    const notes: (readonly string[])[] = [];
    for (const host of hosts) notes.push((await reach(transport, host)).notes ?? []);
    expect(notes).toEqual([
      ["muster uses OpenSSH's ssh for this host, and for others like it: ssh_config sets CertificateFile"],
      [],
    ]);
  });

  it('is refused by its name if the inventory sets ssh2', async () => {
    const server = await sshd();
    const host: HostConnection = { ...withoutKey(server), transport: 'ssh2' };
    const config = { IdentityFile: at('user'), CertificateFile: at('user-cert.pub') };
    await expect(reach(transportOf(server, [host], config), host)).rejects.toMatchObject({
      code: 'SSH_CONFIG',
      message: expect.stringContaining('CertificateFile') as string,
    });
  });

  it('is a certificate of the host that an authority of known_hosts signed', async () => {
    const server = await certified();
    const authority = `@cert-authority [127.0.0.1]:${server.host.port},127.0.0.1 ${readFileSync(at('ca.pub'), 'utf8')}`;
    writeFileSync(join(server.directory, 'known_hosts'), authority);
    const transport = transportOf(server, [server.host], {}, ['known_hosts', 'identity_file']);
    const session = await reach(transport, server.host);
    expect(session.notes).toEqual([
      "muster uses OpenSSH's ssh for this host, and for others like it: known_hosts names a certificate authority for its host key",
    ]);
  });

  it('is not trusted without its authority: if known_hosts has another one, the host is refused', async () => {
    const server = await certified();
    const other = `@cert-authority * ${readFileSync(at('user.pub'), 'utf8')}`;
    writeFileSync(join(server.directory, 'known_hosts'), other);
    const transport = transportOf(server, [server.host], { StrictHostKeyChecking: 'accept-new' }, [
      'known_hosts',
      'identity_file',
    ]);
    await expect(reach(transport, server.host)).rejects.toMatchObject({ code: 'SSH_HOST_KEY_UNKNOWN' });
  });

  it('is a certificate beside another key that is recorded, which a notice reports at the first host that it reaches', async () => {
    const server = await certified();
    const [name = ''] = readFileSync(join(server.directory, 'known_hosts'), 'utf8').split(' ');
    const lines = [
      `@cert-authority * ${readFileSync(at('ca.pub'), 'utf8')}`,
      `${name} ${readFileSync(at('user.pub'), 'utf8')}`,
    ];
    writeFileSync(join(server.directory, 'known_hosts'), lines.join(''));
    const stranger = { ...withoutKey(server), name: 'stranger', identityFile: at('ca') };
    const [good, more] = [
      { ...server.host, name: 'good' },
      { ...server.host, name: 'more' },
    ];
    const transport = transportOf(server, [stranger, good, more], {}, ['known_hosts', 'identity_file']);
    await expect(reach(transport, stranger)).rejects.toMatchObject({ code: 'SSH_AUTH_FAILED' });
    expect((await reach(transport, good)).notes).toEqual([
      "muster uses OpenSSH's ssh for this host, and for others like it: it has a certificate for its host key",
    ]);
    expect((await reach(transport, more)).notes).toEqual([]);
  });

  it.skipIf(postQuantum.length === 0)(
    `is a key exchange that is post-quantum only, which shows when the host is asked${postQuantum.length === 0 ? ' (this OpenSSH has none)' : ''}`,
    async () => {
      const server = await sshd(`KexAlgorithms ${postQuantum.join(',')}`);
      const transport = transportOf(server, [server.host], {}, ['known_hosts', 'identity_file']);
      const session = await reach(transport, server.host);
      expect(session.notes).toEqual([
        "muster uses OpenSSH's ssh for this host, and for others like it: they share no other algorithm",
      ]);
    },
  );

  it('is a host that shows nothing but a certificate, and takes nothing but one', async () => {
    const host = {
      private: readFileSync(at('host'), 'utf8'),
      public: readFileSync(at('host.pub'), 'utf8').trim(),
    };
    const server = await kept(
      startSystemSshd({
        host,
        overrides: ['AuthorizedKeysFile none', `TrustedUserCAKeys ${at('ca.pub')}`],
        configuration: [
          `HostCertificate ${at('host-cert.pub')}`,
          'HostKeyAlgorithms ssh-ed25519-cert-v01@openssh.com',
          'PubkeyAcceptedAlgorithms ssh-ed25519-cert-v01@openssh.com',
        ],
      }),
    );
    const config = { IdentityFile: at('user'), CertificateFile: at('user-cert.pub') };
    const own = `[127.0.0.1]:${server.host.port}`;
    const ca = readFileSync(at('ca.pub'), 'utf8');
    const salt = Buffer.alloc(20, 7);
    const hash = createHmac('sha1', salt).update(own).digest('base64');
    // Also by a hash, which does not show whose authority it is before there is a key.
    for (const name of [own, `|1|${salt.toString('base64')}|${hash}`]) {
      writeFileSync(join(server.directory, 'known_hosts'), `@cert-authority ${name} ${ca}`);
      for (const ways of [config, { IdentityFile: at('user') }] as const) {
        const host = { ...withoutKey(server), name: 'ns1' };
        await reach(transportOf(server, [host], ways), host);
      }
    }
    writeFileSync(join(server.directory, 'known_hosts'), `${own} ${readFileSync(at('host.pub'), 'utf8')}`);
    // Like ssh: a plain key vouches for the key in a certificate.
    const plain = { ...withoutKey(server), name: 'ns1' };
    await reach(transportOf(server, [plain], config), plain);
  });

  it('works through jump hosts, with one login for any number of hosts behind them', async () => {
    const gates = [await sshd(), await sshd()] as const;
    const server = await sshd();
    const lines = [...gates, server].map(({ host }) => `[127.0.0.1]:${host.port} `);
    const key = readFileSync(join(server.directory, 'known_hosts'), 'utf8').split(' ').slice(1).join(' ');
    writeFileSync(join(server.directory, 'known_hosts'), lines.map((name) => name + key).join(''));
    const outer = { ...gates[0].host, name: 'outer' };
    const inner = { ...gates[1].host, name: 'inner', jump: ['outer'] };
    const hosts = Array.from({ length: 6 }, (_, index): HostConnection => {
      return { ...server.host, name: `ns${index}`, jump: ['inner'], transport: 'openssh' };
    });
    const transport = transportOf(server, [outer, inner, ...hosts], {}, [
      'known_hosts',
      'identity_file',
      'jump',
    ]);
    await Promise.all(hosts.map((host) => reach(transport, host)));
    const logins = [...gates, server].map(({ log }) => [...log().matchAll(/Accepted publickey/g)].length);
    expect(logins).toEqual([1, 1, 6]);
  });

  it('leaves no client, neither if it is closed nor if the program is killed', { tags: 'long' }, async () => {
    const server = await sshd();
    const index = join(import.meta.dirname, '../../../src/transport/index.ts');
    const program = `
      import { readFile } from 'node:fs/promises';
      import { sshTransport } from ${JSON.stringify(index)};
      const transport = sshTransport({
        startLimit: 1, homeDirectory: ${JSON.stringify(server.directory)}, readFile: (path) => readFile(path), openssh: true,
      });
      const host = ${JSON.stringify({ ...server.host, transport: 'openssh' })};
      const session = await transport.connect(host, new AbortController().signal);
      if (process.argv[1] === 'close') { session.close(); transport.close(); }
      else process.kill(process.pid, 'SIGKILL');`;
    for (const how of ['close', 'killed']) {
      const words = ['--import', typescript, '--input-type=module', '-e', program, how];
      await new Promise((resolve) =>
        spawn(process.execPath, words, { stdio: 'inherit' }).once('close', resolve),
      );
      await expect.poll(() => disconnects(server), { message: how }).toBe(how === 'close' ? 1 : 2);
    }
  });
});
