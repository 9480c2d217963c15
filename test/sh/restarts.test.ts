// A restart that is owed is not forgotten, and none comes that is not owed.
import { describe, expect, it } from 'vitest';
import { deathAtEntry } from './crash.ts';
import { fakeService } from './fake-host.ts';
import { complaintsOf, scratchHost } from './scratch.ts';
import type { ScratchHost } from './scratch.ts';

const conf = 'state() { file "$root/conf" --content new; }';
const restart = `state() { restart daemon --script "$script" --when-changed "$root/conf"; }`;

function withService(): {
  host: ScratchHost;
  vars: Record<string, string>;
  /** The verbs that the service got since the last call. */
  verbs: () => readonly string[];
} {
  const host = scratchHost();
  const service = fakeService(host, 'daemon');
  service.start();
  service.verbs();
  return { host, vars: { script: service.script }, verbs: service.verbs };
}

describe('restart', () => {
  it('happens once if something that it watches changed', async () => {
    const { host, vars, verbs } = withService();
    const steps = { conf, restart };
    expect((await host.run('apply', { steps, vars })).result.outcome).toBe('changed');
    expect(verbs()).toEqual(['restart']);
    expect((await host.run('apply', { steps, vars })).result.outcome).toBe('ok');
    expect(verbs()).toEqual([]);
  });

  it('names each reason once, however often it is declared', async () => {
    const { host, vars } = withService();
    const twice = restart.replace(
      '--when-changed "$root/conf"',
      '--when-changed "$root/conf" --when-changed "$root/conf"',
    );
    const { result } = await host.run('plan', { steps: { conf, restart: twice }, vars });
    expect(result.resources[1]?.reason).toBe(`${host.path('conf')} changed`);
  });

  it('is done later if an earlier run failed between change and restart', async () => {
    const { host, vars, verbs } = withService();
    await host.run('apply', { steps: { conf, broken: 'state() { false; }', restart }, vars });
    expect(verbs()).toEqual([]);
    const planned = await host.run('plan', { steps: { conf, restart }, vars });
    expect(planned.result.resources.map(({ resource, status }) => `${resource} ${status}`)).toEqual([
      'file ok',
      'restart change',
    ]);
    await host.run('apply', { steps: { conf, restart }, vars });
    expect(verbs()).toEqual(['restart']);
    expect((await host.run('plan', { steps: { conf, restart }, vars })).result.outcome).toBe('ok');
  });

  it('stays owed if only the steps before it were selected', async () => {
    const { host, vars, verbs } = withService();
    await host.run('apply', { steps: { conf }, vars, settings: { allSteps: false } });
    await host.run('apply', { steps: { conf, restart }, vars });
    expect(verbs()).toEqual(['restart']);
  });

  it('is repeated by a rollback, once the files are back', async () => {
    const { host, vars, verbs } = withService();
    await host.run('apply', { steps: { conf, restart }, vars });
    expect((await host.run('rollback')).result.outcome).toBe('rolled-back');
    expect(verbs()).toEqual(['restart', 'restart']);
  });
});

describe('a service', () => {
  it('is restarted if the driver died between the change and the restart', async () => {
    const { host, vars, verbs } = withService();
    const steps = { conf, restart };
    // Entries: the time of the directory, the file, the restart.
    const died = await host.run('apply', { steps, vars, runtime: deathAtEntry(3) });
    expect(died.result.outcome).toBe('unknown');
    expect(verbs()).toEqual([]);
    await host.run('apply', { steps, vars });
    expect(verbs()).toEqual(['restart']);
  });

  it('that is not running is not started by a restart', async () => {
    const host = scratchHost();
    const service = fakeService(host, 'daemon');
    const { result } = await host.run('apply', {
      steps: { conf, restart },
      vars: { script: service.script },
    });
    expect(result.outcome, complaintsOf(result)).toBe('changed');
    expect(service.isRunning()).toBe(false);
  });

  it('that the run started and restarted is stopped after a rollback', async () => {
    const host = scratchHost();
    const service = fakeService(host, 'daemon');
    const steps = {
      start: 'state() { service_running daemon --script "$script"; }',
      conf,
      restart,
    };
    await host.run('apply', { steps, vars: { script: service.script } });
    expect(service.isRunning()).toBe(true);
    const { result } = await host.run('rollback');
    expect(result.outcome, complaintsOf(result)).toBe('rolled-back');
    expect(service.isRunning()).toBe(false);
  });

  it('that the run stopped and started runs again after a rollback', async () => {
    const host = scratchHost();
    const service = fakeService(host, 'daemon');
    service.start();
    const steps = {
      stop: 'state() { service_running daemon --state stopped --script "$script"; }',
      start: 'state() { service_running daemon --script "$script"; }',
    };
    await host.run('apply', { steps, vars: { script: service.script } });
    const { result } = await host.run('rollback');
    expect(result.outcome, complaintsOf(result)).toBe('rolled-back');
    expect(service.isRunning()).toBe(true);
  });

  it('that does not start with its new file fails the step, and runs again after a rollback', async () => {
    const host = scratchHost();
    const service = fakeService(host, 'daemon', 'conf');
    host.write('conf', 'fine\n');
    service.start();
    const steps = { conf: 'state() { file "$root/conf" --content broken; }', restart };
    // Nobody waits a quarter of a minute for a daemon that is known to be dead.
    const runtime = (_path: string, text: string): string => text.replaceAll('m_await 15', 'm_await 1');
    const { result } = await host.run('apply', { steps, vars: { script: service.script }, runtime });
    expect(result.outcome).toBe('failed');
    expect(result.resources.at(-1)).toMatchObject({ resource: 'restart', status: 'failed' });
    expect(service.isRunning()).toBe(false);
    const back = await host.run('rollback', { runtime });
    expect(back.result.outcome, complaintsOf(back.result)).toBe('rolled-back');
    expect(service.isRunning()).toBe(true);
  });
});
