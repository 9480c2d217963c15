// Messages with their length in front, as ssh agents (RFC 4251, 4 bytes) and DNS over TCP (RFC 1035, 2 bytes) send them.
import type { Socket } from 'node:net';

/**
 * Calls back for each whole message, without its length. One chunk of a socket may hold a part of a message:
 * OpenSSH writes the length and the message one after the other.
 */
export function eachMessage(socket: Socket, lengthBytes: 2 | 4, onMessage: (message: Buffer) => void): void {
  let heard = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    heard = Buffer.concat([heard, chunk]);
    while (heard.length >= lengthBytes) {
      const end = lengthBytes + heard.readUIntBE(0, lengthBytes);
      if (heard.length < end) return;
      const message = heard.subarray(lengthBytes, end);
      heard = heard.subarray(end);
      onMessage(message);
    }
  });
}
