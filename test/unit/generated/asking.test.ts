// What dig prints, read: an answer for each question, in their order.
import { expect, it } from 'vitest';
import { isGood, judgeRounds, parseAnswers } from '../../e2e/generated/asking.ts';
import { Findings, seedLine } from '../../e2e/generated/findings.ts';
import { seedsOf } from '../../e2e/generated/fleet.ts';
import { differences } from '../../e2e/generated/host.ts';
import { isOpen } from '../../e2e/generated/opened.ts';
import type { Question } from '../../e2e/generated/model.ts';

const soa: Question = {
  zone: 'example.net',
  type: 'SOA',
  view: '',
  isRecursive: false,
  transport: 'udp',
  at: '127.0.0.1',
  port: 53,
};

const good = `;; Got answer:
;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 1
;; flags: qr aa; QUERY: 1, ANSWER: 1, AUTHORITY: 0, ADDITIONAL: 1

;; ANSWER SECTION:
example.net.\t\t3600\tIN\tSOA\tns1.example.net. hostmaster.example.net. 2026110100 3600 900 604800 3600
`;
const refused = ';; Got answer:\n;; ->>HEADER<<- opcode: QUERY, status: REFUSED, id: 2\n;; flags: qr;\n';
const nothing =
  ';; communications error to 127.0.0.1#53: connection refused\n;; no servers could be reached\n';
const keys = `;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 3
example.net.\t3600\tIN\tDNSKEY\t257 3 13 bbbb
example.net.\t3600\tIN\tDNSKEY\t256 3 13 aaaa
`;

it('reads status, serial and keys', () => {
  const dnskey = { ...soa, type: 'DNSKEY' } as const;
  const answers = parseAnswers([soa, soa, soa, dnskey], good + refused + nothing + keys);
  expect(answers.map(({ status, serial }) => [status, serial])).toEqual([
    ['NOERROR', 2026110100],
    ['REFUSED', undefined],
    ['nothing', undefined],
    ['NOERROR', undefined],
  ]);
  expect(answers[3]?.keys).toEqual(['256 3 13 aaaa', '257 3 13 bbbb']);
  expect(answers.map(isGood)).toEqual([true, false, false, true]);
});

it('treats an answer without the record as none', () => {
  const [answer] = parseAnswers([soa], ';; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 1\n');
  expect(answer !== undefined && isGood(answer)).toBe(false);
});

it('throws instead of returning an answer to another question', () => {
  expect(() => parseAnswers([soa, soa], good)).toThrow('2 questions, 1 answers');
});

it('puts the worst finding on the line of a seed', () => {
  const findings = new Findings();
  findings.add('late', 'told late');
  findings.addAll('lie', 'behind an apply', ['a is gone', 'b is gone']);
  findings.addAll('touched', 'nothing', []);
  const result = {
    seed: 7,
    name: 'a + b',
    outcome: 'taken',
    reason: '',
    findings: findings.all,
    elapsedMs: 1.2,
  } as const;
  expect(seedLine(result)).toBe('7 LIE 1 ms [a + b] behind an apply: a is gone; b is gone (and 1 more)');
  expect(seedLine({ ...result, findings: [] })).toBe('7 taken 1 ms [a + b]');
});

it('reads numbers and ranges of seeds, and nothing else', () => {
  expect(seedsOf('3,5-7')).toEqual([3, 5, 6, 7]);
  expect(() => seedsOf('1-')).toThrow("MUSTER_SEEDS: '1-'");
});

it('measures the longest time without good answers, and sees a serial that goes back', () => {
  const before = parseAnswers([soa], good);
  const old = good.replace('2026110100', '2026110099');
  const log = `round 100\n${good}round 101\n${nothing}round 102\n${refused}round 104\n${nothing}round 105\n${old}round 106\n${nothing}`;
  expect(judgeRounds(before, [soa], log)).toEqual({
    rounds: 6,
    longestGapS: 3,
    wrong: [
      'during the switch, example.net SOA at 127.0.0.1 port 53 udp: serial 2026110099, before 2026110100',
    ],
  });
});

it('lists what is gone, different and new on a host', () => {
  const before = new Map([
    ['/a', 'x'],
    ['/b', 'y'],
    ['/c', 'z'],
  ]);
  const after = new Map([
    ['/a', 'x'],
    ['/b', 'Y'],
    ['/d', 'w'],
  ]);
  expect(differences(before, after)).toEqual(['/b was y, is Y', '/c is gone', '/d is new']);
  expect(differences(before, after, 'known')).toEqual(['/b was y, is Y', '/c is gone']);
});

it('treats a file as closed by its own mode or by that of a directory above it', () => {
  const modes = new Map([
    ['/etc/private', 0o700],
    ['/etc/private/key', 0o644],
    ['/etc/closed', 0o640],
    ['/etc/open', 0o644],
  ]);
  const paths = ['/etc/private/key', '/etc/closed', '/etc/open', '/etc/nothing'];
  expect(paths.map((path) => isOpen(path, modes))).toEqual([false, false, true, false]);
});
