// One DNS question over UDP: one datagram out, and the first datagram in that answers it.
import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { withDeadline } from './deadline.ts';
import type { DnsAnswer, DnsQuestion } from './message.ts';
import { encodeQuestion, readMessage } from './message.ts';
import type { Server, Silence } from './server.ts';
import { describeNetworkError, lost } from './server.ts';

type UdpReply = DnsAnswer | { readonly kind: 'truncated' } | Silence;

/** Asks once. `truncated` means that the answer did not fit and wants to be asked for over TCP. */
export async function askUdp(
  server: Server,
  question: DnsQuestion,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<UdpReply> {
  const id = randomInt(0x10000);
  const socket = createSocket(server.family === 6 ? 'udp6' : 'udp4');
  let seen: UdpReply = lost;
  try {
    return await withDeadline<UdpReply>(
      { timeoutMs, signal },
      () => seen,
      (settle) => {
        socket.on('error', (error) => {
          settle(describeNetworkError(error));
        });
        socket.on('message', (datagram) => {
          const incoming = readMessage(datagram, id, question);
          // A late or forged datagram, or one that makes no sense: go on waiting for ours.
          if (incoming.kind === 'foreign') return;
          if (incoming.kind === 'unreadable') seen = { ...lost, problem: 'an answer that cannot be read' };
          else settle(incoming);
        });
        // Connected, so that only that server's datagrams come in, and a closed port is heard of.
        socket.on('connect', () => {
          socket.send(encodeQuestion(id, question));
        });
        socket.connect(server.port, server.address);
      },
    );
  } finally {
    socket.close();
  }
}
