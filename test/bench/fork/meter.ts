// A door in front of a practice host's sshd that counts what goes through it: the bytes of a run as they are on the wire, with
// those of ssh itself.
import { createConnection, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';

/** Counts from the moment when it is opened. */
export interface Meter {
  readonly port: number;
  /** Bytes that went to the host so far. */
  readonly up: () => number;
  /** Bytes that came from the host so far. */
  readonly down: () => number;
  close(): Promise<void>;
}

/** Opens a door on the loopback to `port` there. */
export async function openMeter(port: number): Promise<Meter> {
  let [up, down] = [0, 0];
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = createConnection({ host: '127.0.0.1', port, noDelay: true });
    near.setNoDelay(true);
    near.on('data', (bytes: Buffer) => (up += bytes.length));
    far.on('data', (bytes: Buffer) => (down += bytes.length));
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => sockets.delete(from));
      from.pipe(to);
    }
  });
  await listening(server);
  return {
    port: (server.address() as AddressInfo).port,
    up: () => up,
    down: () => down,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

async function listening(server: Server): Promise<void> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
}
