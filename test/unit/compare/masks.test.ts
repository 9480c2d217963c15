// What masks cover, and that nothing else is ever taken for equal.
import { describe, expect, it } from 'vitest';
import { maskedKey, maskedSpans, readMasks, selfOf } from '../../../src/compare/masks.ts';
import { foldMasked } from '../../../src/compare/masked-fold.ts';
import { hostResult } from './fleet.ts';

const self = { names: ['ns1.example.net', 'ns1'], addresses: ['192.0.2.11', '2001:db8::11'] };
const covered = (text: string, list: string): readonly string[] =>
  maskedSpans(text, readMasks(list).masks, self).map(({ start, end }) => text.slice(start, end));

describe('what a mask covers', () => {
  it.each([
    ['host', 'ns1: ns1.example.net, not ns10, ans1, ns1-b or x.ns1', ['ns1', 'ns1.example.net']],
    [
      'address',
      '192.0.2.11:53 and [2001:db8::11], not 192.0.2.110, 1.192.0.2.11, 192.0.2.11.5 or 2001:db8::11:1',
      ['192.0.2.11', '2001:db8::11'],
    ],
    ['address', 'listens on 192.0.2.11 and 192.0.2.12', ['192.0.2.11']],
    ['pid', 'pid 720, PID: 33, named[81]: up, 5 of 7, x[1', ['720', '33', '81']],
    ['inode', 'inode 23583, inode: 2, 17 inodes', ['23583', '2']],
    ['serial', 'serial 2026112801 and Serial number: 7; 8 zones', ['2026112801', '7']],
    [
      'time',
      'at 2026-11-28T19:00:11.5Z, Sat Nov 28 19:00:11 UTC 2026, 28-Nov-2026 19:00:11.123, Nov  8  2025, 07:01:59',
      [
        '2026-11-28T19:00:11.5Z',
        'Sat Nov 28 19:00:11 UTC 2026',
        '28-Nov-2026 19:00:11.123',
        'Nov  8  2025',
        '07:01:59',
      ],
    ],
    ['time', 'mac 00:11:22:33:44:55, version 9.18.24, 2026, 12:30 of 40', []],
    ['time', '19:00:11 ERROR', ['19:00:11']],
    ['port #', 'port 53, port 9x, port x', ['port 53', 'port 9']],
    ['#', 'a12 b 7', ['12', '7']],
    ['id=*', 'id=a7-b next id= last id=9', ['id=a7-b', 'id=9']],
    ['a*z', 'abz a-z az a z', ['abz', 'a-z']],
    ['usual', 'ns1 pid 3 serial 4', ['ns1', '3']],
  ])('%s in %j', (list, text, expected) => {
    expect(covered(text, list)).toEqual(expected);
  });

  it('takes time in proportion to the text, whatever that is', () => {
    const hostile = 'a'.repeat(30_000);
    const before = process.cpuUsage();
    maskedSpans(hostile, ['a*b*c*d', '*#*#', 'host', 'pid', 'time', 'inode', 'serial'], self);
    maskedSpans('0:'.repeat(100_000), ['time', 'pid', 'address'], self);
    maskedSpans('pid '.repeat(100_000), ['pid', 'inode'], self);
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(3000);
  });

  it('reads a list, and names the words that are no masks', () => {
    expect(readMasks('host, pid,port #,pids,,usual')).toEqual({
      masks: ['host', 'pid', 'port #', 'address', 'time', 'inode'],
      unknown: ['pids'],
    });
  });

  it('recognises a host by its name in the inventory, its own name and its address', () => {
    const facts = new Map([['hostname', 'a.example.net']]);
    expect(selfOf(hostResult('ns1.b', { facts, address: '192.0.2.1' }))).toEqual({
      names: ['ns1.b', 'ns1', 'a.example.net', 'a'],
      addresses: ['192.0.2.1'],
    });
  });
});

describe('folding', () => {
  const entry = (host: string, value: string | undefined, list: string) => ({
    ...{ host, value, masks: readMasks(list).masks },
    self: { names: [host], addresses: [] },
  });

  it('makes hosts equal apart from what is masked, and names it', () => {
    const entries = [
      entry('ns1', 'I am ns1, pid 7', 'host,pid'),
      entry('ns2', 'I am ns2, pid 7', 'host,pid'),
      entry('ns3', 'I am ns2, pid 7', 'host,pid'),
      entry('ns4', undefined, 'host,pid'),
    ];
    expect(foldMasked(entries)).toEqual([
      { hosts: ['ns1', 'ns2'], value: 'I am ns1, pid 7', masked: ['host name'] },
      { hosts: ['ns3'], value: 'I am ns2, pid 7' },
      { hosts: ['ns4'], value: undefined },
    ]);
  });

  it('distinguishes nothing from an empty text, and the text of a mask from a mask', () => {
    const entries = [
      entry('ns1', '', 'host'),
      entry('ns2', undefined, 'host'),
      entry('ns3', 'ns3', 'host'),
      entry('ns4', '<host>', 'host'),
      entry('ns5', '\0<host\0', 'host'),
    ];
    expect(foldMasked(entries)).toHaveLength(5);
  });
});

/** Numbers that are the same in every run of the test. */
function* numbers(seed: number): Generator<number> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state >>> 8;
  }
}

describe('two hosts that masks make equal', () => {
  const pieces = [
    ...[
      'ns1',
      'ns2',
      'ns10',
      '192.0.2.11',
      '192.0.2.12',
      'pid ',
      'named[',
      ']',
      'inode ',
      'serial ',
      '7',
      '720',
    ],
    ...[
      '2026-11-28',
      'T',
      '19:00:11',
      'Z',
      'Nov 28 ',
      ' ',
      '\n',
      'x',
      '.',
      '-',
      ':',
      '\0',
      '<host',
      'id=',
      '#',
      '*',
    ],
  ];
  const lists = [
    'host',
    'address',
    'pid',
    'time',
    'inode,serial',
    'usual',
    'id=*',
    'x#',
    'usual,id=*,*#',
    '',
  ];

  it('are equal to the character outside of the masked parts', () => {
    const stream = numbers(20_261_128);
    const pick = <T>(from: readonly T[]): T => from[(stream.next().value as number) % from.length] as T;
    let equal = 0;
    for (let turn = 0; turn < 3000; turn += 1) {
      const { masks } = readMasks(pick(lists));
      const said = Array.from({ length: 1 + pick([0, 1, 2, 3, 4]) }, () => pick(pieces));
      const hosts = ['ns1', 'ns2'].map((host, index) => {
        const text = said.map((piece) => (pick([0, 1, 2]) === 0 ? pick(pieces) : piece)).join('');
        const own = { names: [host], addresses: [`192.0.2.1${String(index + 1)}`] };
        return { text, own, spans: maskedSpans(text, masks, own) };
      });
      const [one, two] = hosts;
      if (one === undefined || two === undefined) throw new Error('two hosts');
      const isEqual = maskedKey(one.text, one.spans) === maskedKey(two.text, two.spans);
      if (isEqual && one.text !== two.text) equal += 1;
      // Worked out apart from the key: what is left when the covered parts are cut out, piece by piece.
      expect(isEqual).toBe(JSON.stringify(outside(one)) === JSON.stringify(outside(two)));
    }
    expect(equal).toBeGreaterThan(5);
  });

  function outside({
    text,
    spans,
  }: {
    readonly text: string;
    readonly spans: ReturnType<typeof maskedSpans>;
  }) {
    const cuts = [0, ...spans.flatMap(({ start, end }) => [start, end]), text.length];
    const rest = cuts.flatMap((at, index) => (index % 2 === 0 ? [text.slice(at, cuts[index + 1])] : []));
    return { rest, masks: spans.map(({ mask }) => mask) };
  }

  it('has masks that cover only what they are for', () => {
    const shapes: Readonly<Record<string, RegExp>> = {
      host: /^ns1$/i,
      address: /^192\.0\.2\.11$/,
      pid: /^\d+$/,
      inode: /^\d+$/,
      serial: /^\d+$/,
      time: /^[\dTZ:.,+ -]*([A-Z][a-z]{2}[\dTZ:.,+ -]+)?$/,
    };
    const stream = numbers(7);
    for (let turn = 0; turn < 3000; turn += 1) {
      const text = Array.from(
        { length: 8 },
        () => pieces[(stream.next().value as number) % pieces.length],
      ).join('');
      const own = { names: ['ns1'], addresses: ['192.0.2.11'] };
      for (const { start, end, mask } of maskedSpans(text, Object.keys(shapes), own))
        expect(text.slice(start, end)).toMatch(shapes[mask] ?? /never/);
    }
  });
});
