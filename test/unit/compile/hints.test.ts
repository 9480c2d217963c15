// Paths that the controller can tell from a playbook before it asks a host.
import { describe, expect, it } from 'vitest';
import { hintsOf } from '../../../src/compile/hints.ts';
import type { HostJob } from '../../../src/model/index.ts';
import { testJob } from '../../support/job.ts';
import { loneConnection } from '../../support/lone-host.ts';

function hints(
  script: string,
  vars: Record<string, string> = {},
  action: HostJob['settings']['action'] = 'plan',
) {
  return hintsOf({
    ...testJob(loneConnection, { action }),
    steps: [{ id: 'one', script: 'steps/one.sh', timeoutSeconds: 60, retries: 0 }],
    files: new Map([
      ['steps/one.sh', Buffer.from(script)],
      ['steps/other.sh', Buffer.from('directory /of/another/step')],
      ['files/motd', Buffer.from('/in/a/file')],
      ['uses/net/net.sh', Buffer.from('net() { ls /in/a/library; }')],
    ]),
    vars: new Map(Object.entries(vars)),
  });
}

describe('hints', () => {
  it('are the paths in scripts, with vars filled in, and those in vars', () => {
    const script = `state() {
  directory "$cage/var/run" --mode 0755
  file "\${cage}/etc/$name.conf" --content x
  restart syslogd --when-changed /etc/rc.conf:syslogd_flags
}`;
    expect(hints(script, { cage: '/home/named', name: 'named', list: '/a\nword\n/b/c' })).toEqual([
      '/a',
      '/b/c',
      '/etc/rc.conf',
      '/home/named',
      '/home/named/etc/named.conf',
      '/home/named/var/run',
      '/in/a/library',
    ]);
  });

  it('end before what only the host knows', () => {
    expect(hints('copy "/etc/rc.d/$rc_file" --from "$m_work/x"; ls "$(pwd)/a" /dev/$1')).toEqual([
      '/a',
      '/dev',
      '/etc/rc.d',
      '/in/a/library',
    ]);
  });

  it('leave out comments and everything but plain paths', () => {
    expect(hints('  # as in /usr/share/doc\nls /a/../b //c http://host/x /no/./t')).toEqual([
      '/in/a/library',
    ]);
  });

  it('do not exist if nothing is declared', () => {
    expect(hints('ls /etc', {}, 'exec')).toEqual([]);
    expect(hints('ls /etc', {}, 'rollback')).toEqual([]);
  });

  it('are plain, whatever a var holds', () => {
    expect(hints('ls "$odd/x"', { odd: "/with 'quotes\n/and/lines" })).toEqual([
      '/and/lines',
      '/in/a/library',
      '/with',
    ]);
  });
});
