// Every bound of what a host may say: it is in the document, what keeps to it is taken, and one more is not.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hostBounds } from '../../../src/protocol/index.ts';
import { FrameRules } from '../../../src/run/frame-rules.ts';
import type { HostResult } from '../../../src/model/result.ts';
import { linkBounds } from '../../../src/transport/bounds.ts';
import { done, events, frame, ready, runLone, speaking } from '../../support/lone-host.ts';

type Pieces = Iterable<Uint8Array | string>;
type Attack = (limit: number) => Pieces;

const begin = 'begin|r|plan';
const end = 'fin|ok|';
const filler = (size: number): Uint8Array => new Uint8Array(size).fill(0x78);

function* times<T>(count: number, make: (index: number) => T): Generator<T> {
  for (let index = 0; index < count; index++) yield make(index);
}

/** A run whose event log has these lines beside its first and last one. */
function* lines(given: Iterable<string>): Generator<string> {
  function* all(): Generator<string> {
    yield begin;
    yield* given;
    yield end;
  }
  yield ready;
  yield* events(all());
  yield done;
}

/** A run without events, in which something else is said. */
function* beside(given: Pieces): Generator<Uint8Array | string> {
  yield ready;
  yield* given;
  yield* events([begin, end]);
  yield done;
}

/** `count` bytes of noise in lines. */
function* noise(count: number): Generator<Uint8Array> {
  for (let left = count; left > 0; left -= 65_536) yield filler(Math.min(left, 65_536));
  yield Buffer.from('\n');
}

const logAt = (index: number): string => `${String(index + 1).padStart(3, '0')}.out`;
// The lines of a run that are there without any more.
const own = 2;

/** For each bound a run that has just as much of it as it is given. */
const attacks: Readonly<Record<keyof typeof hostBounds, Attack>> = {
  headerBytes: (n) => beside([`@N fail ${'x'.repeat(n - 'fail '.length)}\n`, `@N ${'y'.repeat(n)}\n`]),
  noiseBytes: (n) => beside(noise(n)),
  noiseLines: (n) => times(n, (index) => `line ${index}\n`),
  directory: (n) => [`@N ready /${'d'.repeat(n - 1)}\n`, ...events([begin, end]), done],
  // With a clock of their own, below.
  frames: () => [],
  frameRate: () => [],
  payloadBytes: (n) => [ready, `@N 000.ev 0 ${n}\n`],
  logs: (n) => beside(times(n - 1, (index) => frame(logAt(index), 0, 'x'))),
  output: (n) => beside([frame('001.out', 0, 'x'.repeat(n * 1000))]),
  eventBytes: (n) => {
    const rest = n - begin.length - end.length - own;
    const size = 200_000;
    return lines(times(Math.ceil(rest / size), (at) => 'x'.repeat(Math.min(size, rest - at * size) - 1)));
  },
  events: (n) => lines(times(n - own, () => 'x')),
  lineBytes: (n) => lines([`obs|k|${'v'.repeat(n - 'obs|k|'.length)}`]),
  name: (n) => lines([`obs|${'k'.repeat(n)}|v`]),
  digits: (n) => lines([`proof|${'9'.repeat(n)}|1`]),
  steps: (n) => lines(times(n, (index) => `step|s${index}|${index + 1}`)),
  facts: (n) => lines(times(n, (index) => `fact|k${index}|v`)),
  resources: (n) => lines(times(n, (index) => `res|ok|file|/f${index}||0`)),
  checks: (n) => lines(times(n, (index) => `check|ok|c${index}|`)),
  observations: (n) => lines(times(n, (index) => `obs|k${index}|v`)),
  notices: (n) => lines(times(n, () => 'notice|x')),
  diffLines: (n) => lines(['res|ok|file|/f||0', ...times(n, () => 'd|+x')]),
  diffLine: (n) => lines(['res|change|file|/f||0', `d|+${'x'.repeat(n - 1)}`]),
  keptOutput: (n) => {
    const size = 4_000_000;
    return beside(
      times(Math.ceil(n / size), (at) => frame(logAt(at), 0, 'x'.repeat(Math.min(size, n - at * size)))),
    );
  },
};

/** What shows of a bound over which something is cut, as it is kept, at the bound and over it. */
const kept: Readonly<Partial<Record<keyof typeof hostBounds, (result: HostResult) => unknown>>> = {
  noiseLines: ({ reason }) => reason.match(/line \d/g)?.length,
  lineBytes: ({ observations }) => observations.get('k')?.replace(/^v+/, ''),
  diffLine: ({ resources }) => resources[0]?.diff[0]?.replace(/^\+x+/, ''),
  keptOutput: ({ steps }) => steps.filter(({ cut }) => cut !== undefined).length,
};

const cut: Readonly<Partial<Record<keyof typeof hostBounds, readonly [at: unknown, over: unknown]>>> = {
  noiseLines: [5, 5],
  lineBytes: ['', '... cut here: the line has 262145 bytes'],
  diffLine: ['', '... cut here: the line has 16385 characters'],
  keptOutput: [0, 1],
};

const bounds = Object.keys(hostBounds) as (keyof typeof hostBounds)[];
const broken = bounds.filter((name) => hostBounds[name].over === 'broke' && !name.startsWith('frame'));

async function attacked(name: keyof typeof hostBounds, limit: number): Promise<HostResult> {
  const outputCap = name === 'keptOutput' ? 4_000_000 : 1000;
  return await runLone(speaking([{ says: attacks[name](limit) }]), { outputCap });
}

describe('a bound over which a host breaks the protocol', () => {
  // A header that is too long shows by its nature: what is cut of it cannot be read. A payload of 1 GiB is not sent here.
  const shown = broken.filter((name) => name !== 'headerBytes' && name !== 'payloadBytes');

  it.each(shown)('accepts everything within it: %s', async (name) => {
    const result = await attacked(name, hostBounds[name].limit);
    expect(result).toMatchObject({ outcome: 'ok', reason: '' });
  });

  it.each(broken)('accepts no more of %s', async (name) => {
    const result = await attacked(name, hostBounds[name].limit + 1);
    expect(result.outcome).toBe('failed');
    expect(result.reason).toMatch(/^the host broke the protocol: /);
  });

  it('accepts that many frames at once, and no more', () => {
    const rules = new FrameRules(1000, () => 0);
    expect(rules.tooMuch({ frames: hostBounds.frames.limit, noiseBytes: 0 })).toBeUndefined();
    expect(rules.tooMuch({ frames: 1, noiseBytes: 0 })).toContain('more than 65536 frames came at once');
  });

  it('accepts frames in the long run at its rate, and not above it', () => {
    let ms = 0;
    const { frames, frameRate } = hostBounds;
    const rules = new FrameRules(1000, () => ms);
    const amount = { frames: frameRate.limit, noiseBytes: 0 };
    for (let second = 0; second < 10_000; second++, ms += 1000) expect(rules.tooMuch(amount)).toBeUndefined();
    const hot = { frames: frameRate.limit + 100, noiseBytes: 0 };
    let seconds = 0;
    for (; rules.tooMuch(hot) === undefined; ms += 1000) seconds += 1;
    expect(seconds).toBeLessThanOrEqual(frames.limit / 100);
    expect(seconds).toBeGreaterThan(frames.limit / 100 - 20);
  });
});

describe('a bound over which something is cut', () => {
  it.each(bounds.filter((name) => hostBounds[name].over === 'cut'))('is marked: %s', async (name) => {
    const [at, over] = cut[name] ?? [];
    const { limit } = hostBounds[name];
    expect(kept[name]?.(await attacked(name, limit))).toEqual(at);
    expect(kept[name]?.(await attacked(name, limit + 1))).toEqual(over);
  });
});

describe('the document', () => {
  const text = readFileSync('docs/protocol.md', 'utf8');
  const rows = text
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, what = '', bound = '', , over = '']) => [what, bound, over] as const);

  it.each(Object.values(hostBounds))('has the bound of $what', ({ what, limit, unit, over }) => {
    expect(rows.find(([name]) => name === what)).toEqual([what, shownLimit(limit, unit), over]);
  });

  it.each(Object.values(linkBounds))('has the bound of $what', ({ what, limit, unit }) => {
    expect(rows.find(([name]) => name === what)).toEqual([what, shownLimit(limit, unit), 'broke']);
  });
});

function shownLimit(limit: number, unit: string): string {
  if (unit !== 'bytes') return `${limit.toLocaleString('en')}${unit === 'times' ? '' : ` ${unit}`}`;
  const [size, name] = [
    [1024 ** 3, 'GiB'],
    [1024 ** 2, 'MiB'],
    [1024, 'KiB'],
    [1, 'bytes'],
  ].find(([bytes]) => limit % Number(bytes) === 0) ?? [1, ''];
  return `${limit / Number(size)} ${String(name)}`;
}
