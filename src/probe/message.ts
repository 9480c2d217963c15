// DNS messages (RFC 1035): a question to bytes, and bytes to an answer to that question or to something else.
import packet from 'dns-packet';

/** What is asked. */
export interface DnsQuestion {
  readonly name: string;
  readonly type: 'A' | 'AAAA' | 'CNAME' | 'MX' | 'NS' | 'PTR' | 'SOA' | 'SRV' | 'TXT';
  readonly class: 'IN' | 'CH';
  /** Ask the server to find out for us what it does not know itself. */
  readonly recursionDesired: boolean;
}

/** What came back. */
export interface DnsAnswer {
  readonly kind: 'answer';
  /** e.g. `NOERROR`, `REFUSED`. */
  readonly rcode: string;
  /** The server speaks for the zone. */
  readonly authoritative: boolean;
  /** Answers as text, one a record: `192.0.2.80`, `ns1.example.net. root.example.net. 1 3600 900 604800 3600`. */
  readonly records: readonly string[];
  /** Of the SOA record among the answers that is of the name asked. */
  readonly serial: number | undefined;
}

/** A message that came in: the answer, the word that it did not fit, nothing of ours, or ours and unreadable. */
export type Incoming =
  DnsAnswer | { readonly kind: 'truncated' } | { readonly kind: 'foreign' } | { readonly kind: 'unreadable' };

const headerBytes = 12;
const responseBit = 1 << 15;

/** The question as bytes. The name must be one that DNS can carry. */
export function encodeQuestion(id: number, question: DnsQuestion): Uint8Array {
  const { name, type, recursionDesired } = question;
  return packet.encode({
    type: 'query',
    id,
    flags: recursionDesired ? packet.RECURSION_DESIRED : 0,
    questions: [{ type, name, class: question.class }],
  });
}

/** Reads what came in. `foreign` is a late answer to an earlier question, or one that somebody forged. */
export function readMessage(bytes: Uint8Array, id: number, question: DnsQuestion): Incoming {
  const message = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (message.length < headerBytes || message.readUInt16BE(0) !== id) return { kind: 'foreign' };
  const flags = message.readUInt16BE(2);
  if ((flags & responseBit) === 0) return { kind: 'foreign' };
  let decoded: packet.DecodedPacket;
  try {
    decoded = packet.decode(message);
  } catch {
    // What did not fit may be cut anywhere, so the bit in the header is all that must be readable.
    return { kind: (flags & packet.TRUNCATED_RESPONSE) === 0 ? 'unreadable' : 'truncated' };
  }
  const rcode = 'rcode' in decoded ? String(decoded.rcode) : '';
  if (!echoes(decoded, question, rcode)) return { kind: 'foreign' };
  if ((flags & packet.TRUNCATED_RESPONSE) !== 0) return { kind: 'truncated' };
  const answers = decoded.answers ?? [];
  return {
    kind: 'answer',
    rcode,
    authoritative: (flags & packet.AUTHORITATIVE_ANSWER) !== 0,
    records: answers.map(recordText),
    serial: serialOf(answers, question.name),
  };
}

/** Servers that could not read the question may leave it out of their answer; all others repeat it. */
function echoes({ questions = [] }: packet.DecodedPacket, question: DnsQuestion, rcode: string): boolean {
  const [echo] = questions;
  if (echo === undefined) return rcode !== 'NOERROR';
  return echo.type === question.type && echo.class === question.class && isSame(echo.name, question.name);
}

function isSame(a: string, b: string): boolean {
  const plain = (name: string): string => name.replace(/\.$/, '').toLowerCase();
  return plain(a) === plain(b);
}

function serialOf(answers: readonly packet.Answer[], name: string): number | undefined {
  for (const answer of answers) {
    if (answer.type === 'SOA' && isSame(answer.name, name)) return answer.data.serial;
  }
  return undefined;
}

function recordText(answer: packet.Answer): string {
  if (!('data' in answer)) return answer.type;
  if (answer.type === 'SOA') {
    const { mname, rname, serial, refresh, retry, expire, minimum } = answer.data;
    return [dotted(mname), dotted(rname), serial, refresh, retry, expire, minimum].join(' ');
  }
  if (answer.type === 'MX') return `${String(answer.data.preference ?? 0)} ${answer.data.exchange}`;
  if (answer.type === 'TXT') return [answer.data].flat().map(String).join('');
  return typeof answer.data === 'string' ? answer.data : JSON.stringify(answer.data);
}

function dotted(name: string): string {
  return name.endsWith('.') ? name : `${name}.`;
}
