// One DNS question over TCP (RFC 7766): each message behind its length in two bytes, in whatever pieces they come.
import { randomInt } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { withDeadline } from './deadline.ts';
import type { DnsAnswer, DnsQuestion } from './message.ts';
import { encodeQuestion, readMessage } from './message.ts';
import type { Server, Silence } from './server.ts';
import { describeNetworkError, lost } from './server.ts';

/** Asks once; `timeoutMs` is for connecting, asking and all of the answer. */
export async function askTcp(
  server: Server,
  question: DnsQuestion,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<DnsAnswer | Silence> {
  const id = randomInt(0x10000);
  const socket = connect({ host: server.address, port: server.port, family: server.family });
  try {
    return await withDeadline<DnsAnswer | Silence>(
      { timeoutMs, signal },
      () => (socket.connecting ? { ...lost, problem: 'no connection' } : lost),
      (settle) => {
        socket.on('error', (error) => {
          settle(describeNetworkError(error));
        });
        socket.on('connect', () => {
          socket.write(framed(encodeQuestion(id, question)));
        });
        listen(socket, (message) => {
          const incoming = readMessage(message, id, question);
          if (incoming.kind === 'answer') settle(incoming);
          // Over TCP everything fits, and the bytes arrive as they were sent: nothing better will come.
          else if (incoming.kind !== 'foreign') settle(silence('an answer that cannot be read'));
        });
        socket.on('close', () => {
          settle(silence('connection closed without an answer'));
        });
      },
    );
  } finally {
    socket.destroy();
  }
}

function silence(problem: string): Silence {
  return { kind: 'silence', problem, retry: false };
}

function framed(message: Uint8Array): Uint8Array {
  const frame = Buffer.alloc(2 + message.length);
  frame.writeUInt16BE(message.length);
  frame.set(message, 2);
  return frame;
}

/** Calls back for each whole message; never holds more than one message and a piece. */
function listen(socket: Socket, onMessage: (message: Uint8Array) => void): void {
  let held = Buffer.alloc(0);
  socket.on('data', (piece: Buffer) => {
    held = Buffer.concat([held, piece]);
    while (held.length >= 2) {
      const end = 2 + held.readUInt16BE(0);
      if (held.length < end) return;
      onMessage(held.subarray(2, end));
      held = held.subarray(end);
    }
  });
}
