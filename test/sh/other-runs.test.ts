// A run that only looks reports another active run on the host, and can wait for it. It also reports a run that died.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/model/events.ts';
import { eventually, untilThere } from './processes.ts';
import type { ScratchHost } from './scratch.ts';
import { complaintsOf, scratchHost } from './scratch.ts';

/** A step that changes something, and goes on until it is let. */
const held = {
  one: `state() {
  file "$root/f" --content x
  in_plan && return 0
  : >"$root/begun"
  ${untilThere('$root/go')}
}`,
};
const quick = { one: 'state() { file "$root/f" --content x; }' };

const begin = async (host: ScratchHost): Promise<{ done: Promise<unknown>; letGo: () => void }> => {
  const done = host.run('apply', { steps: held, settings: { runId: '20261128-050000-held' } });
  await eventually(() => existsSync(host.path('begun')));
  return {
    done,
    letGo: () => {
      host.write('go', '');
    },
  };
};

const atWork = {
  state: 'at-work',
  runId: '20261128-050000-held',
  action: 'apply',
  playbook: 'scratch',
  operator: 'tester@here',
  since: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as string,
};

const notices = (events: readonly RunEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'notice' ? [event.message] : []));

describe('a run on a host with another active run', () => {
  it.each([
    ['plan', {}],
    ['verify', {}],
    ['facts', {}],
    ['rollback', { preview: true }],
  ] as const)('reports it: %s', async (action, settings) => {
    const host = scratchHost();
    const { done, letGo } = await begin(host);
    const looked = await host.run(action, { steps: action === 'rollback' ? {} : quick, settings });
    letGo();
    await done;
    expect(looked.result.otherRun, complaintsOf(looked.result)).toEqual(atWork);
    const after = await host.run(action, { steps: action === 'rollback' ? {} : quick, settings });
    expect(after.result.otherRun).toBeUndefined();
  });

  it('reports it also if it began, or began and ended, meanwhile', async () => {
    const host = scratchHost();
    const look = {
      look: `state() { : >"$root/looking"; while [ ! -f "$root/looked" ]; do sleep 0.1; done; }`,
    };
    const plan = host.run('plan', { steps: look });
    await eventually(() => existsSync(host.path('looking')));
    const { done, letGo } = await begin(host);
    host.write('looked', '');
    expect((await plan).result.otherRun).toEqual(atWork);
    letGo();
    await done;

    rmSync(host.path('looked'));
    rmSync(host.path('looking'));
    const again = host.run('plan', { steps: look });
    await eventually(() => existsSync(host.path('looking')));
    await host.run('apply', { steps: { two: 'state() { file "$root/g" --content x; }' } });
    host.write('looked', '');
    expect((await again).result.otherRun).toMatchObject({ state: 'was-at-work', operator: 'tester@here' });
  });

  it.each(['plan', 'verify', 'apply'] as const)('waits for it with --wait: %s', async (action) => {
    const host = scratchHost();
    const { done, letGo } = await begin(host);
    const { result, events } = await host.run(action, {
      steps: quick,
      settings: { waitSeconds: 60 },
      onEvent: (event) => {
        if (event.type === 'notice') letGo();
      },
    });
    await done;
    expect(result.outcome, complaintsOf(result)).toBe('ok');
    expect(result.otherRun).toBeUndefined();
    expect(notices(events)).toEqual([
      expect.stringMatching(
        /^waits for run 20261128-050000-held by tester@here, which is at work here since /,
      ),
    ]);
  });

  it('rolls back, after the wait, the newest run of that moment', async () => {
    const host = scratchHost();
    await host.run('apply', { steps: { zero: 'state() { file "$root/zero" --content x; }' } });
    const { done, letGo } = await begin(host);
    const { result } = await host.run('rollback', {
      settings: { waitSeconds: 60 },
      onEvent: (event) => {
        if (event.type === 'notice') letGo();
      },
    });
    await done;
    expect(result.outcome, complaintsOf(result)).toBe('rolled-back');
    expect([existsSync(host.path('f')), existsSync(host.path('zero'))]).toEqual([false, true]);
  });

  it('does not wait for ever: a plan continues with what it sees, an apply is refused as usual', async () => {
    const host = scratchHost();
    const { done, letGo } = await begin(host);
    const plan = await host.run('plan', { steps: quick, settings: { waitSeconds: 1 } });
    expect(plan.result).toMatchObject({ outcome: 'ok', otherRun: atWork });
    const apply = await host.run('apply', { steps: quick, settings: { waitSeconds: 1 } });
    expect(apply.result).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('another run holds this host: run 20261128-050000-held') as string,
    });
    letGo();
    await done;
  });

  it('starts nothing with the name of a daemon that the other one may be starting', async () => {
    const host = scratchHost();
    const moved = (_path: string, text: string): string =>
      text.replaceAll('/usr/pkg/sbin/named', host.path('usr/pkg/sbin/named'));
    host.write('usr/pkg/sbin/named', '#!/bin/sh\necho "BIND ${0##*/}"\n', 0o755);
    const { done, letGo } = await begin(host);
    const meanwhile = await host.run('facts', { runtime: moved });
    letGo();
    await done;
    const after = await host.run('facts', { runtime: moved });
    expect(meanwhile.result.facts.get('named_package')).toBe('version');
    expect(after.result.facts.get('named_package')).toBe('named');
  });

  it('can be stopped while it waits, without any change', async () => {
    const host = scratchHost();
    const { done, letGo } = await begin(host);
    const stop = new AbortController();
    const { result } = await host.run('apply', {
      steps: { two: 'state() { file "$root/g" --content x; }' },
      settings: { waitSeconds: 60 },
      stop: stop.signal,
      onEvent: (event) => {
        if (event.type === 'notice') stop.abort();
      },
    });
    expect(result).toMatchObject({
      outcome: 'failed',
      reason: 'stopped by the operator while it waited for run 20261128-050000-held',
    });
    letGo();
    await done;
    expect(existsSync(host.path('g'))).toBe(false);
  });

  it('describes itself in its claim; a claim of an older muster says less', async () => {
    const host = scratchHost();
    const { done, letGo } = await begin(host);
    const claim = join(host.state, 'lock', '1');
    const lines = readFileSync(claim, 'utf8').split('\n');
    expect(lines.slice(4, 6)).toEqual(['apply', 'scratch']);
    writeFileSync(claim, lines.slice(0, 4).join('\n') + '\n');
    const { result } = await host.run('plan', { steps: quick });
    expect(result.otherRun).toMatchObject({ ...atWork, action: '', playbook: '' });
    letGo();
    await done;
  });
});

describe('a run that died', () => {
  const receipt = (host: ScratchHost, id: string, status: string, journal = '1|time|/x|.\n'): void => {
    const place = join(host.state, 'runs', id);
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, 'status'), `${status}\n`);
    writeFileSync(join(place, 'journal'), journal);
    writeFileSync(
      join(place, 'meta'),
      `run=${id}\nplaybook=caged-bind\ndigest=d\noperator=ops@bastion\nstarted=2026-11-28T04:00:00Z\n`,
    );
  };
  const died = {
    state: 'died',
    runId: 'r2',
    action: 'apply',
    playbook: 'caged-bind',
    operator: 'ops@bastion',
    since: '2026-11-28T04:00:00Z',
  };

  it.each([
    ['running', died],
    ['rolling-back', { ...died, action: 'rollback' }],
    ['applied', undefined],
    ['taken-back', undefined],
  ])('is reported by a run that looks, if it is the newest: %s', async (status, told) => {
    const host = scratchHost();
    receipt(host, 'r1', 'running');
    receipt(host, 'r2', status);
    // One that died before it changed anything left nothing to deal with.
    receipt(host, 'r3', 'running', '');
    mkdirSync(join(host.state, 'lock'));
    writeFileSync(join(host.state, 'lock', '1'), '4194305\nr2\nops@bastion\nthen\n');
    const { result } = await host.run('plan', { steps: quick });
    expect(result.otherRun).toEqual(told);
  });
});
