// The operator's own ssh keeps connections open (ControlMaster): muster breaks and closes none of them, and uses one where a login
// of its own is refused, or by OpenSSH's client. Real clients and servers.
import { execFileSync, spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { askOwnSsh } from '../../../src/cli/own-ssh.ts';
import type { HostConnection, Session, Transport } from '../../../src/transport/index.ts';
import { collect } from './contract.ts';
import { keyPair, loopbackHost } from './in-process-sshd.ts';
import { operatorTransport } from './operator-transport.ts';
import { startSystemSshd, type SystemSshd, whyNoSystemSshd } from './system-sshd.ts';

const obstacle = whyNoSystemSshd();
const about = obstacle === undefined ? '' : ` (${obstacle})`;

describe.skipIf(obstacle !== undefined)(`a connection that the operator keeps open${about}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'muster-open-'));
  const at = (name: string): string => join(folder, name);
  const masters: string[] = [];
  const running: ChildProcessWithoutNullStreams[] = [];
  const sessions: Session[] = [];
  const transports: Transport[] = [];
  let server: SystemSshd;
  let gate: SystemSshd;

  beforeAll(async () => {
    server = await startSystemSshd();
    // Another key than that of the first: who may log in to one may not log in to the other.
    gate = await startSystemSshd({ user: keyPair('gatekeeper') });
    writeFileSync(at('stranger'), keyPair('stranger').private, { mode: 0o600 });
  });
  afterEach(async () => {
    for (const session of sessions.splice(0)) session.close();
    for (const transport of transports.splice(0)) transport.close?.();
    for (const child of running.splice(0)) child.kill();
    for (const name of masters.splice(0)) ssh('-O', 'exit', name);
    await expect.poll(() => existsSync(at('cm-ns1'))).toBe(false);
  });
  afterAll(async () => {
    await server.stop();
    await gate.stop();
    rmSync(folder, { recursive: true });
  });

  /** The operator's ssh_config: ns1, and ns2 behind the gate. */
  function configured(more: Readonly<Record<string, string>> = {}): void {
    const { directory, host } = server;
    const behind = `Host ns2\nPort ${String(host.port)}\nIdentityFile ${join(directory, 'id')}\nProxyJump gate`;
    const lines = [
      `Host gate\nPort ${String(gate.host.port)}\nIdentityFile ${join(gate.directory, 'id')}`,
      behind,
      `Host ns1\nPort ${String(host.port)}\nIdentityFile ${join(directory, 'id')}`,
      `Host *\nHostName 127.0.0.1\nUser ${host.user}\nIdentitiesOnly yes\nConnectTimeout 60`,
      `UserKnownHostsFile ${at('known_hosts')}\nGlobalKnownHostsFile none`,
      `ControlMaster auto\nControlPersist yes\nControlPath ${at('cm-%n')}`,
    ];
    let text = lines.join('\n');
    for (const [from, to] of Object.entries(more)) text = text.replaceAll(from, to);
    writeFileSync(at('config'), `${text}\n`);
    const known = [server, gate].map((each) => readFileSync(join(each.directory, 'known_hosts'), 'utf8'));
    writeFileSync(at('known_hosts'), known.join(''));
  }

  function ssh(...words: readonly string[]): number | null {
    return spawnSync('ssh', ['-F', at('config'), '-o', 'BatchMode=yes', ...words], { stdio: 'ignore' })
      .status;
  }

  /** The operator opens a connection, as by hand. */
  async function open(name: 'ns1' | 'gate'): Promise<void> {
    const there = name === 'gate' ? gate : server;
    const before = accepted(there);
    masters.push(name);
    expect(ssh('-fN', name)).toBe(0);
    expect(existsSync(at(`cm-${name}`))).toBe(true);
    // What sshd logged is read a moment later.
    await expect.poll(() => accepted(there) - before).toBe(1);
  }

  function transportOf(hosts: readonly HostConnection[], said: readonly string[] = []): Transport {
    const transport = operatorTransport(folder, {
      surroundings: {
        configFile: at('config'),
        askSsh: askOwnSsh(at('config'), () => undefined),
        listed: (name) => {
          const connection = hosts.find((host) => host.name === name);
          return connection && { connection, said: new Set(said) };
        },
      },
    });
    transports.push(transport);
    return transport;
  }

  function hostNamed(name: string, more: Partial<HostConnection> = {}): HostConnection {
    return {
      ...loopbackHost(22, { name, address: name, identityFile: undefined }),
      ...more,
    };
  }

  async function reach(host: HostConnection, said: readonly string[] = []): Promise<Session> {
    const session = await transportOf([host], said).connect(host, new AbortController().signal);
    sessions.push(session);
    expect((await collect(await session.exec('echo in'))).toString()).toBe('in\n');
    return session;
  }

  const stranger = (): Partial<HostConnection> => ({ identityFile: at('stranger') });
  const accepted = ({ log }: SystemSshd): number => [...log().matchAll(/Accepted publickey/g)].length;
  const used = (name: string): string =>
    `muster uses the connection that your ssh keeps open at ${at(`cm-${name}`)}`;

  it('is not used where muster logs in by itself, and not touched', async () => {
    configured();
    await open('ns1');
    const before = accepted(server);
    expect((await reach(hostNamed('ns1'))).notes).toEqual([]);
    sessions[0]?.close();
    expect(accepted(server) - before).toBe(1);
    expect(ssh('-O', 'check', 'ns1')).toBe(0);
  });

  it("is used by OpenSSH's client, and what runs there runs on while muster comes and goes", async () => {
    configured();
    await open('ns1');
    const before = accepted(server);
    const own = spawn('ssh', ['-F', at('config'), 'ns1', 'cat']);
    running.push(own);
    let echoed = '';
    own.stdout.on('data', (chunk: Buffer) => (echoed += chunk.toString()));
    const said = async (word: string): Promise<void> => {
      own.stdin.write(`${word}\n`);
      await expect.poll(() => echoed).toContain(`${word}\n`);
    };
    await said('before');
    const session = await reach(hostNamed('ns1', { transport: 'openssh' }));
    expect(session.notes).toEqual([used('ns1')]);
    // A command that is in the middle of its work when the session is closed sees the end of its input.
    await session.exec(`: >${at('begun')}; cat; echo gone >${at('gone')}`);
    await expect.poll(() => existsSync(at('begun'))).toBe(true);
    await said('meanwhile');
    session.close();
    for (const transport of transports.splice(0)) transport.close?.();
    await expect.poll(() => existsSync(at('gone'))).toBe(true);
    await said('after');
    expect(ssh('-O', 'check', 'ns1')).toBe(0);
    expect(accepted(server) - before).toBe(0);
  });

  it('is used where the login of muster is refused', async () => {
    configured();
    await open('ns1');
    const host = hostNamed('ns1', stranger());
    expect((await reach(host, ['identity_file'])).notes).toEqual([
      "muster uses OpenSSH's ssh for this host, and for others like it: ns1 refuses the login of muster, and your ssh has a connection open",
      used('ns1'),
    ]);
    // Bytes, both outputs, the status; and a terminal, on which a password is asked for.
    const sent = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7 + (index >> 8)) % 256));
    const channel = await sessions[0]!.exec('cat; echo to-err >&2; exit 7');
    const received = collect(channel);
    await channel.write(sent);
    channel.end();
    expect((await received).equals(sent)).toBe(true);
    expect([await channel.closed, channel.stderr()]).toEqual([{ status: 7, signal: null }, 'to-err\n']);
    const terminal = await sessions[0]!.exec('stty size; tty', { terminal: true });
    expect((await collect(terminal)).toString()).toMatch(/\/dev\/pts\/\d+/);
    const ended = await (await sessions[0]!.exec('kill -TERM $$')).closed;
    expect(ended.status).toBeNull();
    expect(ssh('-O', 'check', 'ns1')).toBe(0);
  });

  it('is used to a jump host that refuses the login of muster', async () => {
    configured();
    await open('gate');
    writeFileSync(
      at('config'),
      readFileSync(at('config'), 'utf8').replace(join(gate.directory, 'id'), at('stranger')),
    );
    const before = [accepted(gate), accepted(server)] as const;
    await reach(hostNamed('ns2'));
    expect([accepted(gate) - before[0], accepted(server) - before[1]]).toEqual([0, 1]);
    for (const session of sessions.splice(0)) session.close();
    for (const transport of transports.splice(0)) transport.close?.();
    expect(ssh('-O', 'check', 'gate')).toBe(0);
  });

  it.each(['auto', 'openssh'] as const)(
    'vouches for no host key: another one is refused (%s)',
    async (transport) => {
      configured();
      await open('ns1');
      writeFileSync(
        at('known_hosts'),
        `[127.0.0.1]:${String(server.host.port)} ${keyPair('another').public}\n`,
      );
      await expect(
        reach(hostNamed('ns1', { ...stranger(), transport }), ['identity_file']),
      ).rejects.toMatchObject({
        code: 'SSH_HOST_KEY_CHANGED',
      });
    },
  );

  it('is not used for another user than the one who is logged in', async () => {
    configured();
    await open('ns1');
    const host = hostNamed('ns1', { ...stranger(), user: 'nobody' });
    await expect(reach(host, ['identity_file', 'user'])).rejects.toMatchObject({
      code: 'SSH_AUTH_FAILED',
      message: `the connection that your ssh keeps open at ${at('cm-ns1')} is a login of ${server.host.user}, not of nobody`,
    });
  });

  it('is lost with a word when the operator closes it', async () => {
    configured();
    await open('ns1');
    const session = await reach(hostNamed('ns1', { transport: 'openssh' }));
    const channel = await session.exec('cat');
    expect(ssh('-O', 'exit', masters.pop() ?? '')).toBe(0);
    await expect(collect(channel)).rejects.toMatchObject({
      code: 'SSH_LOST',
      message: expect.stringContaining('your own ssh closed it') as string,
    });
  });

  it('is passed over where nobody listens any more, and muster leaves none at its place', async () => {
    configured();
    // A socket whose client is gone: Node would remove it, so another process makes it.
    const program = `require('net').createServer().listen(${JSON.stringify(at('cm-ns1'))}, () => process.kill(process.pid, 'SIGKILL'))`;
    spawnSync(process.execPath, ['-e', program]);
    expect(existsSync(at('cm-ns1'))).toBe(true);
    const before = accepted(server);
    expect((await reach(hostNamed('ns1', { transport: 'openssh' }))).notes).toEqual([]);
    expect(accepted(server) - before).toBe(1);
    rmSync(at('cm-ns1'));
    await reach(hostNamed('ns1', { transport: 'openssh' }));
    expect(existsSync(at('cm-ns1'))).toBe(false);
  });

  it.skipIf(process.getuid?.() !== 0)('of another account is not used', async () => {
    configured();
    const listening = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => listening.listen(at('cm-ns1'), resolve));
    chmodSync(folder, 0o755);
    execFileSync('chown', ['65534', at('cm-ns1')]);
    let asked = 0;
    listening.on('connection', () => (asked += 1));
    await reach(hostNamed('ns1', { transport: 'openssh' }));
    expect(asked).toBe(0);
    await new Promise((resolve) => listening.close(resolve));
  });
});
