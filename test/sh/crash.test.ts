// The driver dies at each moment of an apply and of a rollback; what is left always goes back to how it was.
import { linkSync, mkdirSync, statSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { describe, expect, it } from 'vitest';
import type { LocalRun } from '../support/run-local.ts';
import {
  deathAtEntry,
  deathAtUndone,
  deathBeforeTool,
  deathInEntry,
  undoAtConsole,
  workDirectoriesOf,
} from './crash.ts';
import { eventually } from './processes.ts';
import { fingerprint } from './fingerprint.ts';
import type { ScratchHost } from './scratch.ts';
import { complaintsOf, scratchHost } from './scratch.ts';

// One of each kind of change, some of them on the same path, in two steps.
const steps = {
  one: `state() {
  directory "$root/a/b" --mode 0750 --owner 5
  file "$root/a/b/new" --content new
  file "$root/old" --content changed --mode 4711
  symlink "$root/to-dir" --to elsewhere
  line "$root/conf" --line 'x=1'
}
undo() { echo undone >>"$root.hook"; }
`,
  two: `state() {
  rc_conf y '$x 2' --path "$root/conf"
  mode_owner "$root/dir" --mode 0700 --group 7
  mode_owner "$root/a/b/new" --mode 0600
  absent "$root/gone"
  absent "$root/empty"
  absent "$root/tree" --recursive
  command 'a mark' --run ': >"'"$root"'/a/mark"' --unless 'test -f "'"$root"'/a/mark"' --undo 'rm "'"$root"'/a/mark"'
  copy "$root/a/b/copy" --from "$root/old"
}
`,
};

function furnish(host: ScratchHost): readonly string[] {
  host.write('old', 'old content', 0o640);
  host.write('conf', '# conf\n', 0o644);
  host.write('gone', 'was here\n', 0o400);
  host.write('tree/file', 'in the tree\n');
  linkSync(host.path('tree/file'), host.path('tree/same'));
  mkdirSync(host.path('dir'));
  mkdirSync(host.path('empty'));
  utimesSync(host.path('empty'), 981_173_106, 981_173_106);
  symlinkSync('dir', host.path('to-dir'));
  return stable(host);
}

/** A tree comes back with times to the second, so that is how they are compared here. */
function stable(host: ScratchHost): readonly string[] {
  return fingerprint(host.root, 'second');
}

function upTo(first: number, last: number, step: number): readonly number[] {
  return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, index) => first + index * step);
}

/** Eleven calls of tools, from among the first ones to the last, of so many that an apply and its rollback each make. */
async function sampleOfCalls(): Promise<Readonly<Record<'apply' | 'rollback', readonly number[]>>> {
  const host = scratchHost();
  furnish(host);
  const callsOf = async (action: 'apply' | 'rollback'): Promise<readonly number[]> => {
    const calls = `${host.root}.${action}`;
    expect(await dieIn(host, action, deathBeforeTool(Number.MAX_SAFE_INTEGER, calls))).toBe(false);
    const { size } = statSync(calls);
    return Array.from({ length: 11 }, (_, index) => Math.ceil(((index + 1) * size) / 11));
  };
  return { apply: await callsOf('apply'), rollback: await callsOf('rollback') };
}

/** Runs sweep away what dead ones left below /tmp, so now and then one has fewer calls than the one that was counted. */
function expectMostDied(deaths: number): void {
  expect(deaths).toBeGreaterThan(7);
}

/** A few at a time: most of a run is waiting for small processes. */
async function forEach(numbers: readonly number[], work: (number: number) => Promise<void>): Promise<void> {
  const limit = pLimit(4);
  await Promise.all(numbers.map((number) => limit(work, number)));
}

async function dieIn(
  host: ScratchHost,
  action: 'apply' | 'rollback',
  runtime: LocalRun['runtime'],
): Promise<boolean> {
  const { result } = await host.run(action, {
    steps: action === 'apply' ? steps : {},
    ...(runtime && { runtime }),
  });
  return result.outcome === 'unknown';
}

async function rollBack(host: ScratchHost): Promise<void> {
  const { result } = await host.run('rollback');
  expect(result.outcome, complaintsOf(result)).toBe('rolled-back');
}

async function entriesOfAWholeRun(): Promise<{ journal: number; undone: number }> {
  const host = scratchHost();
  furnish(host);
  const { result } = await host.run('apply', { steps });
  expect(result.outcome, complaintsOf(result)).toBe('changed');
  await rollBack(host);
  const count = (file: string): number => host.receipt(file).trim().split('\n').length;
  return { journal: count('journal'), undone: count('undone') };
}

describe('a driver that dies in an apply', () => {
  it('leaves a host that a rollback restores, at any journal entry', async () => {
    const { journal } = await entriesOfAWholeRun();
    expect(journal).toBeGreaterThan(15);
    await forEach(upTo(1, journal, 1), async (entry) => {
      const host = scratchHost();
      const before = furnish(host);
      expect(await dieIn(host, 'apply', deathAtEntry(entry)), `dies at entry ${entry}`).toBe(true);
      expect(host.receipt('journal').trim().split('\n')).toHaveLength(entry);
      await rollBack(host);
      expect(stable(host), `as before after a death at entry ${entry}`).toEqual(before);
      expect(
        await eventually(() => workDirectoriesOf(host.state).length === 0),
        'no work directory stays',
      ).toBe(true);
    });
  });

  it.each([3, 6, 9, 14])('leaves a cut line %i of the journal, which is ignored', async (entry) => {
    const host = scratchHost();
    const before = furnish(host);
    expect(await dieIn(host, 'apply', deathInEntry(entry))).toBe(true);
    expect(host.receipt('journal').endsWith('\n')).toBe(false);
    await rollBack(host);
    expect(stable(host)).toEqual(before);
  });

  it('leaves a host that a rollback restores, between any two calls of tools', { tags: 'long' }, async () => {
    let deaths = 0;
    await forEach((await sampleOfCalls()).apply, async (call) => {
      const host = scratchHost();
      const before = furnish(host);
      if (!(await dieIn(host, 'apply', deathBeforeTool(call, `${host.root}.calls`)))) return;
      deaths++;
      const { result } = await host.run('rollback');
      // Nothing was recorded yet: there is nothing to undo then.
      expect(['rolled-back', 'ok'], complaintsOf(result)).toContain(result.outcome);
      expect(stable(host), `as before after a death at call ${call}`).toEqual(before);
    });
    expectMostDied(deaths);
  });

  it('can be applied again, and then reports success', async () => {
    const host = scratchHost();
    furnish(host);
    expect(await dieIn(host, 'apply', deathAtEntry(12))).toBe(true);
    const again = await host.run('apply', { steps });
    expect(again.result.outcome, complaintsOf(again.result)).toBe('changed');
    expect(again.events).toContainEqual(
      expect.objectContaining({
        type: 'notice',
        message: expect.stringContaining('was taken over') as string,
      }),
    );
    const third = await host.run('apply', { steps });
    expect(third.result.outcome, complaintsOf(third.result)).toBe('ok');
  });

  it('is undone with the run that continued it', async () => {
    const host = scratchHost();
    const before = furnish(host);
    expect(await dieIn(host, 'apply', deathAtEntry(8))).toBe(true);
    await host.run('apply', { steps });
    await rollBack(host);
    expect(stable(host)).toEqual(before);
    const { result } = await host.run('rollback');
    expect(result).toMatchObject({ outcome: 'ok' });
  });
});

describe('a driver that dies in a rollback', () => {
  it('is continued by the next one, at any entry', async () => {
    const { undone } = await entriesOfAWholeRun();
    await forEach(upTo(0, undone - 1, 1), async (entry) => {
      const host = scratchHost();
      const before = furnish(host);
      await host.run('apply', { steps });
      expect(await dieIn(host, 'rollback', deathAtUndone(entry)), `dies at entry ${entry}`).toBe(true);
      await rollBack(host);
      expect(stable(host), `as before after a death at entry ${entry}`).toEqual(before);
      expect(await eventually(() => workDirectoriesOf(host.state).length === 0)).toBe(true);
    });
  });

  it('is continued by the next one, between any two calls of tools', { tags: 'long' }, async () => {
    let deaths = 0;
    await forEach((await sampleOfCalls()).rollback, async (call) => {
      const host = scratchHost();
      const before = furnish(host);
      await host.run('apply', { steps });
      if (!(await dieIn(host, 'rollback', deathBeforeTool(call, `${host.root}.calls`)))) return;
      deaths++;
      const { result } = await host.run('rollback');
      // All was undone, and the end of it was cut off: there is nothing to undo then.
      expect(['rolled-back', 'ok'], complaintsOf(result)).toContain(result.outcome);
      expect(stable(host), `as before after a death at call ${call}`).toEqual(before);
    });
    expectMostDied(deaths);
  });

  it.each(['mv', 'rm', 'rmdir'])(
    'reports no conflict for a killed call of %s, and restores everything at the next try',
    async (tool) => {
      const host = scratchHost();
      const before = furnish(host);
      await host.run('apply', { steps });
      // The first call below the tree; what the run keeps for itself has other ways.
      const once = `${tool}() {
  case $* in
    *${host.root}/*) [ -f ${host.root}.once ] || { : >${host.root}.once; return 137; } ;;
  esac
  env ${tool} "$@"
}`;
      const { result } = await host.run('rollback', {
        runtime: (path, text) => (path === 'codec.sh' ? `${text}\n${once}\n` : text),
      });
      expect(complaintsOf(result)).not.toContain('somebody changed');
      if (result.outcome !== 'rolled-back') await rollBack(host);
      expect(stable(host)).toEqual(before);
    },
  );

  it('is continued after repeated deaths', async () => {
    const host = scratchHost();
    const before = furnish(host);
    await host.run('apply', { steps });
    for (const entry of [2, 5, 9]) expect(await dieIn(host, 'rollback', deathAtUndone(entry))).toBe(true);
    await rollBack(host);
    expect(stable(host)).toEqual(before);
    expect(host.receipt('status')).toBe('rolled-back\n');
  });
});

describe('undo.sh at the console', () => {
  it('restores everything without a controller', async () => {
    const host = scratchHost();
    const before = furnish(host);
    await host.run('apply', { steps });
    const receipt = join(host.state, 'runs', host.receipts()[0] ?? '');
    const undo = undoAtConsole(receipt);
    expect(undo.said).toMatch(/(\d+) of \1 paths proved identical to before/);
    expect(undo.status).toBe(0);
    expect(stable(host)).toEqual(before);
    expect(undoAtConsole(receipt)).toEqual({ status: 1, said: 'this run is rolled back already\n' });
  });

  it.each([4, 9, 13, 16])('restores everything after a death at entry %i', async (entry) => {
    const host = scratchHost();
    const before = furnish(host);
    expect(await dieIn(host, 'apply', deathAtEntry(entry))).toBe(true);
    const undo = undoAtConsole(join(host.state, 'runs', host.receipts()[0] ?? ''));
    expect(undo, undo.said).toMatchObject({ status: 0 });
    expect(stable(host)).toEqual(before);
  });

  it('refuses what somebody changed since, shows it, and accepts --force', async () => {
    const host = scratchHost();
    furnish(host);
    await host.run('apply', { steps });
    host.write('conf', 'mine now\n');
    const receipt = join(host.state, 'runs', host.receipts()[0] ?? '');
    const undo = undoAtConsole(receipt);
    expect(undo.status).toBe(1);
    expect(undo.said).toMatch(/conflict +path \S+\/conf: somebody changed it since/);
    expect(undo.said).toContain('-mine now');
    expect(undoAtConsole(receipt, '--force')).toMatchObject({ status: 0 });
    expect(host.read('conf')).toBe('# conf\n');
  });
});
