// What a change costs a host: processes, counted exactly, from the look before it to the one behind it.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bareRuntime } from './bare-runtime.ts';
import { scratchHost } from './scratch.ts';
import type { ScratchHost } from './scratch.ts';

const counts = process.getuid?.() === 0 && existsSync('/proc/sys/kernel/ns_last_pid');

const opening = `m__receipt=$m_work/receipt m__durable=no
mkdir -p "$m__receipt/saved"
: >"$m__receipt/journal"
last() { last_pid=$(cat /proc/sys/kernel/ns_last_pid); }
count() { last; was=$last_pid; "$@" || echo FAILED; last; printf '%s %s\\n' "$((last_pid - was - 1))" "$*"; }
`;

/** How many processes each counted line of an apply starts. */
function counted(host: ScratchHost, body: string): number[] {
  execFileSync('chown', ['-R', '0:0', host.root]);
  const runtime = bareRuntime('apply', (text) =>
    text.replaceAll(/(?<![\w$}"/])\/etc(?=[/\s"';)}]|$)/gm, `${host.root}/etc`),
  );
  const said = runtime.run(`${opening}${body}cat "$m__events" >&2\n`, {
    around: ['unshare', '-pf', '--mount-proc'],
  });
  expect(said).not.toMatch(/FAILED/);
  return [...said.matchAll(/^(-?\d+) /gm)].map((match) => Number(match[1]));
}

describe.skipIf(!counts)('a change costs', () => {
  it('at most 20 processes where it is one of rc.conf, and it is told as a difference', () => {
    const host = scratchHost();
    host.write('etc/rc.conf', '# all of it\nnamed=YES\nsyslogd=YES\n');
    host.write('etc/rc.d/named', '#!/bin/sh\necho "named is running as pid 77."\n', 0o755);
    const [first, second] = counted(
      host,
      `count rc_conf named_flags -4\ncount rc_conf named_flags '-4 -g'\n`,
    );
    // The first one asks the service, and saves the time of /etc.
    expect(first).toBeLessThanOrEqual(22);
    expect(second).toBeLessThanOrEqual(20);
    expect(host.read('etc/rc.conf')).toBe('# all of it\nnamed=YES\nsyslogd=YES\nnamed_flags="-4 -g"\n');
  });

  it('the same and little more where the text is not a short one', () => {
    const host = scratchHost();
    host.write('etc/rc.conf', `named=YES\n${'# a line\n'.repeat(600)}no_end=here`);
    const [first] = counted(host, 'count rc_conf named NO\n');
    expect(first).toBeLessThanOrEqual(50);
    expect(host.read('etc/rc.conf')).toBe(`named=NO\n${'# a line\n'.repeat(600)}no_end=here\n`);
  });
});
