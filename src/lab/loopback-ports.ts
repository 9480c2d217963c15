// Free loopback ports for hosts. They are chosen here and not by the engine, because an engine's choice changes when a
// container restarts, differs between UDP and TCP, and listens on every interface.
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { randomInt } from 'node:crypto';
import { MusterError } from '../model/index.ts';

export const loopback = '127.0.0.1';

// Below the ranges from which kernels take ports for outgoing connections: while a host restarts, its port is free, and
// no connection of another program must get it.
const lowest = 20_000;
const highest = 32_000;
const attempts = 200;

/** Different port numbers on loopback, free for TCP and UDP right now; another process may still be faster. */
export async function findLoopbackPorts(count: number): Promise<readonly number[]> {
  const found = new Set<number>();
  for (let attempt = 0; attempt < attempts + count && found.size < count; attempt += 1) {
    const port = randomInt(lowest, highest);
    if (!found.has(port) && (await isFreeForTcp(port)) && (await isFreeForUdp(port))) found.add(port);
  }
  if (found.size === count) return [...found];
  throw new MusterError(
    'LAB_PORTS',
    `no ${count} free loopback ports found between ${lowest} and ${highest}`,
  );
}

function isFreeForTcp(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', () => {
      resolve(false);
    });
    server.listen(port, loopback, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}

function isFreeForUdp(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.on('error', () => {
      socket.close();
      resolve(false);
    });
    socket.bind(port, loopback, () => {
      socket.close(() => {
        resolve(true);
      });
    });
  });
}
