// How a host is not reached, or lost: each fault has its own code, names the place, and says what to do. One suite for each way of
// reaching a host; its test file says how a transport is made.
import { createHmac } from 'node:crypto';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { HostConnection, SshOptions, Transport } from '../../../src/transport/index.ts';
import { collect } from './contract.ts';
import { keyPair, knownHostsText, loopbackHost, startSshd } from './in-process-sshd.ts';
import type { InProcessSshd, SshdOptions } from './in-process-sshd.ts';
import { startTcpFront } from './tcp-front.ts';
import type { TcpFront } from './tcp-front.ts';

/** One way of reaching hosts. */
export interface Way {
  readonly name: string;
  /** What `~` stands for. */
  readonly home: string;
  /** Makes a transport that finds these files there, by their path from `home` on. */
  transport(files: Readonly<Record<string, string>>, options: Partial<SshOptions>): Transport;
  readonly connection: Partial<HostConnection>;
  /** What a client asks for before it offers a key. */
  readonly firstOffers: readonly string[];
}

/** In place of a file's text: it is never read to its end. */
export const neverRead = '\0never';

const never = new AbortController().signal;

function hashedName(port: number): string {
  const salt = Buffer.from('twenty bytes of salt');
  const hash = createHmac('sha1', salt)
    .update(`[127.0.0.1]:${String(port)}`)
    .digest('base64');
  return `|1|${salt.toString('base64')}|${hash}`;
}

/** Declares the suite. */
export function describeFaults(way: Way): void {
  describe(`faults over ${way.name}`, () => {
    const started: { stop(): Promise<void> }[] = [];

    beforeAll(() => {
      keyPair('user');
      keyPair('host');
    });

    afterEach(async () => {
      for (const server of started.splice(0).reverse()) await server.stop();
    });

    async function sshd(options?: SshdOptions): Promise<InProcessSshd> {
      const server = await startSshd(options);
      started.push(server);
      return server;
    }

    async function front(
      target: number | undefined,
      dropFirst?: number,
      lastWords?: string,
    ): Promise<TcpFront> {
      const relay = await startTcpFront(target, dropFirst, lastWords);
      started.push(relay);
      return relay;
    }

    function hostAt(port: number, overrides: Parameters<typeof loopbackHost>[1] = {}): HostConnection {
      return loopbackHost(port, { ...way.connection, ...overrides });
    }

    function transport(files: Record<string, string>, options: Partial<SshOptions> = {}): Transport {
      const made = way.transport(
        { '/id': keyPair('user').private, ...files },
        { retryDelayMs: () => 1, ...options },
      );
      started.push({
        stop: () => {
          made.close?.();
          return Promise.resolve();
        },
      });
      return made;
    }

    function trusting(port: number, server: InProcessSshd, options?: Partial<SshOptions>): Transport {
      return transport({ '/known_hosts': knownHostsText(port, server.hostPublicKeys) }, options);
    }

    async function failure(via: Transport, host: HostConnection, signal = never) {
      const outcome: unknown = await via.connect(host, signal).then(
        (session) => {
          session.close();
          return 'connected';
        },
        (error: unknown) => error,
      );
      return outcome as {
        readonly code: string;
        readonly message: string;
        readonly hint: string;
        readonly host: string;
      };
    }

    describe('a peer that cannot be reached', () => {
      it('is refused when nothing listens on the port', async () => {
        const { port, stop } = await startTcpFront(undefined);
        await stop();
        const error = await failure(transport({}), hostAt(port));
        expect(error).toMatchObject({
          code: 'SSH_REFUSED',
          host: 'ns1',
          message: `127.0.0.1:${port} refused the connection`,
        });
        expect(error.hint).toContain('sshd runs');
      });

      it('times out if it accepts the connection and sends nothing', async () => {
        const silent = await front(undefined);
        const error = await failure(transport({}), hostAt(silent.port, { connectTimeoutMs: 1000 }));
        expect(error.code).toBe('SSH_TIMEOUT');
        expect(error.message).toBe(
          `no answer from 127.0.0.1:${silent.port} within 1 s: connected, but received no SSH banner`,
        );
      });

      it('ends a connect at once when the signal fires, and leaves no socket', async () => {
        const silent = await front(undefined);
        const abort = new AbortController();
        const failing = failure(transport({}), hostAt(silent.port), abort.signal);
        await silent.nextConnection();
        abort.abort();
        expect(await failing).toMatchObject({ code: 'SSH_ABORTED', host: 'ns1' });
        await silent.allClosed();
      });

      it('ends a connect that waits for its turn when the signal fires', async () => {
        const silent = await front(undefined);
        const via = transport({}, { startLimit: 1 });
        const ahead = new AbortController();
        const behind = new AbortController();
        const host = hostAt(silent.port);
        const first = failure(via, host, ahead.signal);
        await silent.nextConnection();
        const second = failure(via, host, behind.signal);
        // Its files are read by now, and it stands in the queue.
        await new Promise((resolve) => setImmediate(resolve));
        behind.abort();
        expect(await second).toMatchObject({ code: 'SSH_ABORTED' });
        expect(silent.accepted()).toBe(1);
        ahead.abort();
        await first;
      });
    });

    describe('a peer that closes before its banner', () => {
      it('is tried again until it accepts the login', async () => {
        const server = await sshd();
        const relay = await front(server.port, 3);
        const session = await trusting(relay.port, server).connect(hostAt(relay.port), never);
        expect((await collect(await session.exec('echo in'))).toString()).toBe('in\n');
        expect(relay.accepted()).toBe(4);
        session.close();
      });

      it('fails after three more tries', async () => {
        const relay = await front(undefined, 100);
        const error = await failure(transport({}), hostAt(relay.port));
        expect(error.code).toBe('SSH_CLOSED');
        expect(error.hint).toContain('MaxStartups');
        expect(relay.accepted()).toBe(4);
      });
    });

    describe('a peer that turns this address away, as sshd does for a while after refused logins', () => {
      it.each([
        ['before its SSH banner', 'Not allowed at this time\r\n', '; it said: Not allowed at this time'],
        ['right after its SSH banner', 'SSH-2.0-OpenSSH_10.3\r\n', ''],
      ])('%s fails after three more tries, with both possible reasons', async (when, words, said) => {
        const relay = await front(undefined, 100, words);
        const error = await failure(transport({}), hostAt(relay.port));
        expect(error.code).toBe('SSH_CLOSED');
        expect(error.message).toMatch(new RegExp(`closed the connection ${when}.*${said}$`));
        expect(error.hint).toMatch(/MaxStartups: lower connection_starts.*PerSourcePenalties.*wait/);
        expect(relay.accepted()).toBe(4);
      });
    });

    describe('a peer that is no sshd', () => {
      it.each([
        [
          'a web server',
          'HTTP/1.1 403 Forbidden\r\n\r\nAccess denied, try again\r\n',
          'HTTP/1.1 403 Forbidden',
        ],
        ['a mail server', '421 too many connections\r\n', '421 too many'],
        ['a mailbox', '* OK IMAP4rev1 ready\r\n', '* OK IMAP4rev1'],
        ['a screen', 'RFB 003.008\n', 'RFB 003.008'],
        ['a program that speaks in bytes', '\x15\x03\x01\x00\x02\x02\x46', 'not as an sshd'],
      ])('is reported as such, and not tried again: %s', async (_, words, said) => {
        const relay = await front(undefined, 100, words);
        const error = await failure(transport({}), hostAt(relay.port));
        expect(error.code).toBe('SSH_PROTOCOL');
        expect(error.message).toContain('answers, but not as an sshd; it said: ');
        expect(error.message).toContain(said);
        expect(error.hint).toContain('check port and address');
        expect(relay.accepted()).toBe(1);
      });
    });

    describe('a host key', () => {
      it('that is not recorded ends the connection, and the error has its fingerprint and the line to add', async () => {
        const server = await sshd();
        const error = await failure(transport({}), hostAt(server.port));
        expect(error.code).toBe('SSH_HOST_KEY_UNKNOWN');
        expect(error.message).toMatch(/ssh-ed25519 SHA256:[A-Za-z0-9+/]{43}$/);
        expect(error.hint).toContain(`\n[127.0.0.1]:${server.port} ${server.hostPublicKeys[0] ?? ''}`);
        expect(server.offers).toEqual([]);
      });

      it('that differs from the recorded one ends the connection and names the recorded line', async () => {
        const server = await sshd();
        const recorded = knownHostsText(server.port, [keyPair('other-host').public]);
        const error = await failure(
          transport({ '/known_hosts': `# hosts\n${recorded}` }),
          hostAt(server.port),
        );
        expect(error).toMatchObject({
          code: 'SSH_HOST_KEY_CHANGED',
          location: { file: `${way.home}/known_hosts`, line: 2 },
        });
        expect(error.message).toContain(`${way.home}/known_hosts:2`);
        expect(error.message.match(/SHA256:/g)).toHaveLength(2);
        expect(server.offers).toEqual([]);
      });

      it('that is revoked ends the connection, also when another line records it', async () => {
        const server = await sshd();
        const recorded = knownHostsText(server.port, server.hostPublicKeys);
        const via = transport({
          '/known_hosts': recorded,
          '/more': `@revoked * ${server.hostPublicKeys[0] ?? ''}\n`,
        });
        const error = await failure(via, hostAt(server.port, { knownHosts: ['~/known_hosts', '~/more'] }));
        expect(error).toMatchObject({
          code: 'SSH_HOST_KEY_REVOKED',
          location: { file: `${way.home}/more`, line: 1 },
        });
      });

      it.each([
        ['hashed', hashedName],
        ['a pattern', (port: number) => `[127.0.0.*]:${String(port)},!ns9`],
        ['the bare address', () => '127.0.0.1'],
      ])('that is recorded under a name that is %s is accepted', async (_how, nameOf) => {
        const server = await sshd();
        const name = nameOf(server.port);
        const via = transport({ '/known_hosts': `${name} ${server.hostPublicKeys[0] ?? ''} ops\r\n` });
        (await via.connect(hostAt(server.port), never)).close();
      });

      it('of the recorded type is asked for first', async () => {
        const server = await sshd({
          hostKeys: [keyPair('host').private, keyPair('rsa-host', 'rsa').private],
        });
        const via = transport({
          '/known_hosts': knownHostsText(server.port, server.hostPublicKeys.slice(1)),
        });
        const session = await via.connect(hostAt(server.port), never);
        session.close();
      });
    });

    describe('a known_hosts file with a broken line', () => {
      it('does not affect the other hosts, and one of their sessions reports the line', async () => {
        const server = await sshd();
        const recorded = knownHostsText(server.port, server.hostPublicKeys);
        const via = transport({ '/known_hosts': `ns7 ssh-rsa\n${recorded}` });
        const notes: (readonly string[])[] = [];
        for (const name of ['ns1', 'ns2']) {
          const session = await via.connect(hostAt(server.port, { name }), never);
          notes.push(session.notes ?? []);
          session.close();
        }
        expect(notes).toEqual([
          [`a line of ${way.home}/known_hosts is skipped (line 1: it holds no key)`],
          [],
        ]);
      });
    });

    describe('a login', () => {
      it('that no key opens names the user, the offered keys and what the host accepts', async () => {
        const server = await sshd({ accepts: () => false });
        const error = await failure(trusting(server.port, server), hostAt(server.port, { user: 'ops' }));
        expect(error.code).toBe('SSH_AUTH_FAILED');
        expect(error.message).toMatch(
          /does not let ops in; offered \S*\/id \(ssh-ed25519 SHA256:.+\); the host accepts publickey/,
        );
        expect(error.hint).toContain('authorized_keys');
      });

      it('that is refused is not tried again, because sshd counts refusals, and the hint says to wait', async () => {
        const server = await sshd({ accepts: () => false });
        const relay = await front(server.port);
        const error = await failure(trusting(relay.port, server), hostAt(relay.port));
        expect(error.hint).toMatch(/before you try again.*PerSourcePenalties/);
        expect(relay.accepted()).toBe(1);
        expect(server.offers).toEqual([...way.firstOffers, 'ssh-ed25519']);
      });

      it('offers nothing but public keys', async () => {
        const server = await sshd({ accepts: () => false });
        await failure(trusting(server.port, server), hostAt(server.port));
        expect(server.offers).toEqual([...way.firstOffers, 'ssh-ed25519']);
      });
    });

    describe('a running command', () => {
      it('throws when the link is reset, after the received output', async () => {
        const server = await sshd();
        const relay = await front(server.port);
        const session = await trusting(relay.port, server).connect(hostAt(relay.port), never);
        const channel = await session.exec('echo first; exec cat');
        const chunks = channel.stdout[Symbol.asyncIterator]();
        expect(Buffer.from((await chunks.next()).value ?? []).toString()).toBe('first\n');
        relay.cut();
        await expect(chunks.next()).rejects.toMatchObject({ code: 'SSH_LOST', host: 'ns1' });
        expect(await channel.closed).toEqual({ status: null, signal: null });
        await expect(channel.write(Buffer.from('x'))).rejects.toMatchObject({ code: 'SSH_LOST' });
        await expect(session.exec('true')).rejects.toMatchObject({ code: 'SSH_LOST' });
        session.close();
      });

      it('rejects a write that the peer never read when the link is reset', async () => {
        const server = await sshd({ onExec: (channel) => channel.pause() });
        const relay = await front(server.port);
        const session = await trusting(relay.port, server).connect(hostAt(relay.port), never);
        const channel = await session.exec('any');
        const writing = channel.write(Buffer.alloc(16 * 1024 * 1024));
        relay.cut();
        await expect(writing).rejects.toMatchObject({ code: 'SSH_LOST' });
      });

      it('throws when the peer is silent for four keepalives', async () => {
        const server = await sshd();
        const relay = await front(server.port);
        const session = await trusting(relay.port, server, { keepaliveMs: 20 }).connect(
          hostAt(relay.port),
          never,
        );
        const channel = await session.exec('exec cat');
        relay.freeze();
        await expect(collect(channel)).rejects.toMatchObject({ code: 'SSH_LOST' });
        session.close();
      });

      it('has no status if the host closes the channel without one', async () => {
        const server = await sshd({ onExec: (channel) => channel.end('half an answer') });
        const session = await trusting(server.port, server).connect(hostAt(server.port), never);
        const channel = await session.exec('any');
        expect((await collect(channel)).toString()).toBe('half an answer');
        expect(await channel.closed).toEqual({ status: null, signal: null });
        session.close();
      });

      it('keeps a status that arrives before the output', async () => {
        const server = await sshd({
          onExec: (channel) => {
            channel.exit(5);
            channel.end('late output');
          },
        });
        const session = await trusting(server.port, server).connect(hostAt(server.port), never);
        const channel = await session.exec('any');
        expect((await collect(channel)).toString()).toBe('late output');
        expect(await channel.closed).toEqual({ status: 5, signal: null });
        session.close();
      });

      it('is reported as refused if the host does not start it', async () => {
        const server = await sshd({ refusesExec: true });
        const session = await trusting(server.port, server).connect(hostAt(server.port), never);
        await expect(session.exec('any')).rejects.toMatchObject({ code: 'SSH_EXEC_REFUSED', host: 'ns1' });
        session.close();
      });
    });

    describe('a file that is read for all hosts', () => {
      it('stops each host under its own name if it cannot be read', async () => {
        const via = transport({ '/known_hosts': '' });
        for (const name of ['ns1', 'ns2']) {
          const error = await failure(via, hostAt(22, { name, identityFile: '~/missing' }));
          expect(error).toMatchObject({ code: 'SSH_IDENTITY', host: name });
          expect(error.hint).toContain('identity_file');
        }
      });
    });

    describe('many hosts at once', () => {
      it('start no more connections at once than the limit, and may run any number', async () => {
        const server = await sshd();
        const via = trusting(server.port, server, { startLimit: 2 });
        const host = hostAt(server.port);
        const sessions = await Promise.all(Array.from({ length: 8 }, () => via.connect(host, never)));
        expect(server.mostUnauthenticated()).toBe(2);
        for (const session of sessions) session.close();
      });
    });

    describe('a file that is never read to its end', () => {
      it('delays its host by connect_timeout, and no other host', async () => {
        const server = await sshd();
        const known = knownHostsText(server.port, server.hostPublicKeys);
        const via = transport({ '/known_hosts': known, '/pipe': neverRead });
        const stuck = failure(via, hostAt(server.port, { identityFile: '~/pipe', connectTimeoutMs: 300 }));
        (await via.connect(hostAt(server.port), never)).close();
        expect(await stuck).toMatchObject({
          code: 'SSH_IDENTITY',
          hint: expect.stringContaining('plain files') as string,
        });
      });
    });
  });
}
