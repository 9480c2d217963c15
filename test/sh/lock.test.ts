// One run at a time changes a host; a dead run's lock does not stand in the way.
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { swapFirst } from '../support/swapped.ts';
import { other } from './others.ts';
import { eventually, untilThere } from './processes.ts';
import type { ScratchHost } from './scratch.ts';
import { complaintsOf, scratchHost } from './scratch.ts';

const run = promisify(execFile);
const shells = ['/bin/dash', '/bin/busybox sh', '/bin/mksh'];

/** Leaves the lock of a run that is dead: no process has a number that high. */
function leaveDeadLock(host: ScratchHost): void {
  mkdirSync(join(host.state, 'lock'), { recursive: true });
  mkdirSync(join(host.state, 'runs'));
  writeFileSync(join(host.state, 'lock', '1'), '4194305\nr1\nghost@there\nthen\n');
}

/** A step that says that it has begun, and goes on until it is let. */
const heldSteps = {
  one: `state() {
  echo x >>"$root/runs"
  file "$root/f" --content x
  ${untilThere('$root/go')}
}`,
};

/** Stops a run between its judgement that the holder is dead and its claim, until it is let. */
function slowToClaim(host: ScratchHost): (path: string, text: string) => string {
  const wait = `: >"${host.path('judged')}"
  ${untilThere(host.path('claim'))}`;
  return (path, text) =>
    path === 'lock.sh' ? swapFirst(text, '  [ ! -e "by.$$" ]', `  ${wait}\n  [ ! -e "by.$$" ]`) : text;
}

describe('the lock of a host', () => {
  it.each([
    [
      'of a process of another start and script, as after a reboot',
      'apply\nx\nlong ago\n/tmp/muster.x/runtime/driver.sh\n',
      'changed',
    ],
    ['of another start, and the script runs', `apply\nx\nlong ago\n${process.execPath}\n`, 'failed'],
    ['of an older version, which says neither', '', 'failed'],
  ])('is judged by more than a number: one %s', async (_title, more, outcome) => {
    const host = scratchHost();
    mkdirSync(join(host.state, 'lock'), { recursive: true });
    mkdirSync(join(host.state, 'runs'));
    // This process lives, and is no run.
    writeFileSync(join(host.state, 'lock', '1'), `${process.pid}\nr1\nghost@there\nthen\n${more}`);
    const { result } = await host.run('apply', { steps: { one: 'state() { file "$root/f" --content x; }' } });
    expect(result.outcome, complaintsOf(result)).toBe(outcome);
  });

  it.skipIf(process.getuid?.() !== 0)(
    'is not kept alive by a process of another account, whatever its command line says',
    async () => {
      const host = scratchHost();
      mkdirSync(join(host.state, 'lock'), { recursive: true });
      mkdirSync(join(host.state, 'runs'));
      const script = '/tmp/muster.x/runtime/driver.sh';
      const child = spawn('/bin/sh', ['-c', 'sleep 300; :', script], {
        uid: other,
        gid: other,
        detached: true,
      });
      onTestFinished(() => {
        process.kill(-child.pid!, 'SIGKILL');
      });
      writeFileSync(
        join(host.state, 'lock', '1'),
        `${String(child.pid)}\nr1\nghost@there\nthen\napply\nx\nlong ago\n${script}\n`,
      );
      const { result } = await host.run('apply', {
        steps: { one: 'state() { file "$root/f" --content x; }' },
      });
      expect(result.outcome, complaintsOf(result)).toBe('changed');
      expect(child.exitCode).toBe(null);
    },
  );

  it('refuses a second run while one is active, and names the first', async () => {
    const host = scratchHost();
    const first = host.run('apply', { steps: heldSteps });
    await eventually(() => existsSync(host.path('f')));
    const second = await host.run('apply', {
      steps: { quick: 'state() { file "$root/second" --content x; }' },
    });
    expect(second.result).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('tester@here') as string,
    });
    expect(existsSync(host.path('second'))).toBe(false);
    host.write('go', '');
    expect((await first).result.outcome).toBe('changed');
    expect(readdirSync(host.state)).toEqual(['runs']);
  });

  it('is taken over from a dead driver, with a notice', async () => {
    const host = scratchHost();
    leaveDeadLock(host);
    const { result, events } = await host.run('apply', {
      steps: { a: 'state() { file "$root/f" --content x; }' },
    });
    expect(result.outcome).toBe('changed');
    expect(events.filter(({ type }) => type === 'notice')).toMatchObject([
      {
        message: 'the lock of a dead run was taken over: run r1 by ghost@there since then, pid 4194305',
      },
    ]);
    expect(readdirSync(host.state)).toEqual(['runs']);
  });

  it('does not block a plan', async () => {
    const host = scratchHost();
    const apply = host.run('apply', { steps: heldSteps });
    await eventually(() => existsSync(host.path('f')));
    const plan = await host.run('plan', { steps: { a: 'state() { file "$root/g" --content x; }' } });
    expect(plan.result.outcome).toBe('changed');
    host.write('go', '');
    await apply;
  });
});

describe('runs that start at once', () => {
  it.each([
    ['on a free host', false],
    ['over the lock of a dead one', true],
  ])('are one run and refusals: %s', async (_title, stale) => {
    const host = scratchHost();
    if (stale) leaveDeadLock(host);
    let refused = 0;
    const runs = await Promise.all(
      [1, 2, 3, 4].map(async () => {
        const { result } = await host.run('apply', { steps: heldSteps });
        if (++refused === 3) host.write('go', '');
        return result;
      }),
    );
    expect(runs.map(({ outcome }) => outcome).toSorted(), runs.map(complaintsOf).join('\n')).toEqual([
      'changed',
      'failed',
      'failed',
      'failed',
    ]);
    expect(host.read('runs')).toBe('x\n');
    expect(readdirSync(host.state)).toEqual(['runs']);
  });

  it('do not take the lock from a run that took it over from a dead one meanwhile', async () => {
    const host = scratchHost();
    leaveDeadLock(host);
    const slow = host.run('apply', { steps: heldSteps, runtime: slowToClaim(host) });
    await eventually(() => existsSync(host.path('judged')));
    const first = host.run('apply', { steps: heldSteps });
    await eventually(() => existsSync(host.path('f')));
    host.write('claim', '');
    expect((await slow).result).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('another run holds this host') as string,
    });
    host.write('go', '');
    expect((await first).result.outcome).toBe('changed');
    expect(readdirSync(host.state)).toEqual(['runs']);
  });

  it('take a new lock if the old one disappears while they judge it', async () => {
    const host = scratchHost();
    leaveDeadLock(host);
    const slow = host.run('apply', {
      steps: { two: 'state() { file "$root/two" --content x; }' },
      runtime: slowToClaim(host),
    });
    await eventually(() => existsSync(host.path('judged')));
    const first = await host.run('apply', { steps: { a: 'state() { file "$root/f" --content x; }' } });
    expect(first.result.outcome).toBe('changed');
    host.write('claim', '');
    const { result } = await slow;
    expect(result.outcome, complaintsOf(result)).toBe('changed');
    expect(readdirSync(host.state)).toEqual(['runs']);
  });

  it.each(shells)(
    'never hold the lock together, whichever of them dies, in %s',
    { tags: 'long' },
    async (shell) => {
      const host = scratchHost();
      const lockScript = join(import.meta.dirname, '../../src/host/lock.sh');
      // A process takes the lock, writes down whether it is alone, and drops the lock, or dies with it.
      const one = host.write(
        'one.sh',
        `. ${lockScript}
m__state_dir=${host.root}/state m__run_id=$$ m__operator=o
m__refuse() { echo refused >>refused; exit 1; }
notice() { :; }
m__sweep_dead() { :; }
m__take_lock
mkdir inside || echo "$$" >>doubled
echo "$$" >>taken
rmdir inside
case $1 in *[37]) kill -9 $$ ;; esac
m__drop_lock
`,
      );
      host.write('state/runs', '');
      const worker = `n=0; while [ $n -lt 30 ]; do n=$((n + 1)); ${shell} ${one} $n; done; :`;
      await Promise.all(
        [1, 2, 3, 4, 5, 6].map((count) => run('sh', ['-c', worker, String(count)], { cwd: host.root })),
      );
      const linesIn = (name: string): number => host.read(name).trim().split('\n').length;
      expect(linesIn('taken') + linesIn('refused')).toBe(180);
      expect(linesIn('taken')).toBeGreaterThan(10);
      expect(existsSync(host.path('doubled')), 'two at once').toBe(false);
    },
  );
});

describe.each(shells)('a claim in %s', (shell) => {
  it.each([
    ['vanishes while it is looked at', 'vanishes', 'free'],
    ['shows nothing and lives', 'stays', 'held'],
  ])('with a process number that %s is judged by a second look', async (_title, how, verdict) => {
    const host = scratchHost();
    const process = spawn('sleep', ['60']);
    onTestFinished(() => void process.kill('SIGKILL'));
    const lockScript = join(import.meta.dirname, '../../src/host/lock.sh');
    host.write(
      'claim',
      `${String(process.pid)}\nrun\nowner\nsince\napply\nbook\nbegan\n/tmp/muster.aaaaaa/runtime/driver.sh\n`,
    );
    const script = host.write(
      'look.sh',
      `. ${lockScript}
ps() {
  [ ${how} = stays ] || kill -9 ${String(process.pid)} 2>/dev/null
  while [ ${how} = vanishes ] && kill -0 ${String(process.pid)} 2>/dev/null; do sleep 0.05; done
}
m__read_claim claim
if m__is_held claim; then echo held; else echo free; fi
`,
    );
    const { stdout } = await run(shell.split(' ')[0] ?? '', [...shell.split(' ').slice(1), script], {
      cwd: host.root,
    });
    expect(stdout).toBe(`${verdict}\n`);
  });
});

describe('a receipt', () => {
  it('is never begun again by a run with the same id', async () => {
    const host = scratchHost();
    const run = { settings: { runId: '20261123-235959-same' } };
    await host.run('apply', { ...run, steps: { a: 'state() { file "$root/a" --content x; }' } });
    const journal = host.receipt('journal');
    const { result } = await host.run('apply', {
      ...run,
      steps: { b: 'state() { file "$root/b" --content x; }' },
    });
    expect(result).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('cannot make the receipt') as string,
    });
    expect(host.receipt('journal')).toBe(journal);
    expect(readdirSync(host.root)).toEqual(['a']);
    expect(readdirSync(host.state)).not.toContain('lock');
  });

  it.each([8, 40])(
    'without room on the disk (over %i blocks a file) is not begun, and neither is the run',
    async (blocks) => {
      const host = scratchHost();
      const { result } = await host.run('apply', {
        steps: { one: 'state() { file "$root/f" --content x; }' },
        runtime: (path, text) =>
          path === 'driver.sh'
            ? swapFirst(
                text,
                '\nm__fill_receipt() {\n',
                `\nm__fill_receipt() {\n  trap '' XFSZ; ulimit -f ${String(blocks)}\n`,
              )
            : text,
      });
      expect(result.outcome, complaintsOf(result)).toBe('failed');
      expect(result.reason).toMatch(/^cannot write the receipt \S+: File too large; nothing was begun$/);
      expect([existsSync(host.path('f')), host.receipts()]).toEqual([false, []]);
    },
  );

  it('is not looked for on a host without receipts, and none is made', async () => {
    const host = scratchHost();
    expect((await host.run('rollback')).result.outcome).toBe('ok');
    expect((await host.run('rollback', { settings: { preview: true } })).result.outcome).toBe('ok');
    expect(() => readdirSync(host.state)).toThrow();
  });
});
