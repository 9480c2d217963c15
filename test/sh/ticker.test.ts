// What the ticker ends, when, and what it leaves alone.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { swapAll, swapFirst } from '../support/swapped.ts';
import { nestedShells, slowKill } from './nested.ts';
import { eventually, isAlive, pidsIn, untilThere } from './processes.ts';
import type { ScratchHost } from './scratch.ts';
import { complaintsOf, scratchHost } from './scratch.ts';

type RuntimeChange = (path: string, text: string) => string;

/** The ticker says who it is once it knows its follower, and goes on when it is let; `then` comes first then. */
function heldTicker(host: ScratchHost, then = ':'): RuntimeChange {
  const hold = `echo "$$" >"${host.path('ticker')}"; ${untilThere(host.path('tick'), 'content')}; ${then}`;
  const look = '  m__end_step_if m__is_over_time';
  return (path, text) => (path === 'ticker.sh' ? swapFirst(text, look, `  ${hold}\n${look}`) : text);
}

/** A step that leaves a process behind, once the ticker is held. */
function leavingStep(host: ScratchHost): Readonly<Record<string, string>> {
  return {
    leaves: `state() { echo "$m_work" >"$root/work"; sleep 300 & echo $! >"$root/left"; ${untilThere(host.path('ticker'), 'content')}; }`,
  };
}

function endWithTest(pids: () => readonly number[]): void {
  onTestFinished(() => {
    for (const pid of pids().filter(isAlive)) process.kill(pid, 'SIGKILL');
  });
}

/** Lets the ticker look when nothing of the run is there any more, and waits for its end. */
async function tickAfterTheEnd(host: ScratchHost): Promise<void> {
  expect(await eventually(() => !existsSync(host.read('work').trim()))).toBe(true);
  host.write('tick', 'x');
  expect(await eventually(() => !pidsIn(host.path('ticker')).some(isAlive))).toBe(true);
}

describe('what a step left running', () => {
  it.each(['apply', 'plan'] as const)(
    'stays alive when its run ends, however late the ticker is: %s',
    async (action) => {
      const host = scratchHost();
      endWithTest(() => pidsIn(host.path('left')));
      const { result } = await host.run(action, { steps: leavingStep(host), runtime: heldTicker(host) });
      expect(result.outcome, complaintsOf(result)).toBe('ok');
      await tickAfterTheEnd(host);
      expect(pidsIn(host.path('left')).map(isAlive)).toEqual([true]);
    },
  );

  it('is ended with a killed driver, even before the ticker has begun', { tags: 'long' }, async () => {
    const host = scratchHost();
    endWithTest(() => pidsIn(host.path('left')));
    let settled = false;
    const run = host
      .run('apply', {
        steps: {
          one: `state() { echo $$ >"$root/driver"; sleep 300 & echo $! >"$root/left"; kill -9 $$; sleep 300; }`,
        },
        runtime: (path, text) => {
          if (path === 'ticker.sh') return `${untilThere(host.path('tick'), 'content')}\n${text}`;
          return path === 'follow.sh'
            ? swapFirst(text, '  sleep "$m__nap" >', `  echo x >>"${host.path('naps')}"\n  sleep "$m__nap" >`)
            : text;
        },
      })
      .finally(() => {
        settled = true;
      });
    const naps = (): number => (existsSync(host.path('naps')) ? host.read('naps').length / 2 : 0);
    await eventually(() => pidsIn(host.path('driver')).some((pid) => !isAlive(pid)));
    // The second nap from now comes after a look at a driver that is dead.
    const before = naps();
    await eventually(() => settled || naps() >= before + 2);
    host.write('tick', 'x');
    const { result } = await run;
    expect(result).toMatchObject({ outcome: 'unknown', reason: expect.stringContaining('killed') as string });
    expect(await eventually(() => !pidsIn(host.path('left')).some(isAlive))).toBe(true);
  });
});

describe('a run that ended', () => {
  it('does not touch the process that has the number of its driver now', async () => {
    const host = scratchHost();
    const other = spawn('sleep', ['300'], { detached: true, stdio: 'ignore' });
    endWithTest(() => [...pidsIn(host.path('left')), other.pid ?? 0]);
    const runtime = heldTicker(host, `m__driver=${String(other.pid)}`);
    await host.run('plan', { steps: leavingStep(host), runtime });
    await tickAfterTheEnd(host);
    expect(isAlive(other.pid ?? 0)).toBe(true);
  });
});

describe('a step that is over its time', () => {
  it.each(['TERM', 'KILL'])(
    'does not go on with its next command: %s reaches a shell before what it waits for',
    async (signal) => {
      const host = scratchHost();
      const nested = nestedShells(host);
      const { result } = await host.run('plan', {
        timeoutSeconds: 2,
        steps: { slow: `state() { sh "${nested.script}"; echo went on >>"$root/nested/said"; }` },
        runtime: (path, text) =>
          path === 'ticker.sh'
            ? swapFirst(
                text,
                'kill -s "$1" $m__victims 2>/dev/null || :',
                `[ "$1" != ${signal} ] || ${slowKill('"$1"', '$m__victims')}`,
              )
            : text,
      });
      expect(result.steps[0]?.reason, complaintsOf(result)).toContain('over its time of 2 s');
      expect(nested.wentOn()).toBe('');
    },
  );
});

describe('the time of a step', () => {
  it('is never shorter than declared, whenever in a second it began', async () => {
    const host = scratchHost();
    const asked = host.path('asked');
    const looks = (at: string): number =>
      existsSync(asked)
        ? host
            .read('asked')
            .split('\n')
            .filter((line) => line === at).length
        : 0;
    host.write('clock', '100\n');
    const run = host.run('plan', {
      timeoutSeconds: 3,
      steps: { slow: 'state() { echo $$ >"$root/driver"; sleep 300; :; }' },
      runtime: (path, text) => {
        if (path === 'ticker.sh') return swapAll(text, 'date +%s', `tee -a ${asked} <${host.path('clock')}`);
        return path === 'steps.sh' ? swapAll(text, 'date +%s', `cat ${host.path('clock')}`) : text;
      },
    });
    await eventually(() => existsSync(host.path('driver')));
    // It may have begun at 100.9, so at 103.0 it has had 2.1 s. One that is over its time is asked about twice.
    host.write('clock', '103\n');
    expect(await eventually(() => looks('103') > 2)).toBe(true);
    host.write('clock', '104\n');
    const { result } = await run;
    expect(result.steps[0]?.reason).toBe('over its time of 3 s; all its processes were ended');
  });

  it.each([
    ['forward by decades', 100, 2_000_000_000, 60, 'ok'],
    ['back by decades', 2_000_000_000, 100, 2, 'failed'],
  ] as const)(
    'is kept if the clock is set %s',
    { tags: 'long' },
    async (_title, from, to, timeoutSeconds, outcome) => {
      const host = scratchHost();
      host.write('clock', `${String(from)}\n`);
      const run = host.run('plan', {
        timeoutSeconds,
        steps: { slow: `state() { echo $$ >"$root/driver"; ${untilThere(host.path('go'), 'content')}; }` },
        runtime: (path, text) => {
          if (path === 'ticker.sh')
            return swapAll(text, 'date +%s', `echo x >>${host.path('asked')}; cat ${host.path('clock')}`);
          return path === 'steps.sh' ? swapAll(text, 'date +%s', `cat ${host.path('clock')}`) : text;
        },
      });
      await eventually(() => existsSync(host.path('driver')));
      host.write('clock', `${String(to)}\n`);
      const turns = (): number => (existsSync(host.path('asked')) ? host.read('asked').length / 2 : 0);
      if (outcome === 'ok') {
        expect(await eventually(() => turns() > 3)).toBe(true);
        host.write('go', 'x');
      }
      const { result } = await run;
      expect(result.steps[0]?.outcome, complaintsOf(result)).toBe(outcome);
      if (outcome === 'failed') expect(turns()).toBeGreaterThan(2 * timeoutSeconds);
    },
  );
});
