// The scheduler: bounds, waves, budgets, the keep-serving rule, and a result for every host asked for.
import { describe, expect, it } from 'vitest';
import type { RunFact } from '../../../src/model/events.ts';
import type { HostOutcome } from '../../../src/model/result.ts';
import type { FleetHost, HostRun } from '../../../src/run/index.ts';
import { runFleet } from '../../../src/run/index.ts';
import { planWaves, type Strategy } from '../../../src/schedule/index.ts';

const free: Strategy = { concurrency: 3, waves: [], failureBudget: undefined, keepServing: undefined };
const never = new AbortController().signal;
const noStops = { stop: never, cancel: never, abandon: never };

function hostRun(outcome: HostOutcome): HostRun {
  return { outcome, reason: '' };
}

/** Hosts h1..hN that end a turn of the event loop later; notes who ran, and how many at most at a time. */
function hosts(count: number, outcomes: Readonly<Record<string, HostOutcome>> = {}) {
  const log = { order: [] as string[], running: 0, most: 0, finished: [] as string[] };
  const list = Array.from({ length: count }, (_, index): FleetHost => {
    const host = `h${String(index + 1)}`;
    return {
      host,
      run: async () => {
        log.order.push(host);
        log.most = Math.max(log.most, ++log.running);
        await new Promise((resolve) => setImmediate(resolve));
        log.running--;
        log.finished.push(host);
        return hostRun(outcomes[host] ?? 'ok');
      },
    };
  });
  return { log, list };
}

const outcomesOf = (runs: readonly HostRun[]): string[] =>
  runs.map(({ outcome }, index) => `h${String(index + 1)} ${outcome}`);

describe('runFleet', () => {
  it('works on no more hosts at a time than it may, and gives results in the order asked', async () => {
    const { log, list } = hosts(10, { h4: 'failed' });
    const runs = await runFleet(list, free, noStops, () => undefined);
    expect(log.most).toBe(3);
    expect(outcomesOf(runs)).toEqual(list.map(({ host }) => `${host} ${host === 'h4' ? 'failed' : 'ok'}`));
  });

  it('begins a wave only when the one before has ended', async () => {
    const { log, list } = hosts(6);
    await runFleet(list, { ...free, waves: [1, 2] }, noStops, () => undefined);
    expect(log.order).toEqual(['h1', 'h2', 'h3', 'h4', 'h5', 'h6']);
    expect(log.most).toBe(2);
  });

  it('starts no more hosts if failures exceed the budget, and says so for each', async () => {
    const { log, list } = hosts(5, { h1: 'failed', h2: 'unknown' });
    const events: RunFact[] = [];
    const strategy = { ...free, concurrency: 1, failureBudget: 1 };
    const runs = await runFleet(list, strategy, noStops, (event) => events.push(event));
    expect(log.order).toEqual(['h1', 'h2']);
    expect(outcomesOf(runs)).toEqual(['h1 failed', 'h2 unknown', 'h3 skipped', 'h4 skipped', 'h5 skipped']);
    expect(runs[4]?.reason).toContain('budget is 1');
    expect(events.filter(({ type }) => type === 'host-ended')).toHaveLength(3);
  });

  it('does not count unreachable hosts as failures', async () => {
    const { log, list } = hosts(4, { h1: 'unreachable', h2: 'unreachable' });
    await runFleet(list, { ...free, concurrency: 1, failureBudget: 0 }, noStops, () => undefined);
    expect(log.order).toHaveLength(4);
  });

  it('does not count a host on which nothing was begun, neither as failed nor as down', async () => {
    const { log, list } = hosts(4);
    const untouched = list.map(({ host, run }): FleetHost => {
      const one = async (): Promise<HostRun> => ({
        ...(await run()),
        ...hostRun('failed'),
        isUntouched: true,
      });
      return { host, run: one };
    });
    const keepServing = { hosts: new Set(['h1', 'h2', 'h3', 'h4']), min: 3 };
    const runs = await runFleet(
      untouched,
      { ...free, failureBudget: 0, keepServing },
      noStops,
      () => undefined,
    );
    expect(log.order).toHaveLength(4);
    expect(outcomesOf(runs)).toEqual(['h1 failed', 'h2 failed', 'h3 failed', 'h4 failed']);
  });

  it('leaves as many hosts of the group untouched as must serve', async () => {
    const { log, list } = hosts(4);
    const keepServing = { hosts: new Set(['h1', 'h2', 'h3', 'h4']), min: 3 };
    await runFleet(list, { ...free, keepServing }, noStops, () => undefined);
    expect(log.most).toBe(1);
    expect(log.finished).toHaveLength(4);
  });

  it('counts a failed host of the group as down', async () => {
    const { log, list } = hosts(4, { h1: 'failed' });
    const keepServing = { hosts: new Set(['h1', 'h2', 'h3', 'h4']), min: 3 };
    const runs = await runFleet(list, { ...free, keepServing }, noStops, () => undefined);
    expect(log.order).toEqual(['h1']);
    expect(outcomesOf(runs).slice(1)).toEqual(['h2 skipped', 'h3 skipped', 'h4 skipped']);
  });

  it('begins no host after a stop, and still has a result for each', async () => {
    const stop = new AbortController();
    const { log, list } = hosts(4);
    const first = list[0];
    const stopping = { host: 'h1', run: async () => (stop.abort(), await (first as FleetHost).run()) };
    const signals = { ...noStops, stop: stop.signal };
    const runs = await runFleet(
      [stopping, ...list.slice(1)],
      { ...free, concurrency: 1 },
      signals,
      () => undefined,
    );
    expect(log.order).toEqual(['h1']);
    expect(outcomesOf(runs)).toEqual(['h1 ok', 'h2 skipped', 'h3 skipped', 'h4 skipped']);
  });
});

describe('planWaves', () => {
  it.each([
    [[], [[1, 2, 3, 4, 5]]],
    [[1], [[1], [2], [3], [4], [5]]],
    [
      [1, 3],
      [[1], [2, 3, 4], [5]],
    ],
    [[9], [[1, 2, 3, 4, 5]]],
  ])('splits five hosts by %j', (sizes, waves) => {
    expect(planWaves([1, 2, 3, 4, 5], sizes)).toEqual(waves);
  });
});
