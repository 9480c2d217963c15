// The cable between the keeper and a host: order is kept, nothing is lost unless asked for, an end is passed on.
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { joinThrough, Line, NetworkFaults } from '../../../src/lab/embedded/network-faults.ts';

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A client and, behind the cable, a server that sends everything back. */
async function throughCable(faults: NetworkFaults): Promise<Socket> {
  const echo = await listening((socket) => socket.pipe(socket));
  const front = await listening((near) => {
    joinThrough(faults, near, connect({ port: echo, host: '127.0.0.1', allowHalfOpen: true }));
  });
  return connect({ port: front, host: '127.0.0.1', allowHalfOpen: true });
}

async function listening(onConnection: (socket: Socket) => void): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, onConnection).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function everything(socket: Socket): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of socket) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

describe('a cable without faults', () => {
  it('carries 8 MB there and back, byte for byte, and its end', async () => {
    const sent = Buffer.alloc(8 << 20, 'muster');
    const socket = await throughCable(new NetworkFaults());
    socket.end(sent);
    expect((await everything(socket)).equals(sent)).toBe(true);
  });
});

describe('a cable that loses and delays', () => {
  it('still carries everything in order over TCP', async () => {
    const faults = new NetworkFaults();
    faults.latencyMs = 5;
    faults.loss = 0.3;
    const socket = await throughCable(faults);
    const sent = Array.from({ length: 20 }, (_, index) => `line ${index}\n`);
    for (const line of sent) socket.write(line);
    socket.end();
    expect((await everything(socket)).toString()).toBe(sent.join(''));
  });
});

describe('a cable that is cut', () => {
  it('holds sent data until it is repaired', async () => {
    const faults = new NetworkFaults();
    const socket = await throughCable(faults);
    faults.isCut = true;
    socket.end('held');
    let arrived = '';
    socket.on('data', (bytes: Buffer) => (arrived += bytes.toString()));
    const seen = once(socket, 'end');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(arrived).toBe('');
    faults.clear();
    await seen;
    expect(arrived).toBe('held');
  });
});

describe('a line', () => {
  it('does not let a later piece overtake an earlier one that was lost at first', async () => {
    const faults = new NetworkFaults();
    const line = new Line(faults);
    const order: number[] = [];
    faults.loss = 1;
    const first = line.send(() => void order.push(1));
    faults.loss = 0;
    await Promise.all([first, line.send(() => void order.push(2))]);
    expect(order).toEqual([1, 2]);
  });
});
