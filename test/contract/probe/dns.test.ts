// The probe against real sockets on the loopback, with servers that lose, cut, delay and forge.
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import packet from 'dns-packet';
import { describe, expect, it, onTestFinished } from 'vitest';
import { askDns, type DnsQuery, type DnsReply } from '../../../src/probe/index.ts';
import type { AskOptions } from '../../../src/probe/index.ts';
import {
  answerTo,
  type Behaviour,
  chaosText,
  type DnsServer,
  type ServerOptions,
  soa,
  startDnsServer,
} from './dns-server.ts';

const zone = 'example.net';
const hasIpv6 = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === '::1'),
);
const soaText = 'ns1.example.net. root.example.net. 7 3600 900 604800 3600';

async function serve(behave: Behaviour, options?: ServerOptions): Promise<DnsServer> {
  const server = await startDnsServer(behave, options);
  onTestFinished(() => server.stop());
  return server;
}

function queryOf(server: { address: string; port: number }, more: Partial<DnsQuery> = {}): DnsQuery {
  return {
    address: server.address,
    port: server.port,
    transport: 'udp',
    name: zone,
    type: 'SOA',
    class: 'IN',
    recursionDesired: false,
    ...more,
  };
}

/** Asks with time to spare: no try that will be answered is to be given up. */
async function ask(query: DnsQuery, options: AskOptions = {}): Promise<DnsReply> {
  return await askDns(query, { timeoutMs: 5000, ...options });
}

/** For servers that never answer usefully; one try still has time to connect. */
const silent: AskOptions = { timeoutMs: 1000, tries: 1 };

const goodAnswer: Behaviour = (asked) => [answerTo(asked, [soa(zone, 7)])];

describe.each(['udp', 'tcp'] as const)('a question over %s', (transport) => {
  it('gets the answer with its serial and the authoritative bit', async () => {
    const server = await serve(goodAnswer);
    expect(await ask(queryOf(server, { transport }))).toEqual({
      kind: 'answer',
      rcode: 'NOERROR',
      authoritative: true,
      records: [soaText],
      serial: 7,
    });
    expect(server.asked).toMatchObject([
      { transport, name: zone, type: 'SOA', class: 'IN', recursionDesired: false },
    ]);
  });

  it('gets a refusal, and asks for recursion if the probe wants it', async () => {
    const server = await serve((asked) => [answerTo(asked, [], { rcode: 'REFUSED', authoritative: false })]);
    const reply = await ask(
      queryOf(server, { transport, name: 'a.invalid', type: 'A', recursionDesired: true }),
    );
    expect(reply).toMatchObject({ kind: 'answer', rcode: 'REFUSED', authoritative: false, records: [] });
    expect(server.asked).toMatchObject([{ name: 'a.invalid', recursionDesired: true }]);
  });

  it('recognises a lame server by the missing authoritative bit', async () => {
    const server = await serve((asked) => [answerTo(asked, [], { authoritative: false })]);
    const reply = await ask(queryOf(server, { transport }));
    expect(reply).toMatchObject({ rcode: 'NOERROR', authoritative: false, records: [], serial: undefined });
  });

  it('asks in the class CHAOS', async () => {
    const server = await serve((asked) => [answerTo(asked, [chaosText('version.bind', '9.18.1')])]);
    const reply = await ask(queryOf(server, { transport, name: 'version.bind', type: 'TXT', class: 'CH' }));
    expect(reply).toMatchObject({ rcode: 'NOERROR', records: ['9.18.1'] });
    expect(server.asked).toMatchObject([{ class: 'CH' }]);
  });

  it('ignores answers with another id, name or class', async () => {
    const server = await serve((asked) => [
      answerTo(asked, [soa(zone, 1)], { id: asked.id ^ 1 }),
      answerTo(asked, [soa(zone, 2)], { name: 'example.org' }),
      answerTo({ ...asked, class: 'CH' }, [soa(zone, 3)]),
      answerTo(asked, [soa(zone, 7)]),
    ]);
    expect(await ask(queryOf(server, { transport }))).toMatchObject({ serial: 7 });
  });

  it('has no answer if only foreign answers arrive', async () => {
    const server = await serve((asked) => [answerTo(asked, [soa(zone, 1)], { id: asked.id ^ 1 })]);
    expect(await ask(queryOf(server, { transport }), silent)).toMatchObject({
      kind: 'silence',
      problem: 'no answer',
    });
  });

  it('reports at once that the port is closed', async () => {
    const server = await serve(goodAnswer, { only: transport === 'udp' ? 'tcp' : 'udp' });
    const reply = await ask(queryOf(server, { transport }), { timeoutMs: 10_000 });
    expect(reply).toMatchObject({ kind: 'silence', problem: 'connection refused' });
  });

  it('reports that an answer cannot be read', async () => {
    const server = await serve((asked) => [answerTo(asked, [soa(zone, 7)]).subarray(0, 40)]);
    expect(await ask(queryOf(server, { transport }), silent)).toMatchObject({
      problem: 'an answer that cannot be read',
    });
  });

  it.skipIf(!hasIpv6)('asks over IPv6', async () => {
    const server = await serve(goodAnswer, { address: '::1' });
    expect(await ask(queryOf(server, { transport }))).toMatchObject({ serial: 7 });
  });

  it('finds the address of a name', async () => {
    const server = await serve(goodAnswer);
    expect(await ask(queryOf({ ...server, address: 'localhost' }, { transport }))).toMatchObject({
      serial: 7,
    });
  });

  it('reports that a name has no address', async () => {
    const lookup = (): Promise<never> => Promise.reject(Object.assign(new Error(), { code: 'ENOTFOUND' }));
    const query = queryOf({ address: 'ns1.example.net', port: 53 }, { transport });
    expect(await ask(query, { lookup })).toMatchObject({
      kind: 'silence',
      problem: 'ns1.example.net has no address (ENOTFOUND)',
    });
  });

  it('waits for the address of a name no longer than for an answer, and not after a stop', async () => {
    const lookup = (): Promise<never> => new Promise(() => undefined);
    const query = queryOf({ address: 'ns1.example.net', port: 53 }, { transport });
    expect(await ask(query, { lookup, timeoutMs: 20 })).toMatchObject({
      kind: 'silence',
      problem: 'the address of ns1.example.net was not found in time',
    });
    const stop = new AbortController();
    const asking = ask(query, { lookup, signal: stop.signal });
    stop.abort();
    expect(await asking).toMatchObject({ kind: 'silence', problem: expect.stringContaining('stopped') });
  });

  it('is over when the operator stops it', async () => {
    const server = await serve(() => []);
    const stop = new AbortController();
    const asking = ask(queryOf(server, { transport }), { timeoutMs: 60_000, signal: stop.signal });
    await expect.poll(() => server.asked.length).toBe(1);
    stop.abort();
    expect(await asking).toMatchObject({ kind: 'silence', problem: expect.stringContaining('stopped') });
  });

  it('may share one stop with many others, without a warning', async () => {
    const server = await serve(() => []);
    const warnings: string[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning.name);
    process.on('warning', onWarning);
    onTestFinished(() => void process.off('warning', onWarning));
    const { signal } = new AbortController();
    const many = Array.from({ length: 30 }, () =>
      ask(queryOf(server, { transport }), { signal, timeoutMs: 150, tries: 1 }),
    );
    await Promise.all(many);
    await sleep(10);
    expect(warnings).toEqual([]);
  });
});

describe('a question over UDP', () => {
  it('is asked again when it is lost, with another id', async () => {
    let lost = 2;
    const server = await serve((asked) => (lost-- > 0 ? [] : [answerTo(asked, [soa(zone, 7)])]));
    expect(await ask(queryOf(server), { timeoutMs: 1000 })).toMatchObject({ serial: 7 });
    expect(server.asked).toHaveLength(3);
    expect(new Set(server.asked.map(({ id }) => id)).size).toBeGreaterThan(1);
  });

  it('ends after three tries', async () => {
    const server = await serve(() => []);
    expect(await ask(queryOf(server), { timeoutMs: 150 })).toMatchObject({
      kind: 'silence',
      problem: 'no answer',
    });
    await expect.poll(() => server.asked.length).toBe(3);
  });

  it('continues over TCP if the answer was truncated, even in the middle of a record', async () => {
    const server = await serve((asked) => {
      const whole = answerTo(asked, [soa(zone, 7)], { flags: packet.TRUNCATED_RESPONSE });
      return asked.transport === 'udp' ? [whole.subarray(0, 40)] : [answerTo(asked, [soa(zone, 8)])];
    });
    expect(await ask(queryOf(server))).toMatchObject({ kind: 'answer', serial: 8 });
    expect(server.asked.map(({ transport }) => transport)).toEqual(['udp', 'tcp']);
  });

  it('has no answer if it was truncated and TCP is closed', async () => {
    const truncated: Behaviour = (asked) => [answerTo(asked, [], { flags: packet.TRUNCATED_RESPONSE })];
    const server = await serve(truncated, { only: 'udp' });
    expect(await ask(queryOf(server))).toMatchObject({
      kind: 'silence',
      problem: 'a truncated answer, and over tcp: connection refused',
    });
  });
});

describe('a question over TCP', () => {
  it('waits for an answer that arrives byte by byte', async () => {
    const sendTcp: ServerOptions['sendTcp'] = (socket, frame) => {
      void (async () => {
        for (const byte of frame) {
          socket.write(Uint8Array.of(byte));
          await sleep(1);
        }
      })();
    };
    const server = await serve(goodAnswer, { sendTcp });
    expect(await ask(queryOf(server, { transport: 'tcp' }))).toMatchObject({
      serial: 7,
    });
  });

  it('reports that the connection was closed in the middle of the answer', async () => {
    const sendTcp: ServerOptions['sendTcp'] = (socket, frame) => socket.end(frame.subarray(0, 20));
    const server = await serve(goodAnswer, { sendTcp });
    expect(await ask(queryOf(server, { transport: 'tcp' }))).toMatchObject({
      problem: 'connection closed without an answer',
    });
  });

  it('ends in time if the pieces never end', async () => {
    const sendTcp: ServerOptions['sendTcp'] = (socket, frame) => {
      socket.write(frame.subarray(0, 20));
    };
    const server = await serve(goodAnswer, { sendTcp });
    expect(await ask(queryOf(server, { transport: 'tcp' }), silent)).toMatchObject({ problem: 'no answer' });
  });

  it('reports that the connection was reset', async () => {
    const server = createServer((socket) => socket.on('data', () => socket.resetAndDestroy()));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const bound = server.address() as { port: number };
    const query = queryOf({ address: '127.0.0.1', port: bound.port }, { transport: 'tcp' });
    expect(await ask(query)).toMatchObject({ problem: 'connection reset' });
  });
});
