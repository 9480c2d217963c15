// Below ssh2's server: packets that no server sends, and bytes without end, as fast as the peer takes them.
import type { Socket } from 'node:net';
import type { Connection, ServerChannel } from 'ssh2';

interface Protocol {
  readonly _packetRW: {
    readonly write: {
      readonly allocStart: number;
      alloc(size: number): Buffer;
      finalize(packet: Buffer): Buffer;
    };
  };
  readonly _cipher: { encrypt(packet: Buffer): void };
  rekey(): void;
  ping(): void;
  channelData(id: number, data: Buffer): void;
  channelExtData(id: number, data: Buffer, type: number): void;
  channelWindowAdjust(id: number, amount: number): void;
  channelOpenConfirm(remote: number, local: number, window: number, packet: number): void;
}

/** The protocol under a server's connection. */
export function protocolOf(connection: Connection): Protocol {
  return (connection as unknown as { readonly _protocol: Protocol })._protocol;
}

function socketOf(connection: Connection): Socket {
  return (connection as unknown as { readonly _sock: Socket })._sock;
}

/** Sends one packet with just this payload, whatever it is. */
export function sendPacket(connection: Connection, payload: Uint8Array): void {
  const { _packetRW: packets, _cipher: cipher } = protocolOf(connection);
  const packet = packets.write.alloc(payload.length);
  packet.set(payload, packets.write.allocStart);
  cipher.encrypt(packets.write.finalize(packet));
}

/** Does something over and over until the connection is closed; waits while the peer takes nothing. */
export function flood(connection: Connection, once: () => void, times = 50): void {
  const socket = socketOf(connection);
  const go = (): void => {
    if (socket.destroyed || !socket.writable) return;
    for (let turn = 0; turn < times && socket.writableLength < 1024 * 1024; turn++) once();
    setImmediate(go);
  };
  go();
}

/** What the client calls a server's channel. */
export function idOf(channel: ServerChannel): number {
  return (channel.outgoing as { readonly id: number }).id;
}

/** The connection that a channel belongs to. */
export function connectionOf(channel: ServerChannel): Connection {
  return (channel as unknown as { readonly _client: Connection })._client;
}
