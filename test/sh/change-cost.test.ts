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
function counted(host: ScratchHost, body: string, look?: (said: string) => void): number[] {
  execFileSync('chown', ['-R', '0:0', host.root]);
  const runtime = bareRuntime('apply', (text) =>
    text.replaceAll(/(?<![\w$}"/])\/etc(?=[/\s"';)}]|$)/gm, `${host.root}/etc`),
  );
  const said = runtime.run(`${opening}${body}cat "$m__events" >&2\n`, {
    around: ['unshare', '-pf', '--mount-proc'],
  });
  expect(said).not.toMatch(/FAILED/);
  look?.(said);
  return [...said.matchAll(/^(-?\d+) /gm)].map((match) => Number(match[1]));
}

describe.skipIf(!counts)('a change costs', () => {
  it('at most 20 processes for a change of rc.conf, which is reported as a diff', () => {
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

  it('little more if the text is long', () => {
    const host = scratchHost();
    host.write('etc/rc.conf', `named=YES\n${'# a line\n'.repeat(600)}no_end=here`);
    const [first] = counted(host, 'count rc_conf named NO\n');
    expect(first).toBeLessThanOrEqual(50);
    expect(host.read('etc/rc.conf')).toBe(`named=NO\n${'# a line\n'.repeat(600)}no_end=here\n`);
  });

  it('at most 10 for a further variable of rc.conf that no script reads, in an m_together with one change, one entry and one sync', () => {
    const host = scratchHost();
    host.write('etc/rc.conf', '# all of it\nnamed=YES\n');
    host.write('etc/rc.d/named', '#!/bin/sh\necho "named is running as pid 77."\n', 0o755);
    const variables = (many: number): string =>
      `its() { i=0; while [ $i -lt ${many} ]; do i=$((i + 1)); rc_conf "v${many}_$i" '-4 $named'; done; rc_conf named no; }\n`;
    const [few, many] = counted(
      host,
      `${variables(1)}count m_together its
grep -c '|path|' "$m__receipt/journal" | sed 's/^/entries /'
rc_conf named yes
${variables(5)}count m_together its
rc_conf_value named | sed 's/^/now /'
its() { rc_conf last one; rc_conf_value last | sed 's/^/in between /'; rc_conf last two; }
m_together its
`,
      (said) => {
        expect(said).toContain('entries 1\n');
        expect(said).toContain('now no\n');
        expect(said).toContain('in between one\n');
      },
    );
    expect((many ?? 99) - (few ?? 0)).toBeLessThanOrEqual(4 * 10);
    const made = [1, 2, 3, 4, 5].map((at) => `v5_${String(at)}="-4 $named"\n`).join('');
    expect(host.read('etc/rc.conf')).toBe(`# all of it\nnamed=no\nv1_1="-4 $named"\n${made}last=two\n`);
  });

  it('nothing if somebody changes rc.conf between the looks and the change', () => {
    const host = scratchHost();
    host.write('etc/rc.conf', 'named=YES\n');
    const said = counted(
      host,
      `its() { rc_conf one 1; echo by=hand >>"${host.root}/etc/rc.conf"; rc_conf two 2; }
(m_together its)
cat "$m_work/fail.reason"
`,
      (text) => {
        expect(text).toContain('somebody changed it while the run looked; run again');
      },
    );
    expect(said).toEqual([]);
    expect(host.read('etc/rc.conf')).toBe('named=YES\nby=hand\n');
  });
});
