// The limits of a link's waits, on a clock that the test moves.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LinkWatch, WaitOver } from '../../../src/run/link-watch.ts';
import type { HostConnection } from '../../../src/transport/index.ts';

const host: HostConnection = {
  name: 'ns1',
  address: '192.0.2.1',
  port: 22,
  user: 'root',
  knownHosts: ['x'],
  agent: false,
  become: 'none',
  connectTimeoutMs: 10_000,
  legacyAlgorithms: false,
};

/** A watch, and how it came to its end. */
function watched(limits: Partial<HostConnection> = {}) {
  const watch = new LinkWatch({ ...host, ...limits });
  const ends: unknown[] = [];
  watch.over.catch((error: unknown) => ends.push(error));
  return { watch, ends };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('a link', () => {
  it.each([
    ['30 s for ready', {}, 'ready', 30_000, () => undefined],
    ['ready_timeout for ready', { readyTimeoutMs: 7000 }, 'ready', 7000, () => undefined],
    [
      '60 s for the next frame',
      {},
      'next frame',
      60_000,
      (watch: LinkWatch) => {
        watch.heard();
      },
    ],
    [
      'silence_timeout for it',
      { silenceTimeoutMs: 20_000 },
      'next frame',
      20_000,
      (watch: LinkWatch) => {
        watch.heard();
      },
    ],
    [
      '5 s for the end of the channel',
      {},
      'close',
      5000,
      (watch: LinkWatch) => {
        watch.heardLast();
      },
    ],
  ] as const)('waits %s', async (_what, limits, wait, limitMs, before) => {
    const { watch, ends } = watched(limits);
    before(watch);
    await vi.advanceTimersByTimeAsync(limitMs - 1);
    expect(ends).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(ends).toEqual([expect.any(WaitOver)]);
    expect(ends[0]).toMatchObject({ wait, limitMs });
    expect(watch.isOver).toBe(true);
  });

  it('gets its full time again with each sign of life, but not after the last frame', async () => {
    const { watch, ends } = watched();
    for (let sign = 0; sign < 5; sign++) {
      watch.heard();
      await vi.advanceTimersByTimeAsync(59_999);
    }
    watch.heardLast();
    await vi.advanceTimersByTimeAsync(4000);
    watch.heard();
    watch.heardLast();
    expect(ends).toEqual([]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(ends).toMatchObject([{ wait: 'close' }]);
  });

  it('is not called silent because this process was stopped', async () => {
    const { watch, ends } = watched({ readyTimeoutMs: 1000 });
    const now = vi.spyOn(performance, 'now').mockReturnValue(3_600_000);
    await vi.advanceTimersByTimeAsync(1000);
    expect(ends).toEqual([]);
    now.mockRestore();
    watch.stop();
  });

  it('leaves no timer when it is stopped, whatever arrives then', () => {
    const { watch } = watched();
    watch.stop();
    watch.heard();
    watch.heardLast();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('time for work on received data', () => {
  it('does not count as silence of the host', () => {
    const { watch } = watched({ readyTimeoutMs: 1000 });
    vi.advanceTimersByTime(400);
    watch.busy();
    vi.advanceTimersByTime(500);
    watch.idle();
    vi.advanceTimersByTime(599);
    expect(watch.isOver).toBe(false);
    vi.advanceTimersByTime(2);
    expect(watch.isOver).toBe(true);
  });

  it('is followed by the rest of the wait, and not by a new one', () => {
    const { watch } = watched({ readyTimeoutMs: 1000 });
    for (let turn = 0; turn < 100; turn++) {
      watch.busy();
      vi.advanceTimersByTime(5);
      watch.idle();
      vi.advanceTimersByTime(5);
    }
    expect(watch.isOver).toBe(false);
    vi.advanceTimersByTime(501);
    expect(watch.isOver).toBe(true);
  });
});
