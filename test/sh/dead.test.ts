// What dead runs left below /tmp and in the host's own directory, who clears it away, and what anybody may have planted there.
import { spawn, spawnSync, type SpawnSyncReturns } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { swapFirst } from '../support/swapped.ts';
import { other } from './others.ts';
import { deathBeforeLine, withOwnTmp, type HostWithTmp } from './own-tmp.ts';
import { untilThere } from './processes.ts';
import { complaintsOf, scratchHost } from './scratch.ts';

const steps = { one: 'state() { file "$root/f" --content x; }' };
/** No process has a number that high. */
const nobody = '4194305\n';

const undoOf = (there: HostWithTmp, run: string): string => join(there.host.state, 'runs', run, 'undo.sh');

/** Runs undo.sh of the only run as a person at the console would; its two outputs stay apart. */
function undoTheRun(there: HostWithTmp): SpawnSyncReturns<Buffer> {
  const [receipt = ''] = there.host.receipts();
  return spawnSync('/bin/sh', [undoOf(there, receipt)]);
}

/** A directory as a run makes it, with what is in its pid files. */
function leave(there: HostWithTmp, name: string, pids: Readonly<Record<string, string>>): string {
  const path = join(there.tmp, name);
  mkdirSync(path, { mode: 0o700 });
  for (const [file, text] of Object.entries(pids)) writeFileSync(join(path, file), text);
  return path;
}

/** A process that is at work in a directory, by its command line. */
function workIn(directory: string, account: { readonly uid?: number } = {}): string {
  const child = spawn('/bin/sh', ['-c', 'sleep 300; :', `${directory}/runtime/driver.sh`], {
    ...account,
    detached: true,
    stdio: 'ignore',
  });
  onTestFinished(() => {
    process.kill(-child.pid!, 'SIGKILL');
  });
  return `${String(child.pid)}\n`;
}

/** A process that is about to become another program, as ps shows it: the name alone, in brackets. */
function becoming(): string {
  const child = spawn('/bin/cat', [], { argv0: '[sh]', stdio: ['pipe', 'ignore', 'ignore'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return `${String(child.pid)}\n`;
}

/** Of all kinds, what is or may be active. */
const active = ['muster.alive1', 'muster.become', 'muster.begins', 'muster.newnew', 'muster.number'];

function leaveAllKinds(there: HostWithTmp): void {
  leave(there, 'muster.killed', { 'driver.pid': nobody, secret: 's' });
  leave(there, 'muster.endedx', { 'driver.pid': nobody, 'ticker.pid': nobody, done: '' });
  leave(there, 'muster.bootdx', { 'follower.pid': nobody });
  utimesSync(leave(there, 'muster.empty1', {}), 1, 1);
  leave(there, 'muster.begins', {});
  leave(there, 'muster.become', { 'driver.pid': becoming() });
  leave(there, 'muster.number', { 'follower.pid': '' });
  // As after a reboot, or long after: a process that has nothing to do with muster has the number.
  leave(there, 'muster.reused', {
    'driver.pid': `${String(process.pid)}\n`,
    'follower.pid': `${String(process.pid)}\n`,
  });
  // As somebody gave it such a command line, on purpose.
  const posing = leave(there, 'muster.posing', {});
  writeFileSync(
    join(posing, 'driver.pid'),
    process.getuid?.() === 0 ? workIn(posing, { uid: other }) : nobody,
  );
  utimesSync(leave(there, 'muster.oldold', { x: '' }), 1, 1);
  leave(there, 'muster.newnew', { x: '' });
  const alive = leave(there, 'muster.alive1', { 'ticker.pid': nobody });
  writeFileSync(join(alive, 'driver.pid'), workIn(alive));
}

describe('what dead runs left below /tmp', () => {
  it.each(['facts', 'plan', 'verify', 'exec', 'apply', 'rollback'] as const)(
    'is removed by the next run, but not what is or may be active: %s',
    async (action) => {
      const there = withOwnTmp(scratchHost());
      leaveAllKinds(there);
      const { result } = await there.run(action, { steps, command: 'true' });
      expect(['ok', 'changed', 'drifted'], complaintsOf(result)).toContain(result.outcome);
      await expect.poll(there.left).toEqual(active);
    },
  );

  it('is removed by an undo at the console, too', async () => {
    const there = withOwnTmp(scratchHost());
    await there.run('apply', { steps });
    leaveAllKinds(there);
    const undo = undoTheRun(there);
    expect(undo.status, String(undo.stdout)).toBe(0);
    expect(there.left()).toEqual(active);
  });

  it.runIf(process.getuid?.() === 0)('is never looked for in directories of others', async () => {
    const there = withOwnTmp(scratchHost());
    // A directory of root's with a pid file in it, behind a link: nothing of it may go.
    const outside = join(there.host.root, 'outside');
    mkdirSync(outside, { mode: 0o700 });
    writeFileSync(join(outside, 'driver.pid'), nobody);
    symlinkSync(outside, join(there.tmp, 'muster.link11'));
    symlinkSync(there.tmp, join(there.tmp, 'muster.link22'));
    symlinkSync('/nowhere', join(there.tmp, 'muster.link33'));
    // A process that opens one of these pipes waits for ever.
    const pipe = (path: string): unknown => spawnSync('mkfifo', [path]);
    pipe(join(there.tmp, 'muster.pipe11'));
    pipe(join(there.tmp, 'driver.pid'));
    const theirs = leave(there, 'muster.theirs', { secret: '' });
    pipe(join(theirs, 'driver.pid'));
    chownSync(theirs, 1234, 1234);
    const open = leave(there, 'muster.opened', { 'driver.pid': nobody });
    chmodSync(open, 0o755);
    writeFileSync(join(there.tmp, 'muster.file11'), nobody);
    for (const name of ['muster.a b c1', 'muster.a\nb\nc', 'muster.-rf *', "muster.';x' "])
      symlinkSync(outside, join(there.tmp, name));
    const planted = there.left();
    const { result } = await there.run('apply', { steps });
    expect(result.outcome, complaintsOf(result)).toBe('changed');
    await expect.poll(there.left).toEqual(planted);
    expect([outside, theirs, open].map((directory) => readdirSync(directory))).toEqual([
      ['driver.pid'],
      ['driver.pid', 'secret'],
      ['driver.pid'],
    ]);
  });

  it('may have included the empty directory of a boot, which then makes another one', async () => {
    const there = withOwnTmp(scratchHost());
    const sweeps = `n=$((\${n:-0} + 1)); [ "$n" -gt 2 ] || rmdir "$m_work"`;
    const { result } = await there.run('apply', {
      steps,
      boot: (text) => swapFirst(text, "    { printf '%s", `    ${sweeps}\n    { printf '%s`),
    });
    expect(result.outcome, complaintsOf(result)).toBe('changed');
  });
});

describe('a directory that another run sweeps in the moment in which undo.sh makes it', () => {
  /** A run whose undo.sh is to be run with `sweeps` between the making of its directory and the first word in it. */
  async function applied(
    sweeps: string,
  ): Promise<{ there: HostWithTmp; undo: () => SpawnSyncReturns<Buffer> }> {
    const there = withOwnTmp(scratchHost());
    await there.run('apply', {
      steps,
      runtime: (path, text) =>
        path === 'private.sh'
          ? swapFirst(text, '    cd -P "$m_work"', `    ${sweeps}\n    cd -P "$m_work"`)
          : text,
    });
    return { there, undo: () => undoTheRun(there) };
  }

  it('is made anew, twice', async () => {
    const { there, undo } = await applied(`n=$((\${n:-0} + 1)); [ "$n" -gt 2 ] || rmdir "$m_work"`);
    const { status, stdout, stderr } = undo();
    expect([status, String(stderr)], String(stdout)).toEqual([0, '']);
    expect(existsSync(there.host.path('f'))).toBe(false);
    expect(there.left()).toEqual([]);
  });

  it('is given up when it was removed three times: nothing is undone, and nothing is locked', async () => {
    const { there, undo } = await applied(`[ "$1" != driver.pid ] || rmdir "$m_work"`);
    const { status, stderr } = undo();
    expect(status).toBe(1);
    expect(String(stderr)).toMatch(
      /^a private directory below \S+ was removed three times, the last one was \S+\n$/,
    );
    expect(existsSync(there.host.path('f'))).toBe(true);
    expect(existsSync(join(there.host.state, 'lock'))).toBe(false);
  });

  it.runIf(process.getuid?.() === 0)('is not used when another account put its own there', async () => {
    const { there, undo } = await applied(
      `[ "$1" != driver.pid ] || { rmdir "$m_work"; cp -Rp "\${m_work%/*}/theirs" "$m_work"; }`,
    );
    const theirs = leave(there, 'theirs', {});
    chmodSync(theirs, 0o777);
    chownSync(theirs, 1234, 1234);
    expect(undo().status).toBe(1);
    const planted = there.left().filter((name) => name !== 'theirs');
    expect(planted).toHaveLength(3);
    for (const name of planted) expect(readdirSync(join(there.tmp, name))).toEqual([]);
  });

  it('is one of many, and each undo.sh works beside sweeps without end', { tags: 'long' }, async () => {
    const there = withOwnTmp(scratchHost());
    const runtime = (path: string, text: string): string =>
      // Time for the sweeps, in the moment in which the directory is empty, and in the moment in which the number is written.
      path === 'private.sh'
        ? swapFirst(text, '    cd -P "$m_work"', '    sleep 0.0$(($$ % 5))\n    cd -P "$m_work"')
        : text;
    const runs = Array.from({ length: 12 }, (_, at) => `sweep-${String(at)}`);
    for (const runId of runs) {
      const own = { one: `state() { file "$root/${runId}" --content x; }` };
      const { result } = await there.run('apply', { steps: own, runtime, settings: { runId } });
      expect(result.outcome, complaintsOf(result)).toBe('changed');
    }
    let isOver = false;
    const sweeping = (async () => {
      while (!isOver) await there.run('facts');
    })();
    try {
      for (const runId of runs.toReversed()) {
        const undo = spawn('/bin/sh', [undoOf(there, runId)]);
        let said = '';
        undo.stdout.on('data', (bytes: Buffer) => (said += bytes.toString()));
        undo.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()));
        const status = await new Promise((resolve) => undo.on('close', resolve));
        expect(status, said).toBe(0);
        expect(existsSync(there.host.path(runId))).toBe(false);
      }
    } finally {
      isOver = true;
      await sweeping;
    }
    await expect.poll(there.left).toEqual([]);
  });
});

describe('a /tmp in which others may replace files', () => {
  const danger = 'other users may replace what is in /tmp';

  it.each([
    ['without the sticky bit', 0o777, 0],
    ['of a group that may write', 0o775, 0],
    ['of another user, sticky or not', 0o1777, 1234],
    ['of another user, who alone may write', 0o755, 1234],
  ])('is not used: one %s', async (_title, mode, owner) => {
    const there = withOwnTmp(scratchHost());
    chmodSync(there.tmp, mode);
    if (owner !== 0) {
      if (process.getuid?.() !== 0) return;
      chownSync(there.tmp, owner, 0);
    }
    const { result } = await there.run('plan', { steps });
    expect(result.outcome).not.toBe('ok');
    expect(result.reason).toContain(danger);
    expect(there.left()).toEqual([]);
  });

  it('is not used by undo.sh either', async () => {
    const there = withOwnTmp(scratchHost());
    await there.run('apply', { steps });
    chmodSync(there.tmp, 0o777);
    const undo = undoTheRun(there);
    expect([undo.status, String(undo.stderr)]).toEqual([1, expect.stringContaining(danger)]);
    expect([there.left(), existsSync(there.host.path('f'))]).toEqual([[], true]);
  });

  it.each([0o1777, 0o755, 0o700, 0o1775])('is used with mode %o', async (mode) => {
    const there = withOwnTmp(scratchHost());
    chmodSync(there.tmp, mode);
    const { result } = await there.run('plan', { steps });
    expect(result.outcome, complaintsOf(result)).toBe('changed');
  });
});

describe('a run that died before its first entry', () => {
  const noticesOf = (events: readonly { readonly type: string }[]): readonly string[] =>
    events.flatMap((event) =>
      event.type === 'notice' ? [(event as unknown as { message: string }).message] : [],
    );

  it('is reported by a run that looks, blocks no other run, and its receipt is removed with a notice', async () => {
    const there = withOwnTmp(scratchHost());
    await there.run('apply', {
      steps,
      runtime: (path, text) =>
        path === 'driver.sh'
          ? deathBeforeLine(
              text,
              text.split('\n').findIndex((line) => line === '    m__open_receipt') + 1,
              '0',
            )
          : text,
    });
    const [dead = ''] = there.host.receipts();
    expect(there.host.receipt('status')).toBe('running\n');
    const plan = await there.run('plan', { steps });
    expect(noticesOf(plan.events)).toEqual([
      `run ${dead} died here before it changed anything; the next apply removes its receipt`,
    ]);
    const apply = await there.run('apply', { steps });
    expect(noticesOf(apply.events)).toEqual([
      expect.stringMatching(`^the lock of a dead run was taken over: run ${dead} by tester@here since `),
      `run ${dead} died before it changed anything; its receipt, in which is nothing to undo, was removed`,
    ]);
    expect(apply.result.outcome).toBe('changed');
    expect(there.host.receipts()).toHaveLength(1);
    expect(there.host.receipts()).not.toContain(dead);
  });

  it('does not count as dead while it works', async () => {
    const there = withOwnTmp(scratchHost());
    const held = {
      one: `state() { : >"$root/begun"; ${untilThere('$root/go')}; file "$root/f" --content x; }`,
    };
    const apply = there.run('apply', { steps: held });
    await expect.poll(() => spawnSync('test', ['-f', there.host.path('begun')]).status).toBe(0);
    const plan = await there.run('plan', { steps });
    expect(noticesOf(plan.events).filter((message) => message.includes('died'))).toEqual([]);
    there.host.write('go', '');
    expect((await apply).result.outcome).toBe('changed');
    expect(there.host.receipts()).toHaveLength(1);
  });
});
