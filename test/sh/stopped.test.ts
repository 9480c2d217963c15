// Driver, ticker and follower of a run, stopped (SIGSTOP) or killed while a step goes on: who notices, and that the run ends all the
// same, with its time limits, and nothing of it stays on the host.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { LocalRun, LocalRunResult } from '../support/run-local.ts';
import { swapAll, swapFirst } from '../support/swapped.ts';
import { withOwnTmp, type HostWithTmp } from './own-tmp.ts';
import { eventually, isAlive, pidsIn, untilThere } from './processes.ts';
import { complaintsOf, scratchHost } from './scratch.ts';

/** Looks for stopped processes come at every turn, not at every tenth or after half a minute. */
const looks = (path: string, text: string): string =>
  path === 'ticker.sh'
    ? swapFirst(swapFirst(text, 'm__turns % 10', 'm__turns % 1'), 'm__left % 10', 'm__left % 1')
    : path === 'follow.sh'
      ? swapFirst(
          swapFirst(text, '"$m__rounds" -ge 80', '"$m__rounds" -ge 1'),
          'm__rounds % 20',
          'm__rounds % 2',
        )
      : text;

/** Says where it works, and goes on until it is let. */
const held = {
  one: `state() { sleep 300 & echo $! >"$root/left"; echo "$m_work" >"$root/work"; ${untilThere('$root/go')}; file "$root/f" --content x; }`,
};

interface HeldRun {
  readonly there: HostWithTmp;
  readonly run: Promise<LocalRunResult>;
  /** The process of this name, once the step goes on. */
  pid(name: 'driver' | 'ticker' | 'follower'): number;
  signal(name: 'driver' | 'ticker' | 'follower', signal: NodeJS.Signals): number;
}

async function startHeld(action: 'apply' | 'plan', more: Partial<LocalRun> = {}): Promise<HeldRun> {
  const there = withOwnTmp(scratchHost());
  const run = there.run(action, {
    steps: held,
    ...more,
    runtime: (path, text) => looks(path, more.runtime?.(path, text) ?? text),
  });
  onTestFinished(() => {
    for (const pid of pidsIn(there.host.path('left')).filter(isAlive)) process.kill(pid, 'SIGKILL');
  });
  await eventually(() => existsSync(there.host.path('work')));
  const work = there.host.read('work').trim();
  const pid = (name: string): number => Number(readFileSync(join(work, `${name}.pid`), 'utf8'));
  await eventually(() => existsSync(join(work, 'ticker.pid')));
  const signal = (name: 'driver' | 'ticker' | 'follower', what: NodeJS.Signals): number => {
    const number = pid(name);
    process.kill(number, what);
    return number;
  };
  return { there, run, pid, signal };
}

const stateOf = (pid: number): string =>
  / (\S) /.exec(readFileSync(`/proc/${String(pid)}/stat`, 'latin1').replace(/^.*\)/, ')'))?.[1] ?? '';

describe('a process of a run that is stopped', () => {
  it.each([
    ['driver', 'apply'],
    ['ticker', 'apply'],
    ['follower', 'apply'],
    ['driver', 'plan'],
    ['ticker', 'plan'],
    ['follower', 'plan'],
  ] as const)(
    'is continued by the others: the %s, while it does %s',
    { tags: 'long' },
    async (name, action) => {
      const { there, run, signal } = await startHeld(action);
      const pid = signal(name, 'SIGSTOP');
      expect(await eventually(() => stateOf(pid) !== 'T')).toBe(true);
      there.host.write('go', '');
      const { result } = await run;
      expect(result.outcome, complaintsOf(result)).toBe('changed');
      await expect.poll(there.left).toEqual([]);
      expect(await eventually(() => !isAlive(pid))).toBe(true);
    },
  );

  it('does not stay if it is the ticker, and the run ends before another process looks', async () => {
    const { there, run, signal } = await startHeld('apply', {
      runtime: (path, text) => (path === 'follow.sh' ? swapFirst(text, 'm__wake ', ': ') : text),
    });
    const ticker = signal('ticker', 'SIGSTOP');
    there.host.write('go', '');
    expect((await run).result.outcome).toBe('changed');
    expect(await eventually(() => !isAlive(ticker))).toBe(true);
  });

  it('does not block the host if all of them are stopped: the next apply says so, and they continue', async () => {
    const { there, run, signal } = await startHeld('apply');
    const pids = (['ticker', 'follower', 'driver'] as const).map((name) => signal(name, 'SIGSTOP'));
    await eventually(() => pids.every((pid) => stateOf(pid) === 'T'));
    const next = await there.run('apply', { steps: { two: 'state() { :; }' } });
    expect(next.result.reason).toMatch(
      /^another run holds this host: .*, which had been stopped \(SIGSTOP\) and continues now;/,
    );
    there.host.write('go', '');
    const { result } = await run;
    expect(result.outcome, complaintsOf(result)).toBe('changed');
    await expect.poll(there.left).toEqual([]);
  });

  it('does not stay if it is a follower in a write without a reader: it ends when no reconnect is possible any more', async () => {
    const { there, run, signal } = await startHeld('apply', {
      // Nobody wakes it here, as nobody could wake one that stands in a write.
      runtime: (path, text) =>
        path === 'ticker.sh' ? swapFirst(swapAll(text, 'm__wake ', ': '), 'm__left=900', 'm__left=2') : text,
    });
    const follower = signal('follower', 'SIGSTOP');
    there.host.write('go', '');
    await run;
    expect(await eventually(() => !isAlive(follower))).toBe(true);
    await expect.poll(there.left).toEqual([]);
  });
});

describe('a process of a run that is killed', () => {
  it.each(['apply', 'plan'] as const)(
    'is replaced if it is the ticker, and the time limits are kept: %s',
    async (action) => {
      const { run, signal, pid } = await startHeld(action, { timeoutSeconds: 10 });
      const old = signal('ticker', 'SIGKILL');
      expect(await eventually(() => pid('ticker') !== old)).toBe(true);
      const { result } = await run;
      expect(result.steps[0]?.reason).toBe('over its time of 10 s; all its processes were ended');
    },
  );

  it('takes along what its steps left running if it is the driver, also together with the ticker', async () => {
    const { there, run, signal } = await startHeld('apply');
    signal('ticker', 'SIGKILL');
    signal('driver', 'SIGKILL');
    const { result } = await run;
    expect(result).toMatchObject({ outcome: 'unknown', reason: expect.stringContaining('killed') as string });
    expect(pidsIn(there.host.path('left')).some(isAlive)).toBe(false);
    await expect.poll(there.left).toEqual([]);
  });

  it('ends a look at once if it is the follower, and its files are removed', async () => {
    const { there, run, signal, pid } = await startHeld('plan');
    const driver = pid('driver');
    signal('follower', 'SIGKILL');
    await run;
    expect(await eventually(() => !isAlive(driver))).toBe(true);
    await expect.poll(there.left).toEqual([]);
  });

  it('does not end an apply if it is the follower; it and the ticker are replaced between steps, too', async () => {
    const { there, run, signal, pid } = await startHeld('apply', {
      steps: { ...held, two: 'state() { cat "$m_work/ticker.pid" >"$root/second"; }' },
    });
    const driver = pid('driver');
    signal('follower', 'SIGKILL');
    const old = signal('ticker', 'SIGKILL');
    there.host.write('go', '');
    await run;
    expect(await eventually(() => !isAlive(driver))).toBe(true);
    expect(there.host.receipt('status')).toBe('applied\n');
    const [second = 0] = pidsIn(there.host.path('second'));
    expect(second).not.toBe(old);
    onTestFinished(() => {
      if (isAlive(second)) process.kill(second, 'SIGKILL');
    });
  });
});
