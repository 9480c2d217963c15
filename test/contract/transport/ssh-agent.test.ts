// Logging in with keys that an ssh agent holds. The agent is a fake on a real socket.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import type { ParsedKey } from 'ssh2';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { sshTransport } from '../../../src/transport/index.ts';
import type { HostConnection, Transport } from '../../../src/transport/index.ts';
import { eachMessage } from '../../support/framed-messages.ts';
import { clientFiles, keyPair, knownHostsText, loopbackHost, startSshd } from './in-process-sshd.ts';
import type { InProcessSshd } from './in-process-sshd.ts';
import { startSystemSshd, whyNoSystemSshd } from './system-sshd.ts';

const never = new AbortController().signal;
const lockedKey = ssh2.utils.generateKeyPairSync('ed25519', {
  passphrase: 'words',
  cipher: 'aes256-ctr',
  rounds: 1,
});

interface FakeAgent {
  readonly path: string;
  lists: number;
  signing: number;
  mostSigning: number;
  /** A key that the agent lists but does not sign with. */
  unwilling: ParsedKey | undefined;
  /** Takes a request to sign and says nothing, as one that waits for a touch. */
  asleep: boolean;
  /** Resolves when the next question's connection is closed. */
  nextClose(): Promise<void>;
  stop(): Promise<void>;
}

let sshd: InProcessSshd;
const agents: FakeAgent[] = [];

beforeEach(async () => {
  sshd = await startSshd();
});
afterEach(async () => {
  await sshd.stop();
  for (const agent of agents.splice(0)) await agent.stop();
});

async function startAgent(...privateKeys: readonly string[]): Promise<FakeAgent> {
  const directory = await mkdtemp(join(tmpdir(), 'muster-agent-'));
  const sockets = new Set<Socket>();
  let onClose: () => void = () => undefined;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => {
      sockets.delete(socket);
      if (agent.asleep) onClose();
    });
    answer(socket, agent, privateKeys.map(parsed));
  });
  const agent: FakeAgent = {
    path: join(directory, 'agent'),
    lists: 0,
    signing: 0,
    mostSigning: 0,
    unwilling: undefined,
    asleep: false,
    nextClose: () =>
      new Promise((resolve) => {
        onClose = resolve;
      }),
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      await rm(directory, { recursive: true });
    },
  };
  await new Promise<void>((resolve) => server.listen(agent.path, resolve));
  agents.push(agent);
  return agent;
}

/** An agent that says these words to anybody, or answers each question by its type, or takes every question and says nothing. */
async function silentAgent(
  words?: Uint8Array | ((type: number) => Uint8Array),
): Promise<{ readonly path: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'muster-agent-'));
  const path = join(directory, 'agent');
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    eachMessage(socket, 4, (question) => {
      if (typeof words === 'function') socket.write(words(question[0] ?? 0));
    });
    if (words instanceof Uint8Array) socket.write(words);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
    await rm(directory, { recursive: true });
  });
  return { path };
}

function answer(socket: Socket, agent: FakeAgent, keys: readonly ParsedKey[]): void {
  const protocol = new ssh2.AgentProtocol(false);
  socket.on('error', () => undefined);
  protocol.on('error', () => undefined);
  protocol.on('identities', (request) => {
    agent.lists += 1;
    protocol.getIdentitiesReply(request, [...keys]);
  });
  protocol.on('sign', (request, wanted, data, { hash }) => {
    agent.signing += 1;
    agent.mostSigning = Math.max(agent.mostSigning, agent.signing);
    if (agent.asleep) {
      agent.signing -= 1;
      return;
    }
    // Long enough that a second request would come in between.
    setTimeout(() => {
      agent.signing -= 1;
      const key = keys.find((held) => held.getPublicSSH().equals(wanted.getPublicSSH()));
      if (key === undefined || key.type === agent.unwilling?.type) protocol.failureReply(request);
      else protocol.signReply(request, key.sign(data, hash));
    }, 20);
  });
  socket.pipe(protocol).pipe(socket);
}

function parsed(key: string): ParsedKey {
  const result = ssh2.utils.parseKey(key);
  if (result instanceof Error) throw result;
  return result;
}

function via(agentSocket: string | undefined, files: Record<string, string> = {}): Transport {
  const known = knownHostsText(sshd.port, sshd.hostPublicKeys);
  return sshTransport({
    startLimit: 8,
    agentSocket,
    homeDirectory: '',
    readFile: clientFiles({ '/known_hosts': known, ...files }),
  });
}

function host(overrides: Parameters<typeof loopbackHost>[1] = {}): HostConnection {
  return loopbackHost(sshd.port, { agent: true, identityFile: undefined, ...overrides });
}

async function login(transport: Transport, to: HostConnection): Promise<void> {
  const session = await transport.connect(to, never);
  session.close();
}

describe('a key in the agent', () => {
  it('logs in, and the agent lists its keys once and signs one at a time for all hosts', async () => {
    const agent = await startAgent(keyPair('user').private);
    const transport = via(agent.path);
    await Promise.all([1, 2, 3, 4].map(() => login(transport, host())));
    expect(agent).toMatchObject({ lists: 1, mostSigning: 1 });
  });

  it('is offered after the identity file', async () => {
    const agent = await startAgent(keyPair('user').private);
    await login(
      via(agent.path, { '/id': keyPair('ecdsa', 'ecdsa-521').private }),
      host({ identityFile: '/id' }),
    );
    expect(sshd.offers).toEqual(['ecdsa-sha2-nistp521', 'ssh-ed25519']);
  });

  it('is not offered a second time if it is the one in the identity file', async () => {
    const agent = await startAgent(keyPair('stranger').private);
    const transport = via(agent.path, { '/id': keyPair('stranger').private });
    await expect(login(transport, host({ identityFile: '/id' }))).rejects.toMatchObject({
      code: 'SSH_AUTH_FAILED',
    });
    expect(sshd.offers).toEqual(['ssh-ed25519']);
  });

  it('replaces an identity file with a passphrase, found by the public half beside it', async () => {
    const agent = await startAgent(keyPair('ecdsa', 'ecdsa-521').private, keyPair('user').private);
    const files = { '/id': lockedKey.private, '/id.pub': keyPair('user').public };
    await login(via(agent.path, files), host({ identityFile: '/id' }));
    expect(sshd.offers).toEqual(['ssh-ed25519']);
  });

  it('is skipped if the agent does not sign with it', async () => {
    await sshd.stop();
    sshd = await startSshd({ accepts: () => true });
    const agent = await startAgent(keyPair('ecdsa', 'ecdsa-521').private, keyPair('user').private);
    agent.unwilling = parsed(keyPair('ecdsa', 'ecdsa-521').private);
    await login(via(agent.path), host());
    expect(sshd.offers).toEqual(['ecdsa-sha2-nistp521', 'ssh-ed25519']);
  });

  it('is not used if the host entry says no agent', async () => {
    const agent = await startAgent(keyPair('user').private);
    await expect(login(via(agent.path), host({ agent: false }))).rejects.toMatchObject({
      code: 'SSH_IDENTITY',
    });
    expect(agent.lists).toBe(0);
  });
});

describe('a host without a usable key', () => {
  it('is not contacted if the agent holds nothing', async () => {
    const agent = await startAgent();
    await expect(login(via(agent.path), host())).rejects.toMatchObject({
      code: 'SSH_IDENTITY',
      message: 'no key to log in to ns1 with: the ssh agent holds no keys',
    });
  });

  it('is not contacted if there is neither agent nor identity file', async () => {
    await expect(login(via(undefined), host())).rejects.toMatchObject({ code: 'SSH_IDENTITY', host: 'ns1' });
  });

  it('gets an error that names the silent agent', async () => {
    await expect(login(via('/nonexistent/agent'), host())).rejects.toMatchObject({
      code: 'SSH_IDENTITY',
      hint: expect.stringContaining('SSH_AUTH_SOCK') as string,
    });
  });

  it('gets the hint to use the agent for an identity file with a passphrase', async () => {
    const transport = via(undefined, { '/id': lockedKey.private });
    await expect(login(transport, host({ identityFile: '/id' }))).rejects.toMatchObject({
      code: 'SSH_IDENTITY',
      host: 'ns1',
      hint: expect.stringContaining('ssh-add /id') as string,
    });
  });
});

describe('an agent that holds a key of a hardware token, and no other', () => {
  const field = (bytes: Buffer): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  const blob = Buffer.concat(
    ['sk-ssh-ed25519@openssh.com', 'k'.repeat(32), 'ssh:'].map((text) => field(Buffer.from(text))),
  );
  const answer = field(
    Buffer.concat([Buffer.of(12, 0, 0, 0, 1), field(blob), field(Buffer.from('a comment'))]),
  );

  it('reports that none of them can be used, without a client of OpenSSH', async () => {
    const { path } = await silentAgent(answer);
    await expect(login(via(path), host())).rejects.toMatchObject({
      code: 'SSH_IDENTITY',
      message: expect.stringContaining('the ssh agent holds no key that can be used') as string,
    });
  });

  it.skipIf(whyNoSystemSshd() !== undefined)("is left to OpenSSH's client, which offers it", async () => {
    const { path } = await silentAgent((type) => (type === 11 ? answer : field(Buffer.of(5))));
    const server = await startSystemSshd();
    onTestFinished(() => server.stop());
    const transport = sshTransport({
      startLimit: 1,
      agentSocket: path,
      homeDirectory: server.directory,
      readFile: (file) => readFile(file),
      openssh: true,
    });
    onTestFinished(() => transport.close?.());
    await expect(login(transport, { ...host(), port: server.host.port })).rejects.toMatchObject({
      code: 'SSH_AUTH_FAILED',
      message: expect.stringContaining('sk-ssh-ed25519@openssh.com SHA256:') as string,
    });
  });
});

describe('an agent that does not answer', () => {
  it('delays a login by connect_timeout, and neither the next login nor the process', async () => {
    const agent = await startAgent(keyPair('user').private);
    const transport = via(agent.path);
    await login(transport, host());
    agent.asleep = true;
    const closed = agent.nextClose();
    await expect(login(transport, host({ connectTimeoutMs: 2000 }))).rejects.toMatchObject({
      code: 'SSH_TIMEOUT',
      hint: expect.stringContaining('a key agent may also be waiting for a touch') as string,
    });
    await closed;
    agent.asleep = false;
    await login(transport, host());
  });

  it('does not matter if it never lists its keys and the identity file logs in', async () => {
    const { path } = await silentAgent();
    const transport = via(path, { '/id': keyPair('user').private });
    await login(transport, host({ identityFile: '/id', connectTimeoutMs: 4000 }));
    expect(sshd.offers).toEqual(['ssh-ed25519']);
  });

  it('delays a host by half of connect_timeout if it does not list its keys', async () => {
    const { path } = await silentAgent();
    await expect(login(via(path), host({ connectTimeoutMs: 300 }))).rejects.toMatchObject({
      code: 'SSH_IDENTITY',
      message: 'the ssh agent gives no keys: it did not answer within 0.15 s',
      hint: expect.stringContaining('ssh-add -l') as string,
    });
  });

  it.each([
    ['its length', Buffer.of(0, 0, 1, 0)],
    ['the half of its answer', Buffer.of(0, 0, 0, 5, 12, 0)],
    ['an answer of another kind', Buffer.of(0, 0, 0, 1, 5)],
  ])('delays a host no longer if it says %s and no more', async (_what, words) => {
    const { path } = await silentAgent(words);
    await expect(login(via(path), host({ connectTimeoutMs: 300 }))).rejects.toMatchObject({
      code: 'SSH_IDENTITY',
    });
  });

  it('does not matter if the identity file logs in', async () => {
    await login(via('/nonexistent/agent', { '/id': keyPair('user').private }), host({ identityFile: '/id' }));
    expect(sshd.offers).toEqual(['ssh-ed25519']);
  });
});
