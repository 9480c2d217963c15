// What was seen at once is dropped when something may have changed it: by a resource, in a subshell, or by a raw command of a step.
import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bareRuntime } from './bare-runtime.ts';
import { changesOf, complaintsOf, scratchHost } from './scratch.ts';
import type { ScratchHost } from './scratch.ts';

const modeOf = (host: ScratchHost, name: string): string =>
  (statSync(host.path(name)).mode & 0o7777).toString(8);

/** A host with files whose modes are right, and paths that the controller can tell. */
function host(): ScratchHost {
  const one = scratchHost();
  for (const name of ['a', 'b', 'c']) one.write(name, `${name}\n`);
  return one;
}

describe('in an apply', () => {
  it('a raw command of the step is noticed, before or after the resource', async () => {
    const one = host();
    const steps = {
      one: `state() {
  mode_owner "$root/a" --mode 0644
  chmod 600 "$root/b"
  mode_owner "$root/b" --mode 0644
  chmod 600 "$root/a"
}`,
    };
    const { result } = await one.run('apply', { steps });
    expect(result.outcome, complaintsOf(result)).toBe('changed');
    expect(changesOf(result)).toContain(`one mode_owner ${one.path('b')}`);
    expect(modeOf(one, 'b')).toBe('644');
  });

  it.each([
    [
      'a raw command after the last resource begins the step again, once',
      `printf x >>"$root/times"
  mode_owner "$root/a" --mode 0644
  chmod 600 "$root/a"`,
      'xx',
    ],
    [
      'a step that guards the host begins again, too, if nothing is to run at its end',
      `m_guard ':'
  printf x >>"$root/times"
  mode_owner "$root/a" --mode 0644
  chmod 600 "$root/a"`,
      'xx',
    ],
    [
      'a step that guards the host with a text has looked at everything before',
      `printf x >>"$root/times"
  mode_owner "$root/a" --mode 0644
  m_guard 'exit 1'
  chmod 600 "$root/a"
  mode_owner "$root/a" --mode 0644`,
      'x',
    ],
  ])('%s', async (_title, commands, times) => {
    const one = host();
    const { result } = await one.run('apply', { steps: { one: `state() {\n  ${commands}\n}` } });
    expect(result.outcome, complaintsOf(result)).toBe('changed');
    expect(one.read('times')).toBe(times);
  });

  it('values in rc.conf that a raw command changed are looked at anew', async () => {
    const one = host();
    one.write('rc.conf', 'x=1\ny=2\n');
    const steps = {
      one: `state() {
  rc_conf y 2 --path "$root/rc.conf"
  printf 'x=3\\ny=2\\n' >"$root/rc.conf"
  rc_conf x 1 --path "$root/rc.conf"
}`,
    };
    const { result } = await one.run('apply', { steps });
    expect(result.outcome, complaintsOf(result)).toBe('changed');
    expect(one.read('rc.conf')).toBe('x=1\ny=2\n');
  });

  it('the state of a service is asked anew in each step, before and after its changes', async () => {
    const one = host();
    one.write(
      'rc',
      `#!/bin/sh\nif [ -f ${one.path('up')} ]; then echo "x is running as pid 7."; else echo "x is not running."; fi\n`,
    );
    one.write('up', '');
    const steps = {
      one: 'state() { :; }\nverify() { expect_running x "$root/rc"; expect_running x "$root/rc"; }',
      two: 'state() { m_service_pid "$root/rc" || fail down; rm "$root/up"; }\nverify() { expect_not_running x "$root/rc"; }',
    };
    const { result } = await one.run('apply', { steps });
    expect(result.outcome, complaintsOf(result)).toBe('ok');
    expect(result.checks.map(({ holds }) => holds)).toEqual([true, true, true]);
  });

  it('a step that begins again reports each thing once, and what is new', async () => {
    const one = host();
    const steps = {
      one: `state() {
  notice 'twice "said"'
  [ ! -f "$root/times" ] || notice 'the second time'
  printf x >>"$root/times"
  mode_owner "$root/a" --mode 0644
  chmod 600 "$root/a"
}`,
      two: `state() { notice 'twice "said"'; notice 'twice "said"'; }`,
    };
    const { result, events } = await one.run('apply', { steps });
    expect(result.outcome, complaintsOf(result)).toBe('changed');
    expect(one.read('times')).toBe('xx');
    expect(events.flatMap((event) => (event.type === 'notice' ? [event.message] : []))).toEqual([
      'twice "said"',
      'the second time',
      'twice "said"',
      'twice "said"',
    ]);
  });

  it('a step that begins again forgets what it had found out', async () => {
    const one = host();
    const steps = {
      one: `state() {
  ! m_is_known thing same || notice 'it is known'
  m_note_known thing same
  printf x >>"$root/times"
  mode_owner "$root/a" --mode 0644
  chmod 600 "$root/a"
}`,
    };
    const { result, events } = await one.run('apply', { steps });
    expect(result.outcome, complaintsOf(result)).toBe('changed');
    expect(one.read('times')).toBe('xx');
    expect(events.filter(({ type }) => type === 'notice')).toEqual([]);
  });

  it('content that a raw command changed is compared anew', async () => {
    const one = scratchHost();
    for (const index of [1, 2, 3, 4]) {
      one.write(`from/${String(index)}`, 'same\n');
      one.write(`to/${String(index)}`, 'same\n');
    }
    const steps = {
      one: `state() {
  m_digest_ahead "$root"/from/* "$root"/to/*
  copy "$root/to/1" --from "$root/from/1"
  printf 'emas\\n' >"$root/to/2"
  copy "$root/to/2" --from "$root/from/2"
}`,
    };
    const { result } = await one.run('apply', { steps });
    expect(result.outcome, complaintsOf(result)).toBe('changed');
    expect(one.read('to/2')).toBe('same\n');
  });

  it('checks of the step itself see a raw command, in state and in verify', async () => {
    const one = host();
    const steps = {
      one: `state() {
  chmod 600 "$root/a" "$root/b"
  m_look "$root/a"
  [ "$m_mode" = 0600 ] || fail "it is $m_mode"
}
verify() {
  expect_file "$root/b" 0600
}`,
    };
    const { result } = await one.run('apply', { steps });
    expect(result.outcome, complaintsOf(result)).toBe('ok');
    expect(result.checks.map(({ holds }) => holds)).toEqual([true]);
  });

  it('a change in a subshell is noticed outside of it', async () => {
    const one = host();
    const steps = {
      one: `state() {
  m_look_ahead "$root/a" "$root/b"
  (mode_owner "$root/a" --mode 0600)
  mode_owner "$root/a" --mode 0644
}`,
    };
    const { result } = await one.run('apply', { steps });
    expect(result.outcome, complaintsOf(result)).toBe('changed');
    expect(changesOf(result)).toHaveLength(2);
    expect(modeOf(one, 'a')).toBe('644');
  });

  it('a change of one step is noticed in the next', async () => {
    const one = host();
    const steps = {
      one: 'state() { mode_owner "$root/a" --mode 0600; }',
      two: 'state() { mode_owner "$root/a" --mode 0644; file "$root/b" --content other; }',
      three:
        'state() { file "$root/b" --content b; symlink "$root/l" --to a; }\nverify() { expect_file "$root/a" 0644; }',
    };
    const { result } = await one.run('apply', { steps });
    expect(result.outcome, complaintsOf(result)).toBe('changed');
    expect(changesOf(result)).toHaveLength(5);
    expect((await one.run('apply', { steps: { three: steps.three } })).result.outcome).toBe('ok');
  });

  it('what an earlier step found out stays known until something changes', async () => {
    const one = host();
    const asks = (number: number): string =>
      `if m_is_known it "a value"; then echo known ${String(number)}; else echo unknown ${String(number)}; fi`;
    const steps = {
      one: `state() { m_note_known it 'a value'; }`,
      two: `state() { ${asks(1)}; ! m_is_known it another || echo wrong; mode_owner "$root/a" --mode 0644; ${asks(2)}; }`,
      three: `state() { mode_owner "$root/a" --mode 0600; ${asks(3)}; m_note_known it 'a value'; ${asks(4)}; }`,
      four: `state() { ${asks(5)}; }`,
    };
    const { result } = await one.run('apply', { steps });
    expect(result.outcome, complaintsOf(result)).toBe('changed');
    expect(result.steps.map(({ stdout }) => stdout).join('')).toBe(
      'known 1\nknown 2\nunknown 3\nunknown 4\nunknown 5\n',
    );
  });

  it('m_forget_known takes effect in this step and later ones', async () => {
    const steps = {
      one: `state() { m_note_known it yes; m_forget_known; ! m_is_known it yes || echo known; }`,
      two: `state() { m_note_known it yes; ! m_is_known it yes || echo known; }`,
    };
    const { result } = await host().run('apply', { steps });
    expect(result.outcome, complaintsOf(result)).toBe('ok');
    expect(result.steps.map(({ stdout }) => stdout).join('')).toBe('');
  });

  it('what a command changed is looked at anew', async () => {
    const one = host();
    const steps = {
      one: `state() {
  mode_owner "$root/a" --mode 0644
  command 'close it' --run 'chmod 600 ${one.path('a')}; : >${one.path('done')}' --unless 'test -f ${one.path('done')}' --undo :
  mode_owner "$root/a" --mode 0644
}`,
    };
    const { result } = await one.run('apply', { steps });
    expect(changesOf(result), complaintsOf(result)).toHaveLength(2);
    expect(modeOf(one, 'a')).toBe('644');
  });
});

describe('in a plan', () => {
  it('a wait for a path does not use earlier looks', async () => {
    const one = host();
    const body = `is_closed() { m_look "$root/a"; [ "$m_mode" = 0600 ]; }
state() {
  (sleep 0.5; chmod 600 "$root/a") &
  m_look "$root/a"
  m_await 10 is_closed || fail 'it never came'
}`;
    const { result } = await one.run('plan', { steps: { one: body } });
    expect(result.outcome, complaintsOf(result)).toBe('ok');
  });

  it('what earlier steps would make has precedence over earlier looks', async () => {
    const one = host();
    const steps = {
      one: 'state() { mode_owner "$root/a" --mode 0600; absent "$root/b"; rc_conf x 1 --path "$root/rc.conf"; }',
      two: 'state() { mode_owner "$root/a" --mode 0644; file "$root/b" --content b; rc_conf x 1 --path "$root/rc.conf"; }',
    };
    one.write('rc.conf', 'x=2\n');
    const { result } = await one.run('plan', { steps });
    expect(changesOf(result), complaintsOf(result)).toHaveLength(5);
  });
});

const counts = process.getuid?.() === 0 && existsSync('/proc/sys/kernel/ns_last_pid');

const fifty = Array.from({ length: 50 }, (_, index) => index + 1);

/** A step of the resources that playbooks have most, all as declared; each is counted. */
function declared(root: string): string {
  return `count directory ${root}/etc/cage --owner root --group wheel --mode 0755
count file ${root}/etc/motd --content caged --mode 0644
count mode_owner ${root}/etc/cage/motd --owner root --group wheel --mode 0644
count symlink ${root}/etc/rc.d/named9 --to /usr/pkg/x
count rc_conf named yes
count block ${root}/etc/rc.local --id named9 --content 'sh /x start'
count user named --home /home/named --shell /sbin/nologin
count group named
count service_running named
count absent ${root}/etc/no-such
count copy ${root}/etc/cage/motd --from ${root}/etc/motd
count package bind
`;
}

function fillEtc(one: ScratchHost): void {
  one.write('etc/motd', 'caged\n');
  one.write('etc/cage/motd', 'caged\n');
  one.write('etc/rc.conf', '# all of it\nnamed=YES\nsyslogd=YES\nnamed_flags="-4"\n');
  one.write('etc/rc.local', 'x\n# muster: begin named9\nsh /x start\n# muster: end named9\n');
  one.write('etc/passwd', 'root:*:0:0::/root:/bin/sh\nnamed:*:14:14::/home/named:/sbin/nologin\n');
  one.write('etc/group', 'wheel:*:0:root\nnamed:*:14:\n');
  one.write('etc/rc.d/named', '#!/bin/sh\necho "named is running as pid 77."\n', 0o755);
  one.write('bin/pkg_info', '#!/bin/sh\necho bind-9.9.2\n', 0o755);
  for (const index of fifty) {
    one.write(`etc/from/${String(index)}`, 'like this\n');
    one.write(`etc/cage/${String(index)}`, 'like this\n');
  }
  execFileSync('ln', ['-s', '/usr/pkg/x', one.path('etc/rc.d/named9')]);
  execFileSync('chown', ['-R', '0:0', one.root]);
}

/**
 * What each resource starts, as lines of `NUMBER WHAT`: from where the one before it ended, which what is not to count moves by `last`.
 * The first byte is all that the shell's own `read` gets of this file.
 */
const counting = `last() { last_pid=$(cat /proc/sys/kernel/ns_last_pid); }
count() { was=$last_pid; "$@" || echo FAILED; last; printf '%s %s\\n' "$((last_pid - was - 1))" "$*"; }
last
`;

describe.skipIf(!counts)('a resource that is as declared costs', () => {
  function counted(mode: 'plan' | 'apply', body: (root: string) => string, least = 9): number[] {
    const one = scratchHost();
    fillEtc(one);
    const runtime = bareRuntime(mode, (text) =>
      text.replaceAll(/(?<![\w$}"/])\/etc(?=[/\s"';)}]|$)/gm, `${one.root}/etc`),
    );
    const said = runtime.run(
      `${counting}printf '%s\\n' ${one.root}/etc/cage/motd ${one.root}/etc/motd ${one.root}/etc/rc.conf ${one.root}/etc/rc.local ${one.root}/etc/rc.d/named9 >$m_work/hints
count m__prime_looks
m__begin_state
last
${body(one.root)}
count m__end_state
cat "$m__events" >&2
`,
      { path: `${one.path('bin')}:${process.env['PATH'] ?? ''}`, around: ['unshare', '-pf', '--mount-proc'] },
    );
    expect(said).not.toMatch(/FAILED|\|change\|/);
    const numbers = [...said.matchAll(/^(-?\d+) /gm)].map((match) => Number(match[1]));
    expect(numbers.length, said).toBeGreaterThanOrEqual(least);
    return numbers;
  }
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

  it('at most 12 processes for a step of 12 resources, in a plan', () => {
    expect(sum(counted('plan', declared))).toBeLessThanOrEqual(12);
  });

  it('at most 15 in an apply', () => {
    expect(sum(counted('apply', declared))).toBeLessThanOrEqual(15);
  });

  it.each(['plan', 'apply'] as const)('nothing for a further file in a directory, in a %s', (mode) => {
    const copying = (number: number) => (root: string) =>
      [
        'count as_one files here',
        ...fifty
          .slice(0, number)
          .map(
            (index) =>
              `count copy ${root}/etc/cage/${String(index)} --from ${root}/etc/from/${String(index)}`,
          ),
        'count as_one_end',
      ].join('\n');
    const many = counted(mode, copying(fifty.length));
    // The first ones find out that more of the same directories are asked for: then all in there are looked at, and compared, at once.
    expect(sum(many.slice(6, -1)), many.join(' ')).toBe(0);
    expect(sum(many), many.join(' ')).toBeLessThanOrEqual(sum(counted(mode, copying(1), 5)) + 8);
    const half = counted(mode, copying(25));
    expect(sum(many), `${many.join(' ')} against ${half.join(' ')}`).toBe(sum(half));
  });
});
