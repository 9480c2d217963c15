// A DNS server on the loopback, over UDP and TCP on one port, that does what a test tells it to.
import { createSocket } from 'node:dgram';
import { createServer, type Socket } from 'node:net';
import packet from 'dns-packet';
import { eachMessage } from '../../support/framed-messages.ts';

/** A question as it came in. */
export interface Asked {
  readonly transport: 'udp' | 'tcp';
  readonly name: string;
  readonly type: string;
  readonly class: string;
  readonly recursionDesired: boolean;
  readonly id: number;
}

/** What to send back: whole messages, in this order. None: the question is lost. */
export type Behaviour = (asked: Asked) => readonly Uint8Array[];

export interface DnsServer {
  readonly address: string;
  readonly port: number;
  readonly asked: readonly Asked[];
  stop(): Promise<void>;
}

export interface ServerOptions {
  readonly address?: string;
  /** A free one by default. */
  readonly port?: number;
  readonly only?: 'udp' | 'tcp';
  /** How the bytes of an answer over TCP are sent; all at once by default. */
  readonly sendTcp?: (socket: Socket, frame: Buffer) => void;
}

/** Starts a server on a free port of `address`, by default 127.0.0.1. */
export async function startDnsServer(behave: Behaviour, options: ServerOptions = {}): Promise<DnsServer> {
  const { address = '127.0.0.1', port: wanted = 0, only, sendTcp = sendWhole } = options;
  for (let attempt = 0; ; attempt++) {
    const asked: Asked[] = [];
    const sockets = new Set<Socket>();
    const tcp = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      eachMessage(socket, 2, (message) => {
        const question = readQuestion(message, 'tcp');
        asked.push(question);
        for (const reply of behave(question)) sendTcp(socket, framed(reply));
      });
    });
    await new Promise<void>((resolve) => tcp.listen(wanted, address, resolve));
    const bound = tcp.address();
    if (bound === null || typeof bound === 'string') throw new Error('no port');
    const { port } = bound;
    const udp = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    udp.on('message', (bytes, from) => {
      const question = readQuestion(bytes, 'udp');
      asked.push(question);
      for (const message of behave(question)) udp.send(message, from.port, from.address);
    });
    const stopTcp = async (): Promise<void> => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => tcp.close(resolve));
    };
    const stopUdp = async (): Promise<void> => {
      await new Promise<void>((resolve) => udp.close(resolve));
    };
    const isBound = await new Promise<boolean>((resolve) => {
      udp.once('error', () => {
        resolve(false);
      });
      udp.bind(port, address, () => {
        resolve(true);
      });
    });
    if (!isBound && attempt < 20) {
      await stopTcp();
      continue;
    }
    if (only === 'udp') await stopTcp();
    if (only === 'tcp') await stopUdp();
    return {
      address,
      port,
      asked,
      stop: async () => {
        if (only !== 'udp') await stopTcp();
        if (only !== 'tcp') await stopUdp();
      },
    };
  }
}

function sendWhole(socket: Socket, frame: Buffer): void {
  socket.write(frame);
}

function readQuestion(bytes: Buffer, transport: 'udp' | 'tcp'): Asked {
  const { id = 0, flags = 0, questions = [] } = packet.decode(bytes);
  const [question] = questions;
  if (question === undefined) throw new Error('a question without a question');
  return {
    transport,
    name: question.name,
    type: question.type,
    class: question.class ?? 'IN',
    recursionDesired: (flags & packet.RECURSION_DESIRED) !== 0,
    id,
  };
}

function framed(message: Uint8Array): Buffer {
  const frame = Buffer.alloc(2 + message.length);
  frame.writeUInt16BE(message.length);
  frame.set(message, 2);
  return frame;
}

const rcodes = { NOERROR: 0, SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 } as const;

/** An answer to a question, by default authoritative. */
export function answerTo(
  asked: Asked,
  answers: packet.Answer[],
  more: {
    authoritative?: boolean;
    rcode?: keyof typeof rcodes;
    id?: number;
    name?: string;
    flags?: number;
  } = {},
): Buffer {
  const aa = more.authoritative === false ? 0 : packet.AUTHORITATIVE_ANSWER;
  return packet.encode({
    type: 'response',
    id: more.id ?? asked.id,
    flags: aa | (more.flags ?? 0) | rcodes[more.rcode ?? 'NOERROR'],
    questions: [
      {
        name: more.name ?? asked.name,
        type: asked.type as packet.RecordType,
        class: asked.class as packet.RecordClass,
      },
    ],
    answers,
  });
}

/** The SOA record of a zone with a serial. */
export function soa(zone: string, serial: number): packet.Answer {
  const data = { mname: `ns1.${zone}`, rname: `root.${zone}`, serial };
  return {
    name: zone,
    type: 'SOA',
    data: { ...data, refresh: 3600, retry: 900, expire: 604_800, minimum: 3600 },
  };
}

/** A text of the class CHAOS, as `version.bind` is asked for. */
export function chaosText(name: string, text: string): packet.Answer {
  return { name, type: 'TXT', class: 'CH', data: text };
}
