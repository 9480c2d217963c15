// The way into the namespaces. A socket belongs to the network namespace that it was made in, so the keeper listens on
// loopback outside, the supervisor connects inside, and a socket in the file system is between them.
import { createSocket } from 'node:dgram';
import { connect, type Server, type Socket } from 'node:net';
import { listenIn } from './wire.ts';

/** Name of the relay's socket in a lab's directory. */
export const relaySocketName = 'relay.sock';

/** First line of each connection to the relay. */
export interface RelayTarget {
  readonly protocol: 'tcp' | 'udp';
  readonly ip: string;
  readonly port: number;
}

/** The line that asks the relay for a target. */
export function relayHeader({ protocol, ip, port }: RelayTarget): string {
  return `${protocol} ${ip} ${port}\n`;
}

/** Datagrams on a stream: each behind its length in two bytes, as DNS over TCP has them (RFC 1035, 4.2.2). */
export function frame(datagram: Buffer): Buffer {
  const framed = Buffer.alloc(datagram.length + 2);
  framed.writeUInt16BE(datagram.length);
  datagram.copy(framed, 2);
  return framed;
}

/** Calls `onDatagram` for each datagram that is whole in what the stream gave so far. */
export function unframe(stream: Socket, onDatagram: (datagram: Buffer) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  stream.on('data', (bytes: Buffer) => {
    rest = Buffer.concat([rest, bytes]);
    while (rest.length >= 2 && rest.length >= rest.readUInt16BE() + 2) {
      const end = rest.readUInt16BE() + 2;
      onDatagram(rest.subarray(2, end));
      rest = rest.subarray(end);
    }
  });
}

/** Listens for the keeper; runs in the lab's network namespace, from where every host can be reached. */
export function serveRelay(directory: string): Promise<Server> {
  return listenIn(directory, relaySocketName, (near) => {
    near.on('error', () => near.destroy());
    void readHeader(near).then((target) => {
      if (target === undefined) near.destroy();
      else if (target.protocol === 'tcp') relayTcp(near, target);
      else relayUdp(near, target);
    });
  });
}

/** Reads up to the first line feed, and leaves what comes behind it in the stream. */
function readHeader(stream: Socket): Promise<RelayTarget | undefined> {
  return new Promise((resolve) => {
    let seen = Buffer.alloc(0);
    const look = (): void => {
      const bytes = stream.read() as Buffer | null;
      if (bytes === null) return;
      seen = Buffer.concat([seen, bytes]);
      const end = seen.indexOf('\n');
      if (end === -1) return;
      stream.off('readable', look);
      if (end + 1 < seen.length) stream.unshift(seen.subarray(end + 1));
      const [protocol, ip = '', port] = seen.toString('latin1', 0, end).split(' ');
      resolve(protocol === 'tcp' || protocol === 'udp' ? { protocol, ip, port: Number(port) } : undefined);
    };
    stream.on('readable', look);
    stream.once('end', () => {
      resolve(undefined);
    });
  });
}

function relayTcp(near: Socket, { ip, port }: RelayTarget): void {
  const far = connect({ host: ip, port, allowHalfOpen: true, noDelay: true });
  near.pipe(far);
  far.pipe(near);
  far.on('error', () => near.destroy());
  near.on('close', () => far.destroy());
}

function relayUdp(near: Socket, { ip, port }: RelayTarget): void {
  const far = createSocket('udp4');
  far.on('error', () => near.destroy());
  near.on('close', () => {
    far.close();
  });
  near.on('end', () => near.destroy());
  far.connect(port, ip, () => {
    unframe(near, (datagram) => {
      // Nobody may listen there yet: that shows as an error of a later call, and a datagram may be lost.
      far.send(datagram, () => undefined);
    });
  });
  far.on('message', (datagram) => {
    near.write(frame(datagram));
  });
}
