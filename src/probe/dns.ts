// Asking a DNS server from outside, as its clients do. RFC 1035; one UDP question, asked again when it is lost.
import { createSocket } from 'node:dgram';
import { randomInt } from 'node:crypto';
import packet from 'dns-packet';

/** Whom to ask what. */
export interface DnsQuery {
  readonly address: string;
  readonly port: number;
  readonly name: string;
  readonly type: 'A' | 'AAAA' | 'CNAME' | 'MX' | 'NS' | 'PTR' | 'SOA' | 'SRV' | 'TXT';
}

/** What came back. */
export interface DnsAnswer {
  /** e.g. `NOERROR`, `REFUSED`. */
  readonly rcode: string;
  /** The server speaks for the zone. */
  readonly authoritative: boolean;
  /** Answers as text, one a record: `192.0.2.80`, `ns1.example.net. root.example.net. 1 3600 900 604800 3600`. */
  readonly records: readonly string[];
}

/** Asks; undefined when nothing came back within `tries` times `timeoutMs`. */
export async function askDns(query: DnsQuery, timeoutMs = 2000, tries = 3): Promise<DnsAnswer | undefined> {
  for (let attempt = 0; attempt < tries; attempt++) {
    const answer = await askOnce(query, timeoutMs);
    if (answer !== undefined) return answer;
  }
  return undefined;
}

async function askOnce(query: DnsQuery, timeoutMs: number): Promise<DnsAnswer | undefined> {
  const id = randomInt(0x10000);
  const question = packet.encode({
    type: 'query',
    id,
    questions: [{ type: query.type, name: query.name, class: 'IN' }],
  });
  const socket = createSocket(query.address.includes(':') ? 'udp6' : 'udp4');
  try {
    return await new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs, undefined);
      const finish = (answer: DnsAnswer | undefined): void => {
        clearTimeout(timer);
        resolve(answer);
      };
      socket.on('error', () => {
        finish(undefined);
      });
      socket.on('message', (message) => {
        const answer = parseAnswer(message, id);
        // A late or forged datagram has another id: go on waiting for ours.
        if (answer !== undefined) finish(answer);
      });
      socket.connect(query.port, query.address, () => {
        socket.send(question);
      });
    });
  } finally {
    socket.close();
  }
}

function parseAnswer(message: Buffer, id: number): DnsAnswer | undefined {
  try {
    const decoded = packet.decode(message);
    if (decoded.id !== id || decoded.type !== 'response') return undefined;
    return {
      rcode: 'rcode' in decoded ? String(decoded.rcode) : '',
      authoritative: ((decoded.flags ?? 0) & packet.AUTHORITATIVE_ANSWER) !== 0,
      records: (decoded.answers ?? []).map(recordText),
    };
  } catch {
    return undefined;
  }
}

function recordText(answer: packet.Answer): string {
  if (!('data' in answer)) return answer.type;
  if (answer.type === 'SOA') {
    const { mname, rname, serial, refresh, retry, expire, minimum } = answer.data;
    return [`${mname}.`, `${rname}.`, serial, refresh, retry, expire, minimum].join(' ');
  }
  if (answer.type === 'MX') return `${String(answer.data.preference ?? 0)} ${answer.data.exchange}`;
  if (answer.type === 'TXT') return [answer.data].flat().map(String).join('');
  return typeof answer.data === 'string' ? answer.data : JSON.stringify(answer.data);
}
