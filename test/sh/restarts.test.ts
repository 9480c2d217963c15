// A restart that is owed is not forgotten, and none comes that is not owed.
import { describe, expect, it } from 'vitest';
import { fakeService } from './fake-host.ts';
import { scratchHost } from './scratch.ts';
import type { ScratchHost } from './scratch.ts';

const conf = 'state() { file "$root/conf" --content new; }';
const restart = `state() { restart daemon --script "$script" --when-changed "$root/conf"; }`;

function withService(): {
  host: ScratchHost;
  vars: Record<string, string>;
  /** What the service was told since this was last asked. */
  verbs: () => readonly string[];
} {
  const host = scratchHost();
  const service = fakeService(host, 'daemon');
  service.start();
  service.verbs();
  return { host, vars: { script: service.script }, verbs: service.verbs };
}

describe('restart', () => {
  it('comes once when what it watches changed, and not again', async () => {
    const { host, vars, verbs } = withService();
    const steps = { conf, restart };
    expect((await host.run('apply', { steps, vars })).result.outcome).toBe('changed');
    expect(verbs()).toEqual(['restart']);
    expect((await host.run('apply', { steps, vars })).result.outcome).toBe('ok');
    expect(verbs()).toEqual([]);
  });

  it('is made up for when an earlier run failed between change and restart', async () => {
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

  it('stays owed when only the steps before it were asked for', async () => {
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
