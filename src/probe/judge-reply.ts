// What a reply means for a probe: it holds, or the reason why not; and the serials that hosts serve.
import type { ServedSerial } from '../model/index.ts';
import type { DnsReply } from './dns.ts';
import type { ProbeQuestion } from './questions.ts';

/** A question with what came back, and the reason why the probe does not hold; empty when it does. */
export interface JudgedReply {
  readonly question: ProbeQuestion;
  readonly reply: DnsReply;
  readonly problem: string;
}

/** Answers may be long, and a reader of the report did not ask for all of it. */
const maxTextLength = 200;

/** Judges one reply by its probe. */
export function judgeReply(question: ProbeQuestion, reply: DnsReply): JudgedReply {
  return { question, reply, problem: problemOf(question, reply) };
}

function problemOf({ probe, query }: ProbeQuestion, reply: DnsReply): string {
  if (reply.kind === 'silence') return reply.problem;
  const { rcodes, authoritative, expect } = probe.dns;
  if (!rcodes.some((rcode) => rcode === reply.rcode)) {
    return `${reply.rcode} instead of ${rcodes.join(' or ')}${whatCame(reply.records)}`;
  }
  if (authoritative !== undefined && reply.authoritative !== authoritative) {
    return authoritative ? 'not authoritative' : 'authoritative';
  }
  if (probe.converge !== undefined && reply.serial === undefined) return `no SOA record of ${query.name}`;
  if (expect === undefined) {
    return reply.rcode === 'NOERROR' && reply.records.length === 0 ? 'an empty answer' : '';
  }
  const pattern = new RegExp(expect, 'u');
  const texts = reply.records.length === 0 ? [''] : reply.records;
  if (texts.some((text) => pattern.test(text))) return '';
  return `${shortened(texts.join(', ')) || 'an empty answer'} does not match ${expect}`;
}

function whatCame(records: readonly string[]): string {
  return records.length === 0 ? '' : `: ${shortened(records.join(', '))}`;
}

function shortened(text: string): string {
  return text.length <= maxTextLength ? text : `${text.slice(0, maxTextLength)}...`;
}

/** What the serial comparison of a question is called, the same on every host. */
export function serialKey({ probe, query }: ProbeQuestion): string {
  return `probe ${probe.id}: serial of ${query.name}`;
}

/** The serials of the zones that hosts speak for, as far as probes want them to converge. */
export function servedSerials(judged: readonly JudgedReply[]): readonly ServedSerial[] {
  return judged.flatMap(({ question, reply }) => {
    if (question.probe.converge === undefined || reply.kind === 'silence') return [];
    // A server that only knows the zone from somebody else does not serve it.
    if (reply.serial === undefined || !reply.authoritative) return [];
    return [{ key: serialKey(question), host: question.host, serial: reply.serial }];
  });
}
