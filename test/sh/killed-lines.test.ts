// A run is killed before each line of what starts it and of what takes the lock: the next run works, and nothing is left of the
// one that died.
// @module-tag long
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { describe, expect, it } from 'vitest';
import { readRuntime } from '../../src/host/index.ts';
import { bootText } from '../../src/run/host-scripts.ts';
import { commandLinesOf, deathBeforeLine, withOwnTmp, type HostWithTmp } from './own-tmp.ts';
import { eventually } from './processes.ts';
import { complaintsOf, scratchHost } from './scratch.ts';

const steps = { one: 'state() { file "$root/f" --content x; }' };
const textOf = (script: string): string =>
  script === 'boot' ? bootText('N') : new TextDecoder().decode(readRuntime().get(script));

/** Which scripts, and every which line of them: most of a driver's are of other actions. */
const scripts: readonly (readonly [string, number])[] = [
  ['boot', 1],
  ['start.sh', 1],
  ['driver.sh', 2],
  ['lock.sh', 2],
  ['dead.sh', 3],
];

async function dieAt(there: HostWithTmp, script: string, at: number): Promise<void> {
  // By turns: the power goes, or one process is killed and the others see it.
  const victim = at % 2 === 0 ? '0' : '$$';
  const die = (text: string): string => deathBeforeLine(text, at, victim);
  await there.run('apply', {
    steps,
    ...(script === 'boot'
      ? { boot: die }
      : { runtime: (path, text) => (path === script ? die(text) : text) }),
  });
}

/** How many files are in a directory; none if it has just been removed. */
function filesIn(directory: string): number {
  try {
    return readdirSync(directory).length;
  } catch {
    return 0;
  }
}

/** What the host's own directory holds beside the receipts of runs that changed something. */
function leftInState(state: string): readonly string[] {
  if (!existsSync(state)) return [];
  const runs = readdirSync(join(state, 'runs'));
  const empty = runs.filter((run) => {
    const journal = join(state, 'runs', run, 'journal');
    return !existsSync(journal) || readFileSync(journal, 'utf8') === '';
  });
  return [...readdirSync(state).filter((name) => name !== 'runs'), ...empty];
}

describe.each(scripts)('a run that dies in %s', (script, every) => {
  it('leaves nothing after the next run, whichever line it was', async () => {
    const lines = commandLinesOf(textOf(script)).filter((_, index) => index % every === 0);
    expect(lines.length).toBeGreaterThan(5);
    const limit = pLimit(4);
    await Promise.all(
      lines.map((at) =>
        limit(async () => {
          const line = `${script}:${String(at + 1)}`;
          const there = withOwnTmp(scratchHost());
          await dieAt(there, script, at);
          const next = await there.run('apply', { steps, settings: { waitSeconds: 20 } });
          expect(['changed', 'ok'], `${line}: ${complaintsOf(next.result)}`).toContain(next.result.outcome);
          // What died before it said who it is may live, for all that the next run knows.
          const mayLive = (name: string): boolean => filesIn(join(there.tmp, name)) === 0;
          const left = (): readonly string[] =>
            there.left().filter((name) => script !== 'boot' || !mayLive(name));
          expect(await eventually(() => left().length === 0), `${line}: ${String(left())}`).toBe(true);
          expect(leftInState(there.host.state), line).toEqual([]);
          const back = await there.run('rollback');
          expect(back.result.outcome, `${line}: ${complaintsOf(back.result)}`).toBe('rolled-back');
          expect(readdirSync(there.host.root), line).toEqual([]);
        }),
      ),
    );
  });
});
