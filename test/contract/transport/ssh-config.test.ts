// What an operator's ssh_config says reaches a host as it does with ssh: held against `ssh -G` for many configurations.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askOwnSsh } from '../../../src/cli/own-ssh.ts';
import { Resolver } from '../../../src/transport/ssh/config/resolve.ts';
import type { Destination } from '../../../src/transport/ssh/destination.ts';
import type { HostConnection } from '../../../src/transport/index.ts';
import { type SshConfigText, sshConfigTexts } from './ssh-config-texts.ts';

const hasSsh = spawnSync('ssh', ['-V']).status === 0;
const home = userInfo().homedir;

function hostNamed(name: string, more: Partial<HostConnection> = {}): HostConnection {
  return {
    ...{ name, address: name, port: 22, user: 'root', knownHosts: ['~/.ssh/known_hosts'], agent: true },
    ...{ become: 'none', connectTimeoutMs: 10_000, legacyAlgorithms: false },
    ...more,
  };
}

describe.skipIf(!hasSsh)('an ssh_config', () => {
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'muster-ssh-config-'));
  });
  afterAll(async () => {
    await rm(directory, { recursive: true });
  });

  async function laidOut({ text, included }: SshConfigText, place: string): Promise<string> {
    const file = join(directory, `config-${place}`);
    if (included !== undefined) await writeFile(`${file}-included`, included);
    await writeFile(file, `${text.replace('INCLUDED', `${file}-included`)}\n`);
    return file;
  }

  async function resolve(
    file: string,
    host: HostConnection,
    said: readonly string[] = [],
  ): Promise<Destination> {
    const askSsh = askOwnSsh(file, () => undefined);
    const listed = (): undefined => undefined;
    const resolver = new Resolver(
      { askSsh, listed: said.length === 0 ? listed : () => ({ connection: host, said: new Set(said) }) },
      home,
      false,
    );
    return await resolver.resolve(host);
  }

  const texts = sshConfigTexts(40, 20_261_128);

  it.each(texts.map((each, at) => [at, each] as const))(
    'gives the same settings as ssh: %i',
    async (at, each) => {
      const file = await laidOut(each, String(at));
      for (const name of /ns2/.test(each.text) ? ['ns1', 'ns2'] : ['ns1']) {
        const wanted = expectedOrRefused(file, name);
        const resolving = resolve(file, hostNamed(name));
        if (wanted === undefined)
          await expect(resolving, each.text).rejects.toMatchObject({ code: 'SSH_CONFIG' });
        else expect(shown(await resolving), each.text).toEqual(wanted);
      }
    },
  );

  it("sets the login name only if it has a User, even the operator's own name", async () => {
    const { username } = userInfo();
    const file = await laidOut({ text: `Host ns1\n  User ${username}` }, 'own-name');
    const [first, second] = [
      await resolve(file, hostNamed('ns1', { user: 'x' })),
      await resolve(file, hostNamed('ns2', { user: 'x' })),
    ];
    expect([first.user, second.user]).toEqual([username, 'x']);
  });

  it('does not override the inventory', async () => {
    const text =
      'User ops\nPort 2022\nHostName 192.0.2.1\nIdentityFile /other\nUserKnownHostsFile /other\nConnectTimeout 3\nProxyJump gate';
    const file = await laidOut({ text }, 'wins');
    const host = hostNamed('ns1', {
      address: '198.51.100.1',
      port: 2200,
      user: 'adm',
      identityFile: '/id',
      jump: [],
    });
    const said = ['address', 'port', 'user', 'identity_file', 'known_hosts', 'connect_timeout', 'jump'];
    expect(await resolve(file, host, said)).toMatchObject({
      ...{ address: '198.51.100.1', port: 2200, user: 'adm', identityFile: '/id', identityFiles: [] },
      ...{ knownHosts: ['~/.ssh/known_hosts'], connectTimeoutMs: 10_000, route: { kind: 'straight' } },
    });
  });

  it('is evaluated for the name in the inventory, with the address set there', async () => {
    const text = 'Host ns1\n  ProxyJump gate\nMatch host 198.51.100.1\n  User ops';
    const file = await laidOut({ text }, 'address');
    expect(await resolve(file, hostNamed('ns1', { address: '198.51.100.1' }), ['address'])).toMatchObject({
      address: '198.51.100.1',
      user: 'ops',
      route: { kind: 'jump' },
    });
  });

  it.each([
    ['StrictHostKeyChecking no', 'StrictHostKeyChecking no', 'known_hosts'],
    ['StrictHostKeyChecking off', 'StrictHostKeyChecking no', 'known_hosts'],
    ['RevokedHostKeys /etc/revoked', 'RevokedHostKeys', '@revoked'],
    ['KnownHostsCommand /usr/bin/keys %H', 'KnownHostsCommand', 'known_hosts'],
    ['CheckHostIP yes', 'CheckHostIP', 'set it to no'],
    ['CertificateFile ~/.ssh/id-cert.pub', 'CertificateFile', 'authorized_keys'],
    ['PKCS11Provider /usr/lib/p11.so', 'PKCS11Provider', 'ssh-add -s'],
    ['BindInterface lo', 'BindInterface', 'BindAddress'],
    ['Ciphers aes128-cbc\nMACs umac-64@openssh.com', 'MACs', 'list others'],
    ['IdentityFile ~/%C', 'IdentityFile ~/%C', 'write it out'],
  ])('with %s is refused by name, with a remedy', async (text, name, cure) => {
    const file = await laidOut({ text }, 'refused');
    await expect(resolve(file, hostNamed('ns1'))).rejects.toMatchObject({
      code: 'SSH_CONFIG',
      host: 'ns1',
      message: expect.stringContaining(`ssh_config sets ${name} for ns1`) as string,
      hint: expect.stringContaining(cure) as string,
    });
  });

  it('that ssh rejects is reported with the message of ssh', async () => {
    const file = await laidOut({ text: 'Host ns1\n  Port none' }, 'bad');
    await expect(resolve(file, hostNamed('ns1'))).rejects.toMatchObject({
      code: 'SSH_CONFIG',
      message: expect.stringContaining('ssh rejects its configuration: ') as string,
    });
  });

  it('does not start ssh if it sets nothing that matters', async () => {
    const file = await laidOut({ text: 'Host *\n  SendEnv LANG\n  HashKnownHosts yes' }, 'nothing');
    const path = process.env['PATH'];
    try {
      process.env['PATH'] = '/nonexistent';
      expect(await resolve(file, hostNamed('ns1'))).toMatchObject({
        user: 'root',
        identityFiles: ['~/.ssh/id_rsa', '~/.ssh/id_ecdsa', '~/.ssh/id_ed25519'],
      });
    } finally {
      process.env['PATH'] = path;
    }
  });

  it('starts ssh once for each name, however often a host is reached', async () => {
    const counted = join(directory, 'count');
    const file = await laidOut({ text: `Match exec "echo x >>${counted}"\n  Port 2022` }, 'count');
    const resolver = new Resolver(
      { askSsh: askOwnSsh(file, () => undefined), listed: () => undefined },
      home,
      false,
    );
    const hosts = ['ns1', 'ns2', 'ns3', 'ns1', 'ns2', 'ns1'].map((name) => hostNamed(name));
    await Promise.all(hosts.map((host) => resolver.resolve(host)));
    expect(execFileSync('cat', [counted]).toString()).toBe('x\n'.repeat(3));
  });
});

type Shown = Readonly<Record<string, unknown>>;

function shown(host: Destination): Shown {
  const { address, port, user, identityFiles, identitiesOnly, agent, agentSocket, knownHosts, hostKeyAlias } =
    host;
  const { connectTimeoutMs, keepaliveMs, keepaliveCount, family, bindAddress, route, algorithms } = host;
  const tilde = (path: string): string => path.replace(/^~\//, `${homedir()}/`);
  return {
    ...{ address, port, user, identitiesOnly, agent, hostKeyAlias, connectTimeoutMs, keepaliveMs },
    ...{ keepaliveCount, family, bindAddress, ciphers: algorithms.cipher, kex: algorithms.kex },
    ...{ macs: algorithms.mac, hostKeys: algorithms.hostKey },
    agentSocket: agentSocket && tilde(agentSocket),
    identityFiles: identityFiles.map(tilde),
    knownHosts: knownHosts.map(tilde),
    route: routeText(host),
    proxy: route.kind === 'command' ? route.command : undefined,
  };
}

function routeText({ route }: Destination): string {
  if (route.kind !== 'jump') return '';
  const { hop } = route;
  return `${routeText(hop)}${hop.user}@${hop.address}:${hop.port} `;
}

/** Undefined where ssh itself refuses, or would call itself for ever: a jump host that is behind itself. */
function expectedOrRefused(file: string, name: string): Shown | undefined {
  try {
    return expected(file, name);
  } catch {
    return undefined;
  }
}

/** The same from `ssh -G`, line by line, with no code of muster's. */
function expected(file: string, name: string): Shown {
  const own = linesOf(['-F', file, name]);
  const usual = linesOf(['-F', 'none', 'none']);
  const one = (key: string): string | undefined => own.filter(([each]) => each === key)[0]?.[1];
  const chosen = (key: string): string | undefined =>
    one(key) === usual.find(([each]) => each === key)?.[1] ? undefined : one(key);
  const list = (key: string): string[] | undefined => chosen(key)?.split(',');
  const values: Record<string, string> = {
    ...{ h: one('hostname')!, p: one('port')!, r: one('user')!, n: name, '%': '%', d: home },
    ...{ u: userInfo().username, i: String(process.getuid?.()), k: one('hostkeyalias') ?? name },
    L: hostname().replace(/\..*/, ''),
  };
  const expand = (text: string): string =>
    text
      .replaceAll(/%(.)/g, (_, letter: string) => values[letter] ?? '?')
      .replaceAll('${HOME}', process.env['HOME'] ?? '')
      .replace(/^~\//, `${homedir()}/`);
  const agent = chosen('identityagent');
  const family = one('addressfamily');
  const interval = Number(one('serveraliveinterval'));
  const seconds = chosen('connecttimeout');
  const command = one('proxyjump') === undefined ? one('proxycommand') : undefined;
  return {
    address: one('hostname'),
    port: Number(one('port')),
    user: one('user'),
    identitiesOnly: one('identitiesonly') === 'yes',
    agent: agent !== 'none',
    agentSocket:
      agent === undefined || agent === 'none' || agent === 'SSH_AUTH_SOCK' ? undefined : expand(agent),
    hostKeyAlias: one('hostkeyalias'),
    connectTimeoutMs: seconds === undefined ? 10_000 : Number(seconds) * 1000,
    keepaliveMs: interval > 0 ? interval * 1000 : undefined,
    keepaliveCount: interval > 0 ? Number(one('serveralivecountmax')) : undefined,
    family: family === 'inet' ? 4 : family === 'inet6' ? 6 : undefined,
    bindAddress: one('bindaddress'),
    ciphers: list('ciphers'),
    kex: list('kexalgorithms'),
    macs: list('macs'),
    hostKeys: list('hostkeyalgorithms'),
    identityFiles: own
      .filter(([key, value]) => key === 'identityfile' && value !== 'none')
      .map(([, value]) => expand(value)),
    knownHosts: ['userknownhostsfile', 'globalknownhostsfile'].flatMap((key) =>
      (one(key) ?? 'none')
        .split(/ (?=\/)/)
        .filter((path) => path !== 'none')
        .map(expand),
    ),
    route: hopsOf(file, name),
    proxy: command === undefined || command === 'none' ? undefined : expand(command),
  };
}

function hopsOf(file: string, name: string, isFirst = true, trail: readonly string[] = []): string {
  if (trail.includes(name)) throw new Error(`${name} is behind itself`);
  const jump = linesOf(['-F', file, name]).find(([key]) => key === 'proxyjump')?.[1];
  if (!isFirst || jump === undefined || jump === 'none') return '';
  return jump
    .split(',')
    .map((word, at) => {
      // As `ssh -J` asks for each.
      const url = new URL(word.startsWith('ssh://') ? word : `ssh://${word}`);
      const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
      const more = [
        ...(url.username === '' ? [] : ['-l', url.username]),
        ...(url.port === '' ? [] : ['-p', url.port]),
      ];
      const own = linesOf(['-F', file, ...more, host]);
      const one = (key: string): string => own.find(([each]) => each === key)?.[1] ?? '';
      return `${hopsOf(file, host, at === 0, [...trail, name])}${one('user')}@${one('hostname')}:${one('port')} `;
    })
    .join('');
}

const linesByArgs = new Map<string, [string, string][]>();

function linesOf(args: readonly string[]): [string, string][] {
  const key = args.join('\0');
  const lines = linesByArgs.get(key) ?? askedLines(args);
  linesByArgs.set(key, lines);
  return lines;
}

function askedLines(args: readonly string[]): [string, string][] {
  const text = execFileSync('ssh', ['-T', '-G', ...args], { stdio: ['ignore', 'pipe', 'ignore'] }).toString();
  return text.split('\n').map((line) => [line.replace(/ .*/, ''), line.replace(/^\S+ ?/, '')]);
}
