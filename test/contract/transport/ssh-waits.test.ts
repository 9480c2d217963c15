// A host that stops answering, at each place between TCP and the last frame: the run of that host ends within the
// limit that docs/inventory.md names, says what it waited for, and leaves no connection open.
import { recordHost } from '../../support/recorded.ts';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ServerChannel } from 'ssh2';
import type { RunSettings } from '../../../src/model/host-job.ts';
import { runHost } from '../../../src/run/index.ts';
import { sshTransport } from '../../../src/transport/index.ts';
import type { HostConnection } from '../../../src/transport/index.ts';
import { clientFiles, keyPair, knownHostsText, loopbackHost, startSshd } from './in-process-sshd.ts';
import type { SshdOptions } from './in-process-sshd.ts';
import { testJob, testTools } from '../../support/job.ts';
import { startTcpFront } from './tcp-front.ts';

const started: { stop(): Promise<void> }[] = [];

beforeAll(() => {
  keyPair('user');
  keyPair('host');
});

afterEach(async () => {
  for (const server of started.splice(0).reverse()) await server.stop();
});

interface Given {
  readonly publicKeys?: readonly string[];
  readonly connection?: Partial<HostConnection>;
  readonly action?: RunSettings['action'];
  readonly agentSocket?: string;
}

/** Runs a plan on the server of that port, with the runs' own limits short. */
async function run(port: number, given: Given = {}) {
  const transport = sshTransport({
    startLimit: 1,
    homeDirectory: '',
    readFile: clientFiles({
      '/id': keyPair('user').private,
      '/known_hosts': knownHostsText(port, given.publicKeys ?? []),
    }),
    retryDelayMs: () => 1,
  });
  const connection = loopbackHost(port, {
    readyTimeoutMs: 1000,
    silenceTimeoutMs: 1000,
    ...given.connection,
  });
  const action = given.action ?? 'plan';
  const record = recordHost(connection.name, action, 1000);
  await runHost(
    testJob(connection, { action, outputCap: 1000 }),
    testTools(transport, 'a bundle', record.take),
  );
  return record.result();
}

/** An sshd behind a relay that tells when the connection is closed. */
async function sshd(options: SshdOptions) {
  const server = await startSshd(options);
  const front = await startTcpFront(server.port);
  started.push(server, front);
  return { port: front.port, publicKeys: server.hostPublicKeys, closed: () => front.allClosed() };
}

/** Takes every connection, says something, and falls silent. */
async function speaker(words: string): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.resume();
    socket.write(words);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  started.push({
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => {
          resolve();
        });
      }),
  });
  return (server.address() as AddressInfo).port;
}

describe('within connect_timeout, the login', () => {
  const connection = { connectTimeoutMs: 1500 };

  it.each([
    ['the banner', '', 'connected, but received no SSH banner'],
    ['the end of the banner', 'SSH-2.0-Op', 'connected, but received no SSH banner'],
    [
      'a banner of SSH',
      '220 mail.example.net\r\n',
      'connected, but received no SSH banner; it said: 220 mail.example.net',
    ],
    ['the key exchange', 'SSH-2.0-OpenSSH_10.3\r\n', 'the key exchange did not end'],
  ])('ends without %s', async (_what, words, message) => {
    const result = await run(await speaker(words), { connection });
    expect(result).toMatchObject({ outcome: 'unreachable', connections: 0 });
    expect(result.reason).toContain(`within 1.5 s: ${message}`);
  });

  it('ends without an answer to the key', async () => {
    const { port, publicKeys, closed } = await sshd({ silentAt: 'login' });
    const result = await run(port, { publicKeys, connection });
    expect(result.reason).toContain('within 1.5 s: the login did not end');
    await closed();
  });
});

describe('within ready_timeout, the shell', () => {
  it.each(['channel', 'exec'] as const)('ends without an answer to the %s request', async (silentAt) => {
    const { port, publicKeys, closed } = await sshd({ silentAt });
    const result = await run(port, { publicKeys });
    expect(result).toMatchObject({
      outcome: 'unreachable',
      reason: 'logged in, but the shell of the host was not ready within 1 s; nothing was heard',
      connections: 1,
      execs: 0,
    });
    await closed();
  });

  it('ends if it asks for a password, and says so', async () => {
    const { port, publicKeys, closed } = await sshd({
      onExec: (channel) => {
        channel.write('NetBSD 11.0\n\n');
        channel.stderr.write('Password:');
      },
    });
    const result = await run(port, { publicKeys, connection: { become: 'sudo' } });
    expect(result).toMatchObject({
      outcome: 'unreachable',
      reason: 'logged in, but the shell of the host was not ready within 1 s; heard: NetBSD 11.0 / Password:',
      hint: expect.stringContaining('sudo without a password') as string,
    });
    await closed();
  });
});

describe('within silence_timeout, the run', () => {
  it.each([
    ['behind ready', ['@N ready /tmp/m\n']],
    ['in the middle of a frame', ['@N ready /tmp/m\n', '@N 000.ev 0 100\nbegin|r|plan\n']],
    ['but for chatter', ['@N ready /tmp/m\n', 'out of memory\n']],
  ])('ends when the host falls silent %s', async (_where, words) => {
    const { port, publicKeys, closed } = await sshd({ onExec: says(...words) });
    const result = await run(port, { publicKeys });
    expect(result).toMatchObject({ outcome: 'unknown', connections: 1, execs: 1 });
    expect(result.reason).toContain('the host sent no sign of the run for 1 s');
    await closed();
  });

  it('ends with its last frame, although the channel stays open', async () => {
    const { port, publicKeys, closed } = await sshd({
      onExec: says('@N ready /tmp/m\n', '@N 000.ev 0 8\nfin|ok|\n\n', '@N done\n'),
    });
    expect(await run(port, { publicKeys })).toMatchObject({ outcome: 'ok', connections: 1 });
    await closed();
  });

  it('is followed by a reconnect in an apply, and ends in the same way if the host does not answer then', async () => {
    let execs = 0;
    const { port, publicKeys, closed } = await sshd({
      onExec: (channel) => {
        execs += 1;
        if (execs === 1) says('@N ready /tmp/m\n')(channel);
        else channel.stderr.write('cannot fork');
        if (execs > 1) channel.close();
      },
    });
    const result = await run(port, { publicKeys, action: 'apply' });
    expect(result).toMatchObject({ outcome: 'unknown', connections: 2, execs: 2 });
    expect(result.reason).toContain('cannot fork');
    await closed();
  });
});

function says(...words: readonly string[]): (channel: ServerChannel) => void {
  return (channel) => {
    for (const word of words) channel.write(word);
  };
}
