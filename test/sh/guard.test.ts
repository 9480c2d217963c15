// A step that guards the host: if it ends before the guard is over, for any reason, the run is rolled back at once, and
// nothing is left to do for a rollback.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { LocalRun } from '../support/run-local.ts';
import { undoAtConsole } from './crash.ts';
import { fakeService } from './fake-host.ts';
import { eventually } from './processes.ts';
import type { ScratchHost } from './scratch.ts';
import { complaintsOf, scratchHost } from './scratch.ts';

/** What a hand-over does: a file is replaced, the service stops, and then comes `trouble`. */
const stepsWith = (trouble: string): Readonly<Record<string, string>> => ({
  conf: 'state() { file "$root/conf" --content new; }',
  over: `state() {
  m_begin over daemon
  m_record_service daemon "$script" running
  m_guard "echo ended >>'$root.ended'"
  sh "$script" stop
  : >"$root/stopped"
  ${trouble}
  m_unguard
}`,
  next: 'state() { : >"$root/next"; }',
});

function servingHost(): { host: ScratchHost; runs: () => boolean; guarded: Partial<LocalRun> } {
  const host = scratchHost();
  const service = fakeService(host, 'daemon');
  service.start();
  host.write('conf', 'old\n');
  return { host, runs: service.isRunning, guarded: { vars: { script: service.script } } };
}

function expectAsBefore(host: ScratchHost, runs: () => boolean, status = 'taken-back\n'): void {
  expect(readFileSync(`${host.root}.ended`, 'utf8')).toBe('ended\n');
  expect(runs()).toBe(true);
  expect(host.read('conf')).toBe('old\n');
  expect(host.receipt('status')).toBe(status);
  expect(existsSync(host.path('next'))).toBe(false);
}

describe('a guarded step', () => {
  it.each([
    ['fails', 'fail "it does not serve"', 'it does not serve'],
    ['is ended by a signal', 'kill -9 "$(sh -c \'echo $PPID\')"', 'exit status 137'],
  ])('that %s is not tried again, and the run is rolled back', async (_title, trouble, reason) => {
    const { host, runs, guarded } = servingHost();
    const { result } = await host.run('apply', { ...guarded, steps: stepsWith(trouble), retries: 1 });
    expect(result).toMatchObject({
      outcome: 'failed',
      reason: `step over: ${reason}; so the run was rolled back, and the host is as before`,
    });
    expectAsBefore(host, runs);
  });

  it('leaves nothing to a rollback, which undoes the good run before it only by name', async () => {
    const { host, runs, guarded } = servingHost();
    const good = { good: 'state() { file "$root/good" --content x; }' };
    await host.run('apply', { ...guarded, steps: good });
    await host.run('apply', { ...guarded, steps: stepsWith('fail no') });
    const [first = '', failed = ''] = host.receipts();
    const { result } = await host.run('rollback');
    expect(result, complaintsOf(result)).toMatchObject({
      outcome: 'ok',
      reason: `run ${failed} failed and was rolled back already; to undo an older one, name it (--run)`,
    });
    expect(undoAtConsole(`${host.state}/runs/${failed}`).said).toContain('rolled back already');
    expectAsBefore(host, runs);
    expect(host.read('good')).toBe('x\n');
    const named = await host.run('rollback', { settings: { targetRun: first } });
    expect(named.result.outcome, complaintsOf(named.result)).toBe('rolled-back');
    expect(existsSync(host.path('good'))).toBe(false);
  });

  it('that exceeds its time is rolled back, without a time limit', async () => {
    const { host, runs, guarded } = servingHost();
    const { result } = await host.run('apply', {
      ...guarded,
      steps: stepsWith('sleep 300'),
      timeouts: { over: 5 },
    });
    expect(result.reason).toMatch(/^step over: over its time of 5 s; .*the host is as before$/);
    expectAsBefore(host, runs);
  });

  it('that is cancelled is rolled back', async () => {
    const { host, runs, guarded } = servingHost();
    const cancel = new AbortController();
    const { result } = await host.run('apply', {
      ...guarded,
      steps: stepsWith('sleep 300'),
      cancel: cancel.signal,
      onEvent: (event) => {
        if (event.type !== 'step-started' || event.step !== 'over') return;
        void eventually(() => existsSync(host.path('stopped'))).then(() => {
          cancel.abort();
        });
      },
    });
    expect(result.reason).toMatch(/^step over: stopped by the operator; .*the host is as before$/);
    expectAsBefore(host, runs);
  });

  it('whose driver is killed is rolled back without it', async () => {
    const { host, runs, guarded } = servingHost();
    const { result } = await host.run('apply', { ...guarded, steps: stepsWith('kill -9 $$; sleep 300') });
    expect(result.outcome).toBe('unknown');
    expectAsBefore(host, runs);
  });

  it('reports what cannot be rolled back, and a rollback can be tried again', async () => {
    const { host, runs, guarded } = servingHost();
    const steps = stepsWith('echo other >"$root/conf"; fail no');
    const { result } = await host.run('apply', { ...guarded, steps });
    expect(result.reason).toContain('but not completely');
    expect(runs()).toBe(true);
    expect(host.receipt('status')).toBe('rollback-incomplete\n');
    host.write('conf', 'new\n');
    expect((await host.run('rollback')).result.outcome).toBe('rolled-back');
    expectAsBefore(host, runs, 'rolled-back\n');
  });

  it('that ends well does not change the run', async () => {
    const { host, runs, guarded } = servingHost();
    const { result } = await host.run('apply', { ...guarded, steps: stepsWith('sh "$script" start') });
    expect(result.outcome, complaintsOf(result)).toBe('changed');
    expect(runs()).toBe(true);
    expect(host.read('conf')).toBe('new\n');
  });
});
