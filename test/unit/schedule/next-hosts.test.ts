// The schedule, played through with any fleet, strategy, order of endings and moment of a stop: what is always true.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  beginSchedule,
  hostEnded,
  nextHosts,
  planWaves,
  type Strategy,
} from '../../../src/schedule/index.ts';

const free: Strategy = { concurrency: 3, waves: [], failureBudget: undefined, keepServing: undefined };

/** One run over a fleet: how it goes is decided by these, not by chance. */
interface Story {
  readonly hosts: readonly string[];
  readonly strategy: Strategy;
  /** Hosts that are lost at their end. */
  readonly losses: ReadonlySet<string>;
  /** Which of those at work ends next; used in a circle. */
  readonly order: readonly number[];
  /** After so many endings no host is to begin any more. */
  readonly stopAfter: number;
}

/** The state at one moment: the hosts that were active, that had begun and ended, and that were never to begin. */
interface Moment {
  readonly atWork: readonly string[];
  readonly begun: readonly string[];
  readonly started: readonly string[];
  readonly ended: readonly string[];
  readonly skipped: readonly string[];
  readonly lost: readonly string[];
  readonly isStopped: boolean;
}

function play({ hosts, strategy, losses, order, stopAfter }: Story): readonly Moment[] {
  const moments: Moment[] = [];
  const [begun, ended, skipped]: [string[], string[], string[]] = [[], [], []];
  let schedule = beginSchedule(hosts, strategy);
  for (let turns = 0; turns <= hosts.length; turns++) {
    const isStopped = ended.length >= stopAfter;
    const turn = nextHosts(schedule, isStopped);
    begun.push(...turn.start);
    skipped.push(...turn.skip.map(({ host }) => host));
    const atWork = [...turn.schedule.atWork];
    const lost = ended.filter((host) => losses.has(host));
    moments.push({
      ...{ atWork, begun: [...begun], started: turn.start, ended: [...ended] },
      ...{ skipped: [...skipped], lost, isStopped },
    });
    if (atWork.length === 0) return moments;
    const host = atWork[(order[turns % order.length] ?? 0) % atWork.length] ?? '';
    ended.push(host);
    schedule = hostEnded(turn.schedule, host, losses.has(host));
  }
  throw new Error('it does not end');
}

const count = fc.integer({ min: 0, max: 25 });
const stories: fc.Arbitrary<Story> = count.chain((number) => {
  const hosts = Array.from({ length: number }, (_, index) => `h${String(index + 1)}`);
  // A kept group may have members that are not asked for, as behind --limit.
  const group = fc.subarray([...hosts, 'elsewhere1', 'elsewhere2']).map((members) => new Set(members));
  const strategy: fc.Arbitrary<Strategy> = fc.record({
    concurrency: fc.integer({ min: 1, max: 6 }),
    waves: fc.array(fc.integer({ min: 1, max: 8 }), { maxLength: 4 }),
    failureBudget: fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined }),
    keepServing: fc.option(fc.record({ hosts: group, min: fc.integer({ min: 0, max: 12 }) }), {
      nil: undefined,
    }),
  });
  return fc.record({
    hosts: fc.constant(hosts),
    strategy,
    losses: fc.subarray(hosts).map((lost) => new Set(lost)),
    order: fc.array(fc.nat({ max: 5 }), { minLength: 1, maxLength: 10 }),
    stopAfter: fc.oneof(fc.constant(Infinity), fc.integer({ min: 0, max: 25 })),
  });
});

/** Holds for every moment of every story. */
function always(holds: (moment: Moment, story: Story) => void): void {
  fc.assert(
    fc.property(stories, (story) => {
      for (const moment of play(story)) holds(moment, story);
    }),
    { numRuns: 500 },
  );
}

describe('a schedule', () => {
  it('ends, with every host once among the started or the skipped', () => {
    fc.assert(
      fc.property(stories, (story) => {
        const last = play(story).at(-1);
        expect([...(last?.begun ?? []), ...(last?.skipped ?? [])].toSorted()).toEqual(story.hosts.toSorted());
        expect(last?.ended.toSorted()).toEqual(last?.begun.toSorted());
      }),
      { numRuns: 500 },
    );
  });

  it('never has more active hosts than it may', () => {
    always(({ atWork }, { strategy }) => {
      expect(atWork.length).toBeLessThanOrEqual(strategy.concurrency);
    });
  });

  it('never leaves fewer hosts of the kept group untouched or healthy than the rule says, unless there were fewer', () => {
    always(({ atWork, started, lost }, { strategy }) => {
      const { hosts, min } = strategy.keepServing ?? { hosts: new Set<string>(), min: 0 };
      const away = [...atWork, ...lost].filter((host) => hosts.has(host)).length;
      if (started.some((host) => hosts.has(host))) expect(hosts.size - away).toBeGreaterThanOrEqual(min);
      else expect(away === 0 || hosts.size - away >= min).toBe(true);
    });
  });

  it('begins no wave before the one before has ended', () => {
    always(({ started, ended, skipped }, { hosts, strategy }) => {
      const waves = planWaves(hosts, strategy.waves);
      for (const host of started) {
        const before = waves
          .slice(
            0,
            waves.findIndex((wave) => wave.includes(host)),
          )
          .flat();
        expect(before.filter((each) => !ended.includes(each) && !skipped.includes(each))).toEqual([]);
      }
    });
  });

  it('begins no host after the budget is exceeded, nor after a stop', () => {
    always(({ started, lost, isStopped }, { strategy }) => {
      if (isStopped || lost.length > (strategy.failureBudget ?? Infinity)) expect(started).toEqual([]);
    });
  });

  it('skips no host without a reason: all begin if nothing is lost, stopped or kept', () => {
    always(({ skipped, lost, isStopped }, { strategy }) => {
      const isFree = lost.length === 0 && !isStopped && strategy.keepServing === undefined;
      if (isFree) expect(skipped).toEqual([]);
    });
  });

  it('leaves no place empty: a host that waits in the wave waits for a place or for the kept group', () => {
    fc.assert(
      fc.property(stories, (story) => {
        const { hosts, strategy } = { ...story, strategy: { ...story.strategy, keepServing: undefined } };
        for (const { atWork, begun, skipped } of play({ ...story, strategy })) {
          const waves = planWaves(hosts, strategy.waves);
          const wave = waves.find((members) => members.some((host) => atWork.includes(host))) ?? [];
          const waiting = wave.filter((host) => !begun.includes(host) && !skipped.includes(host));
          if (waiting.length > 0) expect(atWork.length).toBe(strategy.concurrency);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('starts hosts in the given order, and skips those that must wait for the kept group', () => {
    const hosts = ['k1', 'k2', 'f1', 'f2'];
    const keepServing = { hosts: new Set(['k1', 'k2']), min: 1 };
    const turn = nextHosts(beginSchedule(hosts, { ...free, keepServing }), false);
    expect(turn.start).toEqual(['k1', 'f1', 'f2']);
    expect(nextHosts(hostEnded(turn.schedule, 'f1', false), false).start).toEqual([]);
    expect(nextHosts(hostEnded(turn.schedule, 'k1', false), false).start).toEqual(['k2']);
  });

  it('counts hosts of both kinds together for its limit', () => {
    const hosts = ['k1', 'k2', 'f1', 'f2'];
    const keepServing = { hosts: new Set(['k1', 'k2']), min: 0 };
    const { start } = nextHosts(beginSchedule(hosts, { ...free, concurrency: 2, keepServing }), false);
    expect(start).toEqual(['k1', 'k2']);
  });

  it('says why a host never begins', () => {
    const keepServing = { hosts: new Set(['h1', 'h2']), min: 1 };
    const reasons = (strategy: Strategy, isStopped: boolean): readonly string[] => {
      const { schedule } = nextHosts(beginSchedule(['h1', 'h2'], { ...strategy, concurrency: 1 }), false);
      const { skip } = nextHosts(hostEnded(schedule, 'h1', true), isStopped);
      return skip.map(({ host, reason }) => `${host}: ${reason}`);
    };
    expect(reasons({ ...free, keepServing }, true)).toEqual([
      'h2: keep_serving: 1 hosts of the group must stay untouched',
    ]);
    expect(reasons({ ...free, failureBudget: 0 }, true)).toEqual([
      'h2: the run was interrupted before this host was started',
    ]);
    expect(reasons({ ...free, failureBudget: 0 }, false)).toEqual([
      'h2: 1 hosts failed, and the budget is 0',
    ]);
  });

  it('handles ten thousand waves that never begin', () => {
    const hosts = Array.from({ length: 10_000 }, (_, index) => `h${String(index)}`);
    const { skip, start } = nextHosts(beginSchedule(hosts, { ...free, waves: [1] }), true);
    expect([skip.length, start.length]).toEqual([10_000, 0]);
  });
});
