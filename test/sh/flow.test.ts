// How a run goes from step to step, and how it is ended: by failures, by time, by the operator, by a dead link.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { undoAtConsole, workDirectoriesOf } from './crash.ts';
import { eventually, isAlive, pidsIn, untilThere } from './processes.ts';
import { changesOf, complaintsOf, scratchHost } from './scratch.ts';

const outcomes = (steps: readonly { id: string; outcome: string }[]): readonly string[] =>
  steps.map(({ id, outcome }) => `${id} ${outcome}`);

describe('a step', () => {
  it('that does not apply is skipped with its reason, and the run continues', async () => {
    const host = scratchHost();
    const { result } = await host.run('apply', {
      steps: {
        one: `applies() { echo 'only for | old releases'; return 1; }\nstate() { file "$root/one" --content x; }`,
        silent: `applies() { false; }\nstate() { file "$root/silent" --content x; }`,
        two: `applies() { true; }\nstate() { file "$root/two" --content x; }`,
      },
    });
    expect(result.outcome, complaintsOf(result)).toBe('changed');
    expect(result.steps.map(({ outcome, reason }) => `${outcome} ${reason}`)).toEqual([
      'skipped only for | old releases',
      'skipped it is not for this host',
      'changed ',
    ]);
    expect(changesOf(result)).toEqual([`two file ${host.path('two')}`]);
  });

  it('is skipped if `applies` exits instead of returning, but fails if it exits 0', async () => {
    const host = scratchHost();
    const { result } = await host.run('plan', {
      steps: {
        no: `applies() { echo 'not here,'; echo 'not now'; exit 3; }\nstate() { file "$root/no" --content x; }`,
        refused: `applies() { fail 'it cannot be told'; }\nstate() { file "$root/refused" --content x; }`,
        yes: `applies() { exit 0; }\nstate() { file "$root/yes" --content x; }`,
      },
    });
    expect(result.steps.map(({ outcome, reason }) => `${outcome} ${reason}`)).toEqual([
      'skipped not here,\nnot now',
      'skipped it is not for this host',
      'failed `applies` ended the step with an exit; let it return',
    ]);
    expect(changesOf(result)).toEqual([]);
  });

  it.each([
    ['a raw command that fails', 'state() { false; }', 'exit status 1'],
    ['a raw command in a function', 'f() { grep -q x /dev/null; echo no; }\nstate() { f; }', 'exit status 1'],
    ['a command that is not there', 'state() { no-such-command; }', 'exit status 127'],
    ['an exit', 'state() { exit 7; }', 'exit status 7'],
    ['fail', `state() { fail "so it is | said"; }`, 'so it is | said'],
    ['a function that is missing', 'verify() { :; }', 'exit status 127'],
    ['a syntax error', 'state() { if; }', 'exit status 2'],
    ['a signal', 'state() { sh -c "kill -9 \\$\\$"; }', 'exit status 137'],
  ])('fails by %s, and the later ones are skipped', async (_title, body, reason) => {
    const host = scratchHost();
    const steps = { good: `state() { file "$root/good" --content x; }`, bad: body, later: 'state() { :; }' };
    const { result } = await host.run('apply', { steps });
    expect(result).toMatchObject({ outcome: 'failed', reason: `step bad: ${reason}` });
    expect(outcomes(result.steps)).toEqual(['good changed', 'bad failed', 'later skipped']);
    expect(result.steps[2]?.reason).toBe('because bad failed');
    expect(host.receipt('status')).toBe('failed\n');
    expect((await host.run('rollback')).result.outcome).toBe('rolled-back');
  });

  it('that fails in a plan does not hide the later ones', async () => {
    const host = scratchHost();
    const steps = { bad: 'state() { fail no; }', later: `state() { file "$root/x" --content x; }` };
    const { result } = await host.run('plan', { steps });
    expect(result.outcome).toBe('failed');
    expect(outcomes(result.steps)).toEqual(['bad failed', 'later changed']);
  });

  it('keeps its two streams apart and byte for byte', async () => {
    const host = scratchHost();
    const { result } = await host.run('apply', {
      steps: {
        say: `state() { printf 'out 1\\n'; printf 'err\\n' >&2; printf 'out 2 é'; }`,
        quiet: 'state() { :; }',
      },
    });
    expect(result.steps[0]).toMatchObject({ stdout: 'out 1\nout 2 é', stderr: 'err\n' });
    expect(result.steps[1]).toMatchObject({ stdout: '', stderr: '' });
  });

  it('has its own variables with any content, and not those of other steps', async () => {
    const host = scratchHost();
    const tricky = `a'b"c$d\`e\\f|g\nh\té  `;
    const { result } = await host.run('apply', {
      vars: { root: host.root, tricky },
      steps: {
        one: `state() { mine=1; file "$root/tricky" --content "$tricky"; }`,
        two: 'state() { expect_equal mine "" "${mine-}"; }',
      },
    });
    expect(result.outcome, complaintsOf(result)).toBe('changed');
    expect(host.read('tricky')).toBe(`${tricky}\n`);
    expect(result.checks).toEqual([{ kind: 'step', step: 'two', name: 'mine', holds: true, message: '' }]);
  });

  it('is tried again as often as its retries allow', async () => {
    const host = scratchHost();
    const steps = {
      flaky: `state() { echo x >>"$root/tries"; [ "$(($(wc -l <"$root/tries")))" -ge 3 ] || fail 'not yet'; }`,
    };
    const { result, events } = await host.run('apply', { steps, retries: 2 });
    expect(result.outcome, complaintsOf(result)).toBe('ok');
    expect(host.read('tries')).toBe('x\nx\nx\n');
    expect(events.filter(({ type }) => type === 'notice')).toHaveLength(2);
    host.remove('tries');
    const tooFew = await host.run('apply', { steps, retries: 1 });
    expect(tooFew.result).toMatchObject({ outcome: 'failed', reason: 'step flaky: not yet' });
  });
});

describe('a step’s own undo', () => {
  const steps = {
    one: `state() { file "$root/f" --content x; echo "$note" >"$root.raw"; }
undo() { printf '%s' "$note" >"$root.undone"; rm "$root.raw"; }`,
    idle: `state() { :; }\nundo() { : >"$root.never"; }`,
  };

  it('runs in a rollback with the variables of the step, if the step changed something', async () => {
    const host = scratchHost();
    const note = `it's |\n$note`;
    await host.run('apply', { steps, vars: { root: host.root, note } });
    const { result } = await host.run('rollback');
    expect(result.outcome, complaintsOf(result)).toBe('rolled-back');
    expect(readFileSync(`${host.root}.undone`, 'utf8')).toBe(note);
    expect(existsSync(`${host.root}.raw`)).toBe(false);
    expect(existsSync(`${host.root}.never`)).toBe(false);
  });
});

describe('expectations', () => {
  const steps = {
    one: `state() { file "$root/f" --content x --mode 0600; }
verify() {
  expect_file "$root/f" 0600
  expect_file "$root/f" 0644
  expect_equal 'name of | it' a b
  expect 'it is so' sh -c 'echo "it is not"; exit 1'
  observe a.key "value | with
lines"
}`,
    two: `state() { file "$root/g" --content x; }\nverify() { observe b.key 2; }`,
  };

  it('fail the step of an apply if they do not hold, so the next step never begins', async () => {
    const host = scratchHost();
    const { result } = await host.run('apply', { steps });
    expect(result.outcome).toBe('failed');
    expect(outcomes(result.steps)).toEqual(['one failed', 'two skipped']);
    expect(result.steps[0]?.reason).toBe(
      `3 expectations do not hold: file ${host.path('f')}: mode 0600, not 0644`,
    );
    expect(result.checks.map(({ holds, message }) => `${String(holds)} ${message}`)).toEqual([
      'true ',
      'false mode 0600, not 0644',
      'false wanted a, got b',
      'false it is not',
    ]);
  });

  it('are all asked in a verify, and observations collected', async () => {
    const host = scratchHost();
    await host.run('apply', { steps });
    const { result } = await host.run('verify', { steps });
    expect(result.outcome).toBe('failed');
    expect(outcomes(result.steps)).toEqual(['one failed', 'two changed']);
    expect([...result.observations]).toEqual([
      ['a.key', 'value | with\nlines'],
      ['b.key', '2'],
    ]);
  });

  it('are not asked in a plan', async () => {
    const { result } = await scratchHost().run('plan', { steps });
    expect(result).toMatchObject({ outcome: 'changed', checks: [] });
  });
});

// Children that would outlive their parents: in the background, orphaned, deaf to TERM, in a pipe.
const stubborn = `state() {
  echo $$ >"$root/driver"
  for how in : "trap '' TERM"; do
    sh -c "$how; echo \\$\\$ >>'$root/pids'; sleep 300; :" &
    (sh -c "$how; echo \\$\\$ >>'$root/pids'; sleep 300; :" &)
  done
  sh -c 'echo $$ >>"$1/pids"; sleep 300' sh "$root" | cat
}`;

describe('a step that takes too long', () => {
  it('is ended with all that it started, and the run continues to its end', async () => {
    const host = scratchHost();
    const steps = { slow: stubborn, next: `state() { sleep 2; file "$root/next" --content x; }` };
    const { result } = await host.run('plan', { steps, timeouts: { slow: 20 } });
    expect(outcomes(result.steps)).toEqual(['slow failed', 'next changed']);
    expect(result.steps[0]?.reason).toBe('over its time of 20 s; all its processes were ended');
    const pids = pidsIn(host.path('pids'));
    expect(pids).toHaveLength(5);
    expect(pids.filter(isAlive)).toEqual([]);
  });

  it('can be tried again, and the first try does not affect the second', async () => {
    const host = scratchHost();
    const steps = {
      slow: `state() {
  echo x >>"$root/tries"
  [ "$(($(wc -l <"$root/tries")))" -ge 2 ] || { trap '' TERM; sleep 300 & wait; sleep 300; }
  sleep 2
}`,
    };
    const { result } = await host.run('apply', { steps, timeoutSeconds: 20, retries: 1 });
    expect(result.outcome, complaintsOf(result)).toBe('ok');
    expect(host.read('tries')).toBe('x\nx\n');
  });
});

describe('the operator', () => {
  it('stops a run at the next step boundary', async () => {
    const host = scratchHost();
    const stop = new AbortController();
    const steps = {
      one: `state() {
  ${untilThere('$m_work/stop')}
  file "$root/one" --content x
}`,
      two: `state() { file "$root/two" --content x; }`,
    };
    const { result } = await host.run('apply', {
      steps,
      stop: stop.signal,
      onEvent: (event) => {
        if (event.type === 'step-started') stop.abort();
      },
    });
    expect(result).toMatchObject({ outcome: 'failed', reason: 'stopped by the operator' });
    expect(outcomes(result.steps)).toEqual(['one changed', 'two skipped']);
    expect(result.steps[1]?.reason).toBe('the run was stopped');
  });

  it('cancels a running step with all that it started', async () => {
    const host = scratchHost();
    const cancel = new AbortController();
    const { result } = await host.run('apply', {
      steps: { slow: stubborn, next: 'state() { :; }' },
      cancel: cancel.signal,
      onEvent: (event) => {
        if (event.type === 'step-started')
          void eventually(() => pidsIn(host.path('pids')).length === 5).then(() => {
            cancel.abort();
          });
      },
    });
    expect(outcomes(result.steps)).toEqual(['slow failed', 'next skipped']);
    expect(result.steps[0]?.reason).toBe('stopped by the operator');
    const pids = pidsIn(host.path('pids'));
    expect(pids).toHaveLength(5);
    expect(pids.filter(isAlive)).toEqual([]);
  });

  it('cancels a step that continues to a good end when its child is ended', async () => {
    const host = scratchHost();
    const cancel = new AbortController();
    const { result } = await host.run('apply', {
      steps: { slow: `state() { trap : TERM; echo begun; sleep 300 || :; }`, next: 'state() { :; }' },
      cancel: cancel.signal,
      onEvent: (event) => {
        if (event.type === 'output') cancel.abort();
      },
    });
    expect(outcomes(result.steps)).toEqual(['slow failed', 'next skipped']);
    expect(result.steps[0]?.reason).toBe('stopped by the operator');
  });

  it('cancels a command that continues to a good end when its child is ended', async () => {
    const host = scratchHost();
    const cancel = new AbortController();
    const { result } = await host.run('exec', {
      command: 'trap : TERM; echo begun; sleep 300; echo done',
      cancel: cancel.signal,
      onEvent: (event) => {
        if (event.type === 'output') cancel.abort();
      },
    });
    expect(result).toMatchObject({ outcome: 'failed', reason: 'exit status 143' });
  });

  it('cancels a command', async () => {
    const host = scratchHost();
    const cancel = new AbortController();
    const { result } = await host.run('exec', {
      command: `echo $$ >'${host.root}/pids'; echo begun; sleep 300; :`,
      cancel: cancel.signal,
      onEvent: (event) => {
        if (event.type === 'output') cancel.abort();
      },
    });
    expect(result.outcome).toBe('failed');
    expect(pidsIn(host.path('pids')).filter(isAlive)).toEqual([]);
  });
});

describe('a command', () => {
  it('returns its status and its streams', async () => {
    const { result } = await scratchHost().run('exec', { command: `echo out; echo err >&2; exit 3` });
    expect(result.command).toEqual({ status: 3, stdout: 'out\n', stderr: 'err\n' });
    expect(result).toMatchObject({ outcome: 'failed', reason: 'exit status 3' });
  });
});

describe('a driver that is killed', () => {
  it('ends what its step had started, and the host is unknown, not good', async () => {
    const host = scratchHost();
    const { result } = await host.run('apply', {
      steps: {
        one: `state() { sh -c 'echo $$ >>"$1/pids"; sleep 300; :' sh "$root" & kill -9 $$; sleep 300; }`,
      },
    });
    expect(result).toMatchObject({ outcome: 'unknown', reason: expect.stringContaining('killed') as string });
    expect(await eventually(() => !pidsIn(host.path('pids')).some(isAlive))).toBe(true);
    expect(workDirectoriesOf(host.state)).toEqual([]);
  });
});

describe('a link that breaks', () => {
  const cut = 'kill -9 "$(cat "$m_work/follower.pid")"';

  it('ends a run that changes nothing, and leaves nothing of it', async () => {
    const host = scratchHost();
    const steps = { one: `state() { echo $$ >"$root/pids"; ${cut}; sleep 300; }` };
    const { result } = await host.run('plan', { steps });
    expect(result.outcome).toBe('unknown');
    expect(await eventually(() => workDirectoriesOf(host.state).length === 0)).toBe(true);
    expect(await eventually(() => !pidsIn(host.path('pids')).some(isAlive))).toBe(true);
  });

  it('does not end an apply: it continues, muster reconnects, and its receipt is complete', async () => {
    const host = scratchHost();
    const steps = {
      one: `state() { ${cut}; sleep 1; file "$root/one" --content x; }`,
      two: `state() { file "$root/two" --content x; }`,
    };
    const { result } = await host.run('apply', { steps, secrets: { token: 'planted-secret' } });
    expect(result).toMatchObject({ outcome: 'changed', connections: 2 });
    // The lock is the last thing to go, when the receipt is whole already.
    expect(await eventually(() => readdirSync(host.state).join(' ') === 'runs')).toBe(true);
    expect(host.receipt('status')).toBe('applied\n');
    expect(host.read('two')).toBe('x\n');
    expect(undoAtConsole(`${host.state}/runs/${host.receipts()[0] ?? ''}`)).toMatchObject({ status: 0 });
  });
});
