// Hosts behind other hosts: chains, one connection for all hosts behind a jump host, each hop's key checked. Real sshds.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { HostConnection, Session, Transport } from '../../../src/transport/index.ts';
import { parseEffective, sshTransport } from '../../../src/transport/index.ts';
import { collect, describeTransport } from './contract.ts';
import type { Setup } from './contract.ts';
import { keyPair } from './in-process-sshd.ts';
import { startTcpFront } from './tcp-front.ts';
import { startSystemSshd, type SystemSshd, whyNoSystemSshd } from './system-sshd.ts';

const obstacle = whyNoSystemSshd();
const about = obstacle === undefined ? '' : ` (${obstacle})`;

/** A transport that knows these hosts by their names, as an inventory does. */
async function among(hosts: Readonly<Record<string, HostConnection>>, directory: string): Promise<Transport> {
  const lines = Object.values(hosts).map(
    ({ port }) => `[127.0.0.1]:${port} ${keyPair('system-host-ed25519').public}`,
  );
  await writeFile(join(directory, 'known_hosts'), `${lines.join('\n')}\n`);
  return sshTransport({
    startLimit: 4,
    homeDirectory: directory,
    readFile: (path) => readFile(path),
    retryDelayMs: () => 100,
    surroundings: {
      listed: (name) => {
        const connection = hosts[name];
        return connection && { connection, said: new Set(['user', 'port', 'address', 'identity_file']) };
      },
      askSsh: () => Promise.resolve(undefined),
    },
  });
}

async function startBehind(): Promise<Setup> {
  const sshds = [await startSystemSshd(), await startSystemSshd()] as const;
  const hosts = {
    gate: { ...sshds[0].host, name: 'gate' },
    inner: { ...sshds[1].host, name: 'inner', jump: ['gate'] },
  };
  const transport = await among(hosts, sshds[1].directory);
  return {
    transport,
    host: hosts.inner,
    stop: async () => {
      transport.close?.();
      for (const sshd of sshds) await sshd.stop();
    },
  };
}

if (obstacle === undefined) describeTransport('ssh through a jump host', startBehind, 'SSH_LOST');

describe.skipIf(obstacle !== undefined)(`jump hosts${about}`, () => {
  const sshds: SystemSshd[] = [];
  const open: Session[] = [];
  let hosts: Record<string, HostConnection> = {};
  let transport: Transport;

  beforeAll(async () => {
    for (const name of ['a', 'b', 'c', 'd']) {
      const sshd = await startSystemSshd({ configuration: ['MaxStartups 10:30:60'] });
      sshds.push(sshd);
      hosts[name] = { ...sshd.host, name };
    }
  });
  afterAll(async () => {
    for (const sshd of sshds) await sshd.stop();
  });
  afterEach(() => {
    for (const session of open.splice(0)) session.close();
    transport.close?.();
  });

  async function reach(host: HostConnection): Promise<string> {
    const session = await transport.connect(host, new AbortController().signal);
    open.push(session);
    return (await collect(await session.exec('echo $SSH_CONNECTION'))).toString();
  }

  function logins(name: 'a' | 'b' | 'c' | 'd'): number {
    return [...(sshds['abcd'.indexOf(name)]?.log() ?? '').matchAll(/Accepted publickey/g)].length;
  }

  it('can be a chain of three, and the host sees the last of them', async () => {
    const before = [logins('a'), logins('b'), logins('c'), logins('d')];
    hosts = { ...hosts, d: { ...hosts['d']!, jump: ['a', 'b', 'c'] } };
    transport = await among(hosts, sshds[3]!.directory);
    // sshd tells where a connection comes from.
    expect(await reach(hosts['d']!)).toMatch(new RegExp(`^127.0.0.1 \\d+ 127.0.0.1 ${hosts['d']!.port}\\n$`));
    expect([logins('a'), logins('b'), logins('c'), logins('d')]).toEqual(before.map((count) => count + 1));
  });

  it('have one connection for many hosts at once, and for later ones', async () => {
    const behind = Array.from({ length: 25 }, (_, at) => ({
      ...hosts['b']!,
      name: `ns${at}`,
      jump: ['a'],
    }));
    transport = await among(
      { ...hosts, ...Object.fromEntries(behind.map((host) => [host.name, host])) },
      sshds[1]!.directory,
    );
    const before = [logins('a'), logins('b')] as const;
    await Promise.all(behind.slice(0, 20).map(reach));
    for (const session of open.splice(0)) session.close();
    await sleep(200);
    await Promise.all(behind.slice(20).map(reach));
    expect(logins('b') - before[1]).toBe(25);
    expect(logins('a') - before[0]).toBe(1);
  });

  it('may carry more bytes than the bound for other data', async () => {
    transport = await among({ ...hosts, b: { ...hosts['b']!, jump: ['a'] } }, sshds[1]!.directory);
    const session = await transport.connect({ ...hosts['b']!, jump: ['a'] }, new AbortController().signal);
    open.push(session);
    const bytes = await collect(await session.exec('head -c 50000000 /dev/zero'));
    expect(bytes.length).toBe(50_000_000);
  });

  it('that are down are tried once for all hosts, which all report the same', async () => {
    const down = { ...hosts['a']!, name: 'down', port: 1 };
    const behind = Array.from({ length: 20 }, (_, at) => ({
      ...hosts['b']!,
      name: `ns${at}`,
      jump: ['down'],
    }));
    transport = await among({ down }, sshds[1]!.directory);
    const told = await Promise.all(
      behind.map((host) => reach(host).catch((error: unknown) => (error as Error).message)),
    );
    expect(new Set(told)).toEqual(
      new Set(['no way through the jump host down: 127.0.0.1:1 refused the connection']),
    );
  });

  it('that show another key than the recorded one are not used, and do not learn of any host behind them', async () => {
    transport = await among({ ...hosts, b: { ...hosts['b']!, jump: ['a'] } }, sshds[1]!.directory);
    const other = keyPair('another-host').public;
    await writeFile(
      join(sshds[1]!.directory, 'known_hosts'),
      `[127.0.0.1]:${hosts['a']!.port} ${other}\n[127.0.0.1]:${hosts['b']!.port} ${keyPair('system-host-ed25519').public}\n`,
    );
    const before = [logins('a'), logins('b')];
    await expect(reach({ ...hosts['b']!, jump: ['a'] })).rejects.toMatchObject({
      code: 'SSH_JUMP_HOST_KEY_CHANGED',
      host: 'b',
    });
    expect([logins('a'), logins('b')]).toEqual(before);
  });

  it('do not vouch for the host behind them: its own key is checked', async () => {
    transport = await among({ ...hosts, b: { ...hosts['b']!, jump: ['a'] } }, sshds[1]!.directory);
    await writeFile(
      join(sshds[1]!.directory, 'known_hosts'),
      `[127.0.0.1]:${hosts['a']!.port} ${keyPair('system-host-ed25519').public}\n`,
    );
    await expect(reach({ ...hosts['b']!, jump: ['a'] })).rejects.toMatchObject({
      code: 'SSH_HOST_KEY_UNKNOWN',
    });
  });

  it('whose connection breaks are connected again for the next host', async () => {
    const front = await startTcpFront(hosts['a']!.port);
    onTestFinished(front.stop);
    const named = { ...hosts, gate: { ...hosts['a']!, name: 'gate', port: front.port } };
    transport = await among(named, sshds[1]!.directory);
    const host = { ...hosts['b']!, jump: ['gate'] };
    const session = await transport.connect(host, new AbortController().signal);
    const channel = await session.exec('cat');
    front.cut();
    await expect(collect(channel)).rejects.toMatchObject({ code: 'SSH_LOST' });
    await expect(session.exec('true')).rejects.toMatchObject({ code: 'SSH_LOST' });
    expect(await reach(host)).toContain('127.0.0.1');
    expect(front.accepted()).toBe(2);
  });

  it('that forbid it are named, with the setting', async () => {
    const gate = await startSystemSshd({ configuration: ['AllowTcpForwarding no'] });
    onTestFinished(() => gate.stop());
    transport = await among({ ...hosts, gate: { ...gate.host, name: 'gate' } }, sshds[1]!.directory);
    await expect(reach({ ...hosts['b']!, jump: ['gate'] })).rejects.toMatchObject({
      code: 'SSH_JUMP',
      message: expect.stringContaining('the jump host gate opens no connection to 127.0.0.1:') as string,
      hint: expect.stringContaining('AllowTcpForwarding') as string,
    });
    transport.close?.();
  });

  it('that form a loop are refused', async () => {
    const looped = {
      x: { ...hosts['a']!, name: 'x', jump: ['y'] },
      y: { ...hosts['b']!, name: 'y', jump: ['x'] },
    };
    transport = await among(looped, sshds[1]!.directory);
    await expect(reach(looped.x)).rejects.toMatchObject({
      code: 'SSH_CONFIG',
      message: 'the jump hosts of x form a loop: x > y > x',
    });
  });

  describe('a ProxyCommand', () => {
    function by(command: string): Transport {
      const settings = parseEffective(`proxycommand ${command}`);
      return sshTransport({
        startLimit: 4,
        homeDirectory: sshds[1]!.directory,
        readFile: (path) => readFile(path),
        surroundings: {
          listed: (name) => ({
            connection: { ...hosts['b']!, name },
            said: new Set(['user', 'port', 'address', 'identity_file', 'known_hosts']),
          }),
          askSsh: () => Promise.resolve({ own: settings, usual: new Map() }),
        },
      });
    }

    it('makes the connection, with its tokens replaced', async () => {
      await among({ b: hosts['b']! }, sshds[1]!.directory);
      const script = `const s = require("net").connect(%p, "%h"); process.stdin.pipe(s).pipe(process.stdout)`;
      transport = by(`'${process.execPath}' -e '${script}'`);
      expect(await reach(hosts['b']!)).toContain(` 127.0.0.1 ${hosts['b']!.port}\n`);
    });

    it('that ends is reported with its last words, and is not tried again', async () => {
      transport = by(`sh -c 'echo no route for %n >&2; exit 3'`);
      await expect(reach(hosts['b']!)).rejects.toMatchObject({
        code: 'SSH_PROXY_COMMAND',
        message: 'the ProxyCommand for b ended with status 3; it said: no route for b',
      });
    });

    it.each([
      ['output', 'exec >&-'],
      ['input', 'exec <&-'],
      ['input and output', 'exec <&- >&-'],
    ])('that closes its %s before its last words is still heard', async (_, closing) => {
      transport = by(`sh -c '${closing}; sleep 0.3; echo no route for %n >&2; exit 3'`);
      await expect(reach(hosts['b']!)).rejects.toMatchObject({
        code: 'SSH_PROXY_COMMAND',
        message: 'the ProxyCommand for b ended with status 3; it said: no route for b',
      });
    });

    it('that closes its output and does not end is hung up on', { tags: 'long' }, async () => {
      const file = join(sshds[1]!.directory, 'proxy.pid');
      transport = by(`sh -c 'echo $$ >${file}; exec >&-; sleep 300'`);
      await expect(reach(hosts['b']!)).rejects.toMatchObject({ code: 'SSH_CLOSED' });
      const pid = Number(await readFile(file, 'utf8'));
      const lives = (): boolean => {
        try {
          return process.kill(-pid, 0);
        } catch {
          return false;
        }
      };
      await expect.poll(lives).toBe(false);
    });
  });
});
