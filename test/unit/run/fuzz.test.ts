// A fuzzer of everything that reads a host: streams that keep to the grammar, streams that do so but for some bytes, and
// any bytes, in any split. MUSTER_FUZZ_CASES says how many cases; MUSTER_FUZZ_SEED repeats a run (its seed is in the names).
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../src/model/events.ts';
import { FrameParser, hostBounds, LineSplitter, parseHostLine } from '../../../src/protocol/index.ts';
import type { Frame } from '../../../src/protocol/index.ts';
import { stringifyJson, toJson } from '../../../src/report/index.ts';
import type { HostResult } from '../../../src/model/result.ts';
import { turnWork } from '../../../src/run/turns.ts';
import { events, ready, runLone, speaking } from '../../support/lone-host.ts';
import { runResult } from '../report/renderers.ts';

const cases = Number(process.env['MUSTER_FUZZ_CASES'] ?? 10_000);
const seed = Number(process.env['MUSTER_FUZZ_SEED'] ?? Date.now() % 2 ** 31);
const share = (part: number) => ({ numRuns: Math.ceil(cases * part), seed });
const patience = { timeout: 60_000 + cases * 3 };
const secret = 'c0rrect horse';

// Words that mean something somewhere, and some that must not.
const word = fc.oneof(
  fc.constantFrom(
    '',
    'ok',
    'bad',
    'changed',
    'failed',
    'one',
    'two',
    '0',
    '1',
    '7',
    '-1',
    '1e9',
    '9999999999',
  ),
  fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
    '\\n',
    '\\0174',
    '\\',
    '\u001b[2J',
    '\ufeff',
    secret,
  ),
  fc.constantFrom(
    'x'.repeat(70),
    '%63%30',
    'secret "',
    '-----BEGIN PRIVATE KEY-----',
    'Private-key-format: v1',
    '$a$',
    '-y k:',
  ),
  fc.string({ maxLength: 12 }),
);
const kind = fc.constantFrom(
  ...[
    'begin',
    'fact',
    'step',
    'res',
    'd',
    'check',
    'obs',
    'notice',
    'end',
    'receipt',
    'other',
    'wait',
    'proof',
    'exit',
    'fin',
  ],
  '__proto__',
);
const eventLine = fc
  .tuple(kind, fc.array(word, { maxLength: 8 }))
  .map(([first, fields]) => `${[first, ...fields].join('|')}\n`.replaceAll('\n', ''));
const goodLine = fc.oneof(
  word.map((value) => `obs|k|${value.replaceAll(/[|\\\n]/g, '')}`),
  fc.nat(3).map((index) => `step|s${index}|${index}`),
  fc.nat(3).map((index) => `end|s${index}|ok|1|`),
  fc.constantFrom('res|ok|file|/f||0', 'res|change|file|/f|why|0', 'd|+x', 'd|-secret "abcdefghijklmnop1=";'),
);

/** What a host does next; logs grow from where they are, unless it says so wrongly. */
const move = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      log: fc.constant('000.ev'),
      lines: fc.array(fc.oneof(goodLine, eventLine), { maxLength: 5 }),
      by: fc.constant(0),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      log: fc.constantFrom('001.out', '001.err', '000.err', '002.out'),
      lines: fc.array(word, { maxLength: 4 }),
      by: fc.constant(0),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      log: fc.constantFrom('000.ev', '001.out', '001.ev', '999999.out', 'x'),
      lines: fc.array(word, { maxLength: 2 }),
      by: fc.integer({ min: -2, max: 2 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '@N beat\n',
      '@N cut 001.out 99\n',
      '@N done\n',
      '@N died\n',
      '@N fail no room\n',
      ready,
      '@M done\n',
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '@N 000.ev 0 0\n\n',
      '@N 001.out 0 -1\n',
      '@N 000.ev 0 999999999\n',
      '@N hello\n',
      '@N ',
      'Welcome\n',
      'prompt> ',
      '\0\n',
    ),
  },
);

function written(moves: readonly (string | { log: string; lines: readonly string[]; by: number })[]): Buffer {
  const offsets = new Map<string, number>();
  const texts = moves.map((next) => {
    if (typeof next === 'string') return next;
    const payload = Buffer.from(next.lines.map((line) => `${line}\n`).join(''));
    const offset = offsets.get(next.log) ?? 0;
    offsets.set(next.log, offset + payload.length);
    return Buffer.concat([
      Buffer.from(`@N ${next.log} ${offset + next.by} ${payload.length}\n`),
      payload,
      Buffer.from('\n'),
    ]);
  });
  return Buffer.concat(texts.map((text) => Buffer.from(text)));
}

/** Bytes that are put in the place of others: none are added, or some go, or some are there twice. */
const mutation = fc.record({ at: fc.nat(), remove: fc.nat(3), insert: fc.uint8Array({ maxLength: 3 }) });
type Mutation = { readonly at: number; readonly remove: number; readonly insert: Uint8Array };

function mutated(stream: Buffer, mutations: readonly Mutation[]): Buffer {
  return mutations.reduce((bytes, { at, remove, insert }) => {
    const place = bytes.length === 0 ? 0 : at % bytes.length;
    return Buffer.concat([bytes.subarray(0, place), insert, bytes.subarray(place + remove)]);
  }, stream);
}

const stream = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .array(move, { maxLength: 10 })
      .map((moves) => Buffer.concat([Buffer.from(ready), written(moves), Buffer.from('@N done\n')])),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.array(move, { maxLength: 8 }), fc.array(mutation, { minLength: 1, maxLength: 3 }))
      .map(([moves, mutations]) => mutated(Buffer.concat([Buffer.from(ready), written(moves)]), mutations)),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
);
const sizes = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 6 });

function* split(bytes: Buffer, by: readonly number[]): Generator<Buffer> {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = by[turn % by.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

/** Frames as values, with the payload of each log joined as long as nothing else comes between. */
function framesOf(bytes: Buffer, by: readonly number[]): readonly string[] {
  const parser = new FrameParser('N');
  const shown: string[] = [];
  let before: Frame | undefined;
  for (const piece of split(bytes, by)) {
    for (const next of parser.push(piece)) {
      if (next.type !== 'data') shown.push(JSON.stringify(next));
      else if (
        before?.type === 'data' &&
        before.log === next.log &&
        before.offset + before.bytes.length === next.offset
      )
        shown.push(`${shown.pop() ?? ''}${Buffer.from(next.bytes).toString('latin1')}`);
      else shown.push(`${next.log} ${next.offset} ${Buffer.from(next.bytes).toString('latin1')}`);
      before = next;
    }
  }
  expect(parser.unfinished.length).toBeLessThanOrEqual(hostBounds.headerBytes.limit);
  return shown;
}

/** How much text and how many things a result holds. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 1;
  const parts = value instanceof Map ? [...(value as Map<unknown, unknown>)].flat() : Object.values(value);
  return parts.reduce((sum: number, part) => sum + sizeOf(part), 1);
}

describe('any bytes', () => {
  it(`are the same frames in any pieces (seed ${seed})`, patience, () => {
    fc.assert(
      fc.property(stream, sizes, (bytes, by) => {
        const whole = framesOf(bytes, [bytes.length + 1]);
        expect(framesOf(bytes, by)).toEqual(whole);
        const at = whole.findIndex((shown) => shown.startsWith('{"type":"broken"'));
        expect(at === -1 || at === whole.length - 1).toBe(true);
      }),
      share(0.3),
    );
  });

  it(`are the same lines in any pieces, and each is an event or none (seed ${seed})`, patience, () => {
    const text = fc.oneof(
      fc.array(eventLine, { maxLength: 6 }).map((all) => Buffer.from(`${all.join('\n')}\n`)),
      fc
        .tuple(fc.array(eventLine, { maxLength: 6 }), fc.array(mutation, { maxLength: 4 }))
        .map(([all, by]) => mutated(Buffer.from(`${all.join('\n')}\n`), by)),
      fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
    );
    fc.assert(
      fc.property(text, sizes, (bytes, by) => {
        const splitter = new LineSplitter();
        const lines = [...split(bytes, by)].flatMap((piece) => splitter.push(piece));
        expect(lines).toEqual(new LineSplitter().push(bytes));
        for (const line of lines) expect(typeof parseHostLine(line).kind).toBe('string');
      }),
      share(0.3),
    );
  });
});

describe('a host that sends anything', () => {
  const actions = ['plan', 'verify', 'facts', 'exec'] as const;

  it(
    `has one outcome, in a report that is valid and no bigger than what it sent (seed ${seed})`,
    patience,
    async () => {
      await fc.assert(
        fc.asyncProperty(stream, sizes, fc.constantFrom(...actions), async (bytes, by, action) => {
          const seen: RunEvent[] = [];
          const result = await runLone(
            speaking([{ says: split(bytes, by) }]),
            { action, secrets: [secret] },
            (event) => seen.push(event),
          );
          const types = seen.map(({ type }) => type);
          expect(types.filter((type) => type === 'host-finished')).toHaveLength(1);
          expect([types[0], types.at(-1)]).toEqual(['host-started', 'host-finished']);
          expect(['ok', 'changed', 'failed', 'unreachable', 'unknown', 'rolled-back']).toContain(
            result.outcome,
          );
          // Three times: a mask is longer than a short secret, and what cut something says so.
          expect(sizeOf(result)).toBeLessThanOrEqual(3 * bytes.length + 1000);
          expect(reportOf(result)).toMatchObject({ hosts: [{ host: 'ns1', outcome: result.outcome }] });
        }),
        share(0.4),
      );
    },
  );

  it('does not get more work done in one turn of the event loop than its share', async () => {
    let inTurn = 0;
    let most = 0;
    let isOver = false;
    const nextTurn = (): void => {
      inTurn = 0;
      if (!isOver) setImmediate(nextTurn);
    };
    nextTurn();
    const flood = function* (): Generator<string> {
      yield ready;
      for (const piece of events(Array.from({ length: 20_000 }, (_, index) => `obs|k${index}|v`)))
        yield piece;
    };
    await runLone(speaking([{ says: flood() }]), {}, () => {
      inTurn += 1;
      most = Math.max(most, inTurn);
    });
    isOver = true;
    expect(most).toBeGreaterThan(1);
    // This test's own turns begin in the middle of others.
    expect(most).toBeLessThanOrEqual(2 * (turnWork / 64 + 1));
  });

  it(
    'leaves nothing in memory at its end, and before that only a few times what it sent',
    patience,
    async () => {
      setFlagsFromString('--expose-gc');
      const collect = runInNewContext('gc') as () => void;
      const heap = (): number => {
        collect();
        return process.memoryUsage().heapUsed;
      };
      const flood = (): Iterable<string> => [
        ready,
        ...events(
          Array.from({ length: 30_000 }, (_, index) => `obs|${'k'.repeat(40)}${index}|${'v'.repeat(40)}`),
        ),
      ];
      await runLone(speaking([{ says: flood() }]));
      const before = heap();
      for (let turn = 0; turn < 10; turn++) await runLone(speaking([{ says: flood() }]));
      expect(heap() - before).toBeLessThan(4 * 1024 * 1024);
      const kept = await runLone(speaking([{ says: flood() }]));
      expect(kept.observations.size).toBe(hostBounds.observations.limit);
      expect(heap() - before).toBeLessThan(16 * 1024 * 1024);
    },
  );
});

function reportOf(host: HostResult): unknown {
  return JSON.parse(stringifyJson(toJson(runResult('plan', [host]))));
}
