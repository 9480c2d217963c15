// A run changes what rc.conf says of a service and dies; the host starts what it finds; an undo brings back what served.
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, readlinkSync, symlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { deathAtEntry, undoAtConsole } from './crash.ts';
import type { FakeService } from './fake-host.ts';
import { fakeService, movedTo } from './fake-host.ts';
import { fingerprint } from './fingerprint.ts';
import type { ScratchHost } from './scratch.ts';
import { complaintsOf, scratchHost } from './scratch.ts';

const steps = {
  cage: `state() { directory "$root/cage" --kept '*'; }`,
  conf: `state() {
  rc_conf oldd NO --path "$root/etc/rc.conf"
  rc_conf newd YES --path "$root/etc/rc.conf"
  rc_conf oldd_chrootdir "$root/cage" --path "$root/etc/rc.conf"
  rc_conf other_flags -x --path "$root/etc/rc.conf"
}`,
  last: `state() { file "$root/last" --content x; }`,
};

/** An old daemon that serves, a new one that does not yet, and one that has nothing to do with it. */
function furnish(): { host: ScratchHost; services: Record<'oldd' | 'newd' | 'other', FakeService> } {
  const host = scratchHost();
  host.write('etc/rc.conf', 'oldd=YES\nother=YES\n');
  const services = {
    oldd: fakeService(host, 'oldd'),
    newd: fakeService(host, 'newd'),
    other: fakeService(host, 'other'),
  };
  services.oldd.start();
  services.other.start();
  return { host, services };
}

/** The run dies at an entry of its last step, and the host boots: each service is another process, as rc.conf says now. */
async function diesAndBoots({ host, services }: ReturnType<typeof furnish>, runId = 'dead'): Promise<void> {
  const count = 10;
  const died = await host.run('apply', {
    steps,
    settings: { runId },
    runtime: (path, text) => movedTo(host.root)(path, deathAtEntry(count)(path, text)),
  });
  expect(died.result.outcome).toBe('unknown');
  const conf = host.read('etc/rc.conf');
  for (const [name, service] of Object.entries(services)) {
    service.stop();
    if (conf.includes(`${name}=YES`)) service.start();
  }
}

describe('an undo of a run that died after its change of rc.conf', () => {
  it.each(['rollback', 'console'])(
    'stops what it had started, and restarts what ran before (%s)',
    async (how) => {
      const all = furnish();
      const { host, services } = all;
      const before = fingerprint(host.root, 'second');
      await diesAndBoots(all);
      expect([services.oldd.isRunning(), services.newd.isRunning()]).toEqual([false, true]);
      const otherPid = services.other.pid();
      let said: string;
      if (how === 'rollback') {
        const { result, events } = await host.run('rollback', { runtime: movedTo(host.root) });
        expect(result.outcome, complaintsOf(result)).toBe('rolled-back');
        said = events.flatMap((event) => (event.type === 'notice' ? [event.message] : [])).join('\n');
      } else {
        const undo = undoAtConsole(`${host.state}/runs/dead`);
        expect(undo, undo.said).toMatchObject({ status: 0 });
        said = undo.said;
      }
      expect([services.oldd.isRunning(), services.newd.isRunning()]).toEqual([true, false]);
      // It runs with the flags of before.
      expect(services.other.pid()).not.toBe(otherPid);
      expect(said).toMatch(
        /after the rollback: oldd runs \(pid \d+\), newd does not run, other runs \(pid \d+\)/,
      );
      expect(fingerprint(host.root, 'second')).toEqual(before);
    },
  );

  it('does not touch what ran all the time', async () => {
    const { host, services } = furnish();
    const pids = [services.oldd.pid(), services.other.pid()];
    await host.run('apply', { steps, runtime: movedTo(host.root) });
    services.oldd.verbs();
    const { result } = await host.run('rollback', { runtime: movedTo(host.root) });
    expect(result.outcome, complaintsOf(result)).toBe('rolled-back');
    expect([services.oldd.pid(), services.other.pid()]).toEqual(pids);
    expect(readFileSync(`${host.root}.run/oldd.verbs`, 'utf8')).toBe('');
  });

  it('does not end what somebody started by hand, but what a boot started and the rc script does not find', async () => {
    const { host, services } = furnish();
    const program = host.path('newd-program');
    execFileSync('cp', ['/bin/sleep', program]);
    host.write('etc/rc.d/newd', `name=newd\ncommand=${program}\n${host.read('etc/rc.d/newd')}`, 0o555);
    const byHand = spawn(program, ['300'], { stdio: 'ignore' });
    const died = await host.run('apply', {
      steps,
      runtime: (path, text) => movedTo(host.root)(path, deathAtEntry(10)(path, text)),
    });
    expect(died.result.outcome).toBe('unknown');
    const byBoot = spawn(program, ['300'], { stdio: 'ignore' });
    const isGone = new Promise((resolve) => byBoot.on('exit', resolve));
    const { result } = await host.run('rollback', { runtime: movedTo(host.root) });
    expect(result.outcome, complaintsOf(result)).toBe('rolled-back');
    await isGone;
    expect(byHand.exitCode).toBeNull();
    expect(byHand.signalCode).toBeNull();
    byHand.kill();
    expect(services.oldd.isRunning()).toBe(true);
  });

  it('ends a second process of a service, which a boot started and the rc script does not find', async () => {
    const { host, services } = furnish();
    const program = host.path('oldd-program');
    execFileSync('cp', ['/bin/sleep', program]);
    host.write('etc/rc.d/oldd', `name=oldd\ncommand=${program}\n${host.read('etc/rc.d/oldd')}`, 0o555);
    const byHand = spawn(program, ['300'], { stdio: 'ignore' });
    const died = await host.run('apply', {
      steps,
      runtime: (path, text) => movedTo(host.root)(path, deathAtEntry(10)(path, text)),
    });
    expect(died.result.outcome).toBe('unknown');
    services.oldd.stop();
    const byBoot = spawn(program, ['300'], { stdio: 'ignore' });
    const isGone = new Promise((resolve) => byBoot.on('exit', resolve));
    const { result } = await host.run('rollback', { runtime: movedTo(host.root) });
    expect(result.outcome, complaintsOf(result)).toBe('rolled-back');
    await isGone;
    expect([byHand.exitCode, byHand.signalCode]).toEqual([null, null]);
    byHand.kill();
    expect(services.oldd.isRunning()).toBe(true);
  });

  it('does not end a process of another account with the name of its program', async () => {
    const { host } = furnish();
    const program = host.path('newd-program');
    execFileSync('cp', ['/bin/sleep', program]);
    host.write('etc/rc.d/newd', `name=newd\ncommand=${program}\n${host.read('etc/rc.d/newd')}`, 0o555);
    const died = await host.run('apply', {
      steps,
      runtime: (path, text) => movedTo(host.root)(path, deathAtEntry(10)(path, text)),
    });
    expect(died.result.outcome).toBe('unknown');
    const strangers = spawn('/bin/sleep', ['300'], {
      argv0: program,
      uid: 54_321,
      gid: 54_321,
      stdio: 'ignore',
    });
    const { result } = await host.run('rollback', { runtime: movedTo(host.root) });
    expect(result.outcome, complaintsOf(result)).toBe('rolled-back');
    expect([strangers.exitCode, strangers.signalCode]).toEqual([null, null]);
    const isGone = new Promise((resolve) => strangers.on('exit', resolve));
    strangers.kill();
    await isGone;
  });

  it('is incomplete if the earlier service does not run at the end', async () => {
    const all = furnish();
    const { host, services } = all;
    await diesAndBoots(all);
    services.newd.stop();
    host.write('etc/rc.d/oldd', '#!/bin/sh\necho "oldd is not running."\nexit 1\n', 0o555);
    const { result } = await host.run('rollback', { runtime: movedTo(host.root) });
    expect(result.outcome).toBe('failed');
    expect(complaintsOf(result).match(/service oldd: ran before, but does not start now/g)).toHaveLength(1);
  });
});

const handOver = {
  ...steps,
  over: `state() {
  service_running oldd --script "$root/etc/rc.d/oldd" --state stopped
  service_running newd --script "$root/etc/rc.d/newd"
}`,
};

/** The old daemon refuses another rc.conf than its own: who starts it too early is found out. */
function refuseOtherConf(host: ScratchHost): void {
  const script = host.read('etc/rc.d/oldd');
  const moved = `start() {\n  if grep -q chrootdir ${host.path('etc/rc.conf')}; then : >${host.root}.migrated; fi`;
  host.write('etc/rc.d/oldd', script.replace('start() {', moved), 0o555);
}

describe('a service whose variable changes', () => {
  const script = (name: string, variable: string): string =>
    `name="${name}"\nrcvar='${variable}'\ncommand=/bin/none\nrun_rc_command "$1"\n`;

  /** Which services the run has noted, with the variable that it found them by. */
  async function noted(host: ScratchHost, lines: string): Promise<string[]> {
    const { result } = await host.run('apply', {
      steps: { conf: `state() {\n${lines}\n}` },
      settings: { runId: 'noted' },
      runtime: movedTo(host.root),
    });
    expect(result.outcome, complaintsOf(result)).toBe('changed');
    const journal = readFileSync(`${host.state}/runs/noted/journal`, 'utf8').split('\n');
    return journal.flatMap((line) => {
      const [, kind, service, , , , variable] = line.split('|');
      return kind === 'switch' ? [`${service} by ${variable}`] : [];
    });
  }

  it('is found by its name and by what its script calls itself and its switch, however they are quoted', async () => {
    const host = scratchHost();
    host.write('etc/rc.conf', '');
    host.write('etc/rc.d/first', script('first', 'other_switch'), 0o555);
    host.write('etc/rc.d/second', 'name=seconds\n', 0o555);
    host.write('etc/rc.d/third', 'name="$called"\nrcvar=$name\n# rcvar=other_switch\n', 0o555);
    const lines = ['other_switch YES', 'seconds_flags -v', 'third NO', 'fourth YES', 'fourth_flags -v'].map(
      (words) => `rc_conf ${words} --path "$root/etc/rc.conf"`,
    );
    expect(await noted(host, lines.join('\n'))).toEqual([
      'first by other_switch',
      'second by seconds_flags',
      'third by third',
      'fourth by fourth',
    ]);
  });

  it.each([
    ['a file', (text: string) => `file "$root/etc/rc.d/late" --content '${text}' --mode 0555`],
    ['a command', (text: string) => `printf '%s' '${text}' >"$root/etc/rc.d/late"`],
  ])('is found if the step brought its script a moment before, by %s', async (_how, bring) => {
    const host = scratchHost();
    host.write('etc/rc.conf', '');
    host.write('etc/rc.d/early', script('early', 'early'), 0o555);
    const conf = (words: string): string => `rc_conf ${words} --path "$root/etc/rc.conf"`;
    const lines = [
      conf('early YES'),
      'in_plan || sleep 1.1',
      bring('name=late\nrcvar=late_switch\n'),
      conf('late_switch NO'),
    ];
    expect(await noted(host, lines.join('\n'))).toContain('late by late_switch');
  });
});

describe('the old daemon', () => {
  it.each([['a run that died'], ['a good run of the steps before it']])(
    'starts after the rc.conf is restored that %s had changed',
    async (first) => {
      const all = furnish();
      const { host, services } = all;
      refuseOtherConf(host);
      const before = fingerprint(host.root, 'second');
      const runtime = movedTo(host.root);
      if (first === 'a run that died') {
        await host.run('apply', {
          steps,
          settings: { runId: 'prepared' },
          runtime: (path, text) => runtime(path, deathAtEntry(10)(path, text)),
        });
      } else {
        await host.run('apply', { steps, settings: { runId: 'prepared' }, runtime });
      }
      const good = await host.run('apply', { steps: handOver, settings: { runId: 'good' }, runtime });
      expect(good.result.outcome, complaintsOf(good.result)).toBe('changed');
      const { result } = await host.run('rollback', { runtime });
      expect(result.outcome, complaintsOf(result)).toBe('rolled-back');
      expect(() => readFileSync(`${host.root}.migrated`)).toThrow();
      expect([services.oldd.isRunning(), services.newd.isRunning()]).toEqual([true, false]);
      expect(fingerprint(host.root, 'second')).toEqual(before);
    },
  );

  it.each(['rollback', 'console'])(
    'is not started with an rc.conf that somebody changed since: nothing is undone (%s) until that is settled',
    async (how) => {
      const all = furnish();
      const { host, services } = all;
      refuseOtherConf(host);
      const before = fingerprint(host.root, 'second');
      const runtime = movedTo(host.root);
      await host.run('apply', { steps: handOver, settings: { runId: 'good' }, runtime });
      const mine = `${host.read('etc/rc.conf')}mine=YES\n`;
      host.write('etc/rc.conf', mine);
      const applied = fingerprint(host.root, 'second');
      let said: string;
      if (how === 'rollback') {
        const { result } = await host.run('rollback', { runtime });
        expect(result.outcome).toBe('failed');
        said = complaintsOf(result);
      } else {
        const undo = undoAtConsole(`${host.state}/runs/good`);
        expect(undo.status).toBe(1);
        said = undo.said;
      }
      expect(said).toMatch(/nothing was undone: services start by \S+\/rc\.conf, .* --force/);
      expect([services.oldd.isRunning(), services.newd.isRunning()]).toEqual([false, true]);
      expect(fingerprint(host.root, 'second')).toEqual(applied);
      const { result } = await host.run('rollback', { runtime, settings: { force: true } });
      expect(result.outcome, complaintsOf(result)).toBe('rolled-back');
      expect([services.oldd.isRunning(), services.newd.isRunning()]).toEqual([true, false]);
      expect(() => readFileSync(`${host.root}.migrated`)).toThrow();
      expect(fingerprint(host.root, 'second')).toEqual(before);
      expect(readFileSync(`${host.state}/kept/good${host.path('etc/rc.conf')}`, 'utf8')).toBe(mine);
    },
  );

  it('starts alone if the run before changed nothing that it starts with', async () => {
    const { host, services } = furnish();
    const runtime = movedTo(host.root);
    await host.run('apply', { steps: { cage: steps.cage }, runtime });
    await host.run('apply', { steps: handOver, runtime });
    const { result } = await host.run('rollback', { runtime });
    expect(result.outcome, complaintsOf(result)).toBe('rolled-back');
    expect([services.oldd.isRunning(), services.newd.isRunning()]).toEqual([true, false]);
    expect(host.read('etc/rc.conf')).toBe('oldd=YES\nother=YES\n');
    expect((await host.run('rollback', { runtime })).result.outcome).toBe('rolled-back');
  });

  it('starts with a notice if a run in between changed its variables', async () => {
    const { host, services } = furnish();
    const runtime = movedTo(host.root);
    await host.run('apply', { steps: handOver, settings: { runId: 'a-first' }, runtime });
    const more = { more: `state() { rc_conf oldd_flags -v --path "$root/etc/rc.conf"; }` };
    await host.run('apply', { steps: more, settings: { runId: 'b-second' }, runtime });
    const { result, events } = await host.run('rollback', { runtime, settings: { targetRun: 'a-first' } });
    expect(result.outcome).toBe('failed');
    expect(services.oldd.isRunning()).toBe(true);
    const notices = events.flatMap((event) => (event.type === 'notice' ? [event.message] : []));
    expect(notices.join('\n')).toContain('changed something and are not undone: b-second');
  });
});

describe('what an rc script moved into a cage that the run made', () => {
  const moving = {
    one: `state() {
  directory "$root/cage" --transient '*'
  directory "$root/cage/zones" --kept a
  copy "$root/cage/zones/a" --from "$root/zones/a"
  if [ "$m__mode_run" = apply ]; then
    m_record_moved "$root/zones" "$root/cage/zones"
    m_record_moved "$root/key" "$root/cage/key"
    m_record_moved "$root/none" "$root/cage/none"
  fi
}`,
  };

  async function applied(): Promise<{ host: ScratchHost; before: readonly string[] }> {
    const host = scratchHost();
    host.write('zones/a', 'a\n', 0o640);
    host.write('zones/deep/b', 'b\n');
    host.write('zones/more', 'more\n');
    host.write('key', 'secret\n', 0o600);
    const before = fingerprint(host.root, 'second');
    const { result } = await host.run('apply', { steps: moving });
    expect(result.outcome, complaintsOf(result)).toBe('changed');
    return { host, before };
  }

  it.each(['moved', 'cut'])('is moved back (%s)', async (how) => {
    const { host, before } = await applied();
    const [zones, key] = [host.path('zones'), host.path('key')];
    execFileSync('sh', [
      '-c',
      `cp -R ${zones}/deep ${host.path('cage/zones')}; rm -rf ${zones}; mv ${key} ${host.path('cage')}`,
    ]);
    symlinkSync(host.path('cage/zones'), zones);
    symlinkSync(host.path('cage/key'), key);
    // An undo that was cut had taken the link away.
    if (how === 'cut') host.remove('zones');
    const { result } = await host.run('rollback');
    expect(result.outcome, complaintsOf(result)).toBe('rolled-back');
    expect(fingerprint(host.root, 'second')).toEqual(before);
  });

  it.each(['half a move', 'a move'])('has no copies there any more (%s)', async (how) => {
    const { host, before } = await applied();
    const [zones, into] = [host.path('zones'), host.path('cage/zones')];
    execFileSync('sh', [
      '-c',
      `cp -R ${zones}/deep ${into}; cp ${zones}/more ${into}; chown -R 14 ${into}/deep; ${how === 'a move' ? `rm -rf ${zones}; ln -s ${into} ${zones}` : ':'}`,
    ]);
    const { result } = await host.run('rollback');
    expect(result.outcome, complaintsOf(result)).toBe('rolled-back');
    expect(fingerprint(host.root, 'second')).toEqual(before);
  });

  it('does not include what was there before, and what is another file by now', async () => {
    const { host } = await applied();
    host.write('cage/zones/more', 'another\n');
    const { result } = await host.run('rollback');
    expect(result.outcome).toBe('failed');
    expect(complaintsOf(result)).toMatch(
      /cage\/zones: not removed, because it holds files that the run did not put there: more/,
    );
    expect(host.read('cage/zones/more')).toBe('another\n');
  });

  it('is left unchanged if nothing moved it, whatever is in it by now, and if somebody else moved it', async () => {
    const { host } = await applied();
    host.write('zones/a', 'later\n');
    host.remove('key');
    symlinkSync('elsewhere', host.path('key'));
    const { result } = await host.run('rollback');
    expect(result.outcome, complaintsOf(result)).toBe('rolled-back');
    expect(host.read('zones/a')).toBe('later\n');
    expect(readlinkSync(host.path('key'))).toBe('elsewhere');
  });
});
