// Messages as bytes: what a hostile or broken server may send never throws, and never passes for an answer.
import packet from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DnsQuestion, encodeQuestion, readMessage } from '../../../src/probe/message.ts';
import { answerTo, soa } from '../../contract/probe/dns-server.ts';

const question: DnsQuestion = { name: 'example.net', type: 'SOA', class: 'IN', recursionDesired: false };
const asked = {
  transport: 'udp',
  name: 'Example.NET',
  type: 'SOA',
  class: 'IN',
  recursionDesired: false,
  id: 7,
} as const;

describe('readMessage', () => {
  it('recognises the question and the zone in other letter cases', () => {
    expect(readMessage(answerTo(asked, [soa('EXAMPLE.net', 3)]), 7, question)).toMatchObject({
      kind: 'answer',
      serial: 3,
    });
  });

  it('does not accept a question as an answer', () => {
    expect(readMessage(encodeQuestion(7, question), 7, question)).toEqual({ kind: 'foreign' });
  });

  it('accepts a refusal without the question, but no answer without it', () => {
    const bare = (rcode: number): Buffer => packet.encode({ type: 'response', id: 7, flags: rcode });
    expect(readMessage(bare(1), 7, question)).toMatchObject({ kind: 'answer', rcode: 'FORMERR' });
    expect(readMessage(bare(0), 7, question)).toEqual({ kind: 'foreign' });
  });

  it('ignores the SOA record of another zone', () => {
    const message = answerTo(asked, [soa('example.org', 3)]);
    expect(readMessage(message, 7, question)).toMatchObject({ kind: 'answer', serial: undefined });
  });

  it('gives records as people write them', () => {
    const message = answerTo(asked, [
      { name: 'example.net', type: 'A', data: '192.0.2.1' },
      { name: 'example.net', type: 'MX', data: { preference: 10, exchange: 'mail.example.net' } },
      { name: 'example.net', type: 'TXT', data: ['a b', 'c'] },
      {
        name: '.',
        type: 'SOA',
        data: { mname: '.', rname: '.', serial: 1, refresh: 2, retry: 3, expire: 4, minimum: 5 },
      },
    ]);
    expect(readMessage(message, 7, question)).toMatchObject({
      records: ['192.0.2.1', '10 mail.example.net', 'a bc', '. . 1 2 3 4 5'],
    });
  });

  it('never throws, and accepts no message with another id', () => {
    const whole = answerTo(asked, [soa('example.net', 3)]);
    const broken = fc.tuple(
      fc.nat(whole.length),
      fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 6 }),
    );
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 80 }), broken), (drawn) => {
        const bytes = drawn instanceof Uint8Array ? drawn : Uint8Array.from(whole);
        if (!(drawn instanceof Uint8Array)) for (const [at, value] of drawn[1]) bytes[at] = value;
        const cut = drawn instanceof Uint8Array ? bytes : bytes.subarray(0, drawn[0]);
        const { kind } = readMessage(cut, 7, question);
        expect(['answer', 'truncated', 'foreign', 'unreadable']).toContain(kind);
        if (cut.length < 2 || cut[0] !== 0 || cut[1] !== 7) expect(kind).toBe('foreign');
      }),
      { numRuns: 2000 },
    );
  });
});
