// A TCP relay in front of a server, for the faults that only the network can make.
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** A relay that misbehaves when told to. */
export interface TcpFront {
  readonly port: number;
  /** Connections taken so far, also those that were dropped. */
  accepted(): number;
  /** Resolves when the next connection comes in. */
  nextConnection(): Promise<void>;
  /** Resolves once no connection is open any more. */
  allClosed(): Promise<void>;
  /** Cuts every connection with a reset, as a rebooting router does. */
  cut(): void;
  /** Passes nothing on any more, in either direction, and keeps the connections open. */
  freeze(): void;
  readonly stop: () => Promise<void>;
}

/** The byte at which a relay cuts a connection, and how: like a rebooting router, or like a peer that ends normally. */
export interface Cut {
  /** What is counted: what the client sends, or what the server does. */
  readonly way: 'up' | 'down';
  readonly behindBytes: number;
  readonly how: 'reset' | 'end' | 'freeze';
}

/** Relays to `target`. The first connection is cut behind so many bytes, the others are not. */
export async function startCuttingFront(
  target: number,
  { way, behindBytes, how }: Cut,
): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const sockets = new Set<Socket>();
  let accepted = 0;
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    return socket;
  };
  const server = createServer((client) => {
    accepted += 1;
    const upstream = connect(target, '127.0.0.1');
    const ends = [keep(client), keep(upstream)];
    const [from, to] = way === 'up' ? [client, upstream] : [upstream, client];
    to.pipe(from);
    if (accepted > 1) {
      from.pipe(to);
      return;
    }
    let left = behindBytes;
    const pass = (bytes: Buffer): void => {
      to.write(bytes.subarray(0, left));
      left -= bytes.length;
      if (left > 0) return;
      from.off('data', pass);
      if (how === 'freeze') for (const socket of ends) socket.unpipe().pause();
      else
        for (const socket of ends)
          if (how === 'reset') socket.resetAndDestroy();
          else socket.end();
    };
    from.on('data', pass);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => {
          resolve();
        });
      }),
  };
}

/**
 * Relays to `target`; undefined takes connections and stays silent. Drops the first `dropFirst` connections, with
 * these `lastWords` or without any.
 */
export async function startTcpFront(
  target: number | undefined,
  dropFirst = 0,
  lastWords?: string,
): Promise<TcpFront> {
  const sockets = new Set<Socket>();
  let accepted = 0;
  let wake: () => void = () => undefined;
  let empty: () => void = () => undefined;
  function keep(socket: Socket): Socket {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      sockets.delete(socket);
      if (sockets.size === 0) empty();
    });
    return socket;
  }
  const server = createServer((client) => {
    accepted += 1;
    keep(client);
    // A silent peer still hears that the other side goes.
    if (target === undefined) client.resume();
    wake();
    if (accepted <= dropFirst) {
      if (lastWords === undefined) client.destroy();
      else client.resume().end(lastWords);
    } else if (target !== undefined) {
      const upstream = keep(connect(target, '127.0.0.1'));
      client.pipe(upstream).pipe(client);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    accepted: () => accepted,
    nextConnection: () =>
      new Promise((resolve) => {
        wake = resolve;
      }),
    allClosed: () =>
      new Promise((resolve) => {
        empty = resolve;
        if (sockets.size === 0) resolve();
      }),
    cut: () => {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    freeze: () => {
      for (const socket of sockets) {
        socket.unpipe();
        socket.pause();
      }
    },
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => {
          resolve();
        });
      }),
  };
}
