// Programs that must not take longer than a time (m_within), in a real run with its ticker.
import { describe, expect, it, onTestFinished } from 'vitest';
import { nestedShells } from './nested.ts';
import { eventually, isAlive, pidsIn } from './processes.ts';
import type { ScratchHost } from './scratch.ts';
import { complaintsOf, scratchHost, shells } from './scratch.ts';

/** Runs sh lines as a step that calls m_within, and gives what they print. */
async function say(host: ScratchHost, lines: string): Promise<string> {
  const { result } = await host.run('plan', { steps: { say: `state() {\n${lines}\n}` } });
  expect(result.steps[0]?.outcome, complaintsOf(result)).not.toBe('failed');
  return result.steps[0]?.stdout ?? '';
}

/** Prints how a program within so many seconds ended. */
const report = 'tell() { m_within "$@" && echo "0 $m_late" || echo "$? $m_late"; }';

describe.each(shells)('a program within a time, in %s', (shell) => {
  it('is ended if it takes longer', async () => {
    const host = scratchHost({ shell });
    const lines = `${report}\ntell 1 sh -c 'echo $$ >"$0/mine"; exec sleep 300' "$root"\nkill -0 "$(cat "$root/mine")" 2>/dev/null || echo gone`;
    expect(await say(host, lines)).toBe('137 yes\ngone\n');
  });

  it('is ended with all that is below it, and no shell in it goes on', async () => {
    const host = scratchHost({ shell });
    const nested = nestedShells(host);
    const lines = `${report}\ntell 5 sh "${nested.script}"\n${nested.untilNoneRuns}`;
    expect(await say(host, lines)).toBe('137 yes\n');
    expect(nested.wentOn()).toBe('');
  });

  it('keeps its status, its input and its output if it is done in time', async () => {
    const lines = `${report}\necho in | tell 9 sh -c 'cat; exit 3'\ntell 9 true\ntell 9 "$root/missing" 2>/dev/null`;
    expect(await say(scratchHost({ shell }), lines)).toBe('in\n3 \n0 \n127 \n');
  });

  it('is not ended because of the time of an earlier one', async () => {
    const lines = `${report}\ntell 4 sleep 1.5\ntell 4 sleep 1.5\ntell 4 sleep 1.5`;
    expect(await say(scratchHost({ shell }), lines)).toBe('0 \n0 \n0 \n');
  });

  it('is late if it was found late, whatever it says at its end, and an earlier one does not make it late', async () => {
    const own = `sh -c 'echo $$ >"$0/late"' "$m_work"`;
    const lines = `${report}\ntell 9 ${own}\ntell 9 true`;
    expect(await say(scratchHost({ shell }), lines)).toBe('1 yes\n0 \n');
  });
});

describe('a program within a time', () => {
  it('is ended by the next ticker if the first was killed', async () => {
    const lines = `${report}\nkill -9 "$(cat "$m_work/ticker.pid")"\ntell 1 sleep 300`;
    expect(await say(scratchHost(), lines)).toBe('137 yes\n');
  });

  it('is ended with its step', async () => {
    const host = scratchHost();
    const { result } = await host.run('plan', {
      steps: { one: `state() { m_within 300 sh -c 'echo $$ >"$0/mine"; exec sleep 300' "$root"; }` },
      timeoutSeconds: 2,
    });
    expect(result.steps[0]?.outcome).toBe('failed');
    expect(pidsIn(host.path('mine')).map(isAlive)).toEqual([false]);
  });

  it('that is gone without a word is no reason to end a stranger with its number', async () => {
    const host = scratchHost();
    onTestFinished(() => {
      for (const pid of pidsIn(host.path('stranger')).filter(isAlive)) process.kill(pid, 'SIGKILL');
    });
    const lines = `setsid sleep 300 & echo $! >"$root/stranger"
      echo "$! 1" >"$m_work/watched"
      before=$(wc -c <"$m_work/ticks")
      until [ "$(wc -c <"$m_work/ticks")" -ge $((before + 4)) ]; do sleep 0.2; done`;
    await say(host, lines);
    expect(await eventually(() => pidsIn(host.path('stranger')).some(isAlive))).toBe(true);
  });
});
