// Questions that tell a serving host from an open port.
import { createSocket } from 'node:dgram';
import { createServer, type Socket } from 'node:net';
import { decode, encode, RECURSION_DESIRED } from 'dns-packet';
import { describe, expect, it, onTestFinished } from 'vitest';
import { answersDns, eventually, greetsAsSsh } from '../../../src/lab/readiness.ts';

async function tcpServer(onConnection: (socket: Socket) => void): Promise<number> {
  const server = createServer(onConnection);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise((resolve) =>
        server.close(() => {
          resolve();
        }),
      ),
  );
  return (server.address() as { port: number }).port;
}

async function udpServer(answer: (query: Buffer) => Buffer | undefined): Promise<number> {
  const server = createSocket('udp4');
  server.on('message', (query, peer) => {
    const bytes = answer(query);
    if (bytes !== undefined) server.send(bytes, peer.port, peer.address);
  });
  await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise((resolve) =>
        server.close(() => {
          resolve();
        }),
      ),
  );
  return server.address().port;
}

describe('greetsAsSsh', () => {
  it('is true for a greeting that arrives in pieces', async () => {
    const port = await tcpServer((socket) => {
      socket.setNoDelay(true).write('SS');
      setImmediate(() => socket.end('H-2.0-OpenSSH_9.9\r\n'));
    });
    expect(await greetsAsSsh('127.0.0.1', port)).toBe(true);
  });

  it.each<[string, (socket: Socket) => void]>([
    ['a port that closes without a word', (socket) => socket.end()],
    ['another protocol', (socket) => socket.end('220 mail.example.net\r\n')],
  ])('is false for %s', async (_, onConnection) => {
    expect(await greetsAsSsh('127.0.0.1', await tcpServer(onConnection))).toBe(false);
  });

  it('is false if nothing listens', async () => {
    expect(await greetsAsSsh('127.0.0.1', 1)).toBe(false);
  });
});

describe('answersDns', () => {
  it('is true for a refusal', async () => {
    const refused = 5;
    const port = await udpServer((query) => {
      const { id, questions } = decode(query);
      return encode({
        type: 'response',
        id: id ?? 0,
        flags: RECURSION_DESIRED | refused,
        questions: questions ?? [],
      });
    });
    expect(await answersDns('127.0.0.1', port)).toBe(true);
  });

  it.each<[string, (query: Buffer) => Buffer]>([
    ['noise', () => Buffer.from('hello')],
    ['its own query, sent back', (query) => query],
  ])('is false for %s', async (_, answer) => {
    expect(await answersDns('127.0.0.1', await udpServer(answer))).toBe(false);
  });

  it('is false if nothing listens', async () => {
    expect(await answersDns('127.0.0.1', 1)).toBe(false);
  });
});

describe('eventually', () => {
  it('asks until the answer is yes', async () => {
    let asked = 0;
    expect(await eventually(() => Promise.resolve(++asked === 2), 30_000)).toBe(true);
    expect(asked).toBe(2);
  });

  it('ends when the time is over', async () => {
    expect(await eventually(() => Promise.resolve(false), 1)).toBe(false);
  });

  it('rethrows what the question throws', async () => {
    await expect(eventually(() => Promise.reject(new Error('gone')), 30_000)).rejects.toThrow('gone');
  });
});
