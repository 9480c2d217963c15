// What a plan says on a virgin host is what the apply that follows does: the same resources, in the same order, also
// where later steps build on what earlier ones would bring.
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fakeService, fakeTools, movedTo, writeAccounts } from './fake-host.ts';
import { fingerprint } from './fingerprint.ts';
import { changesOf, complaintsOf, scratchHost } from './scratch.ts';

const steps = {
  package: `state() { package bind --provides "$root/usr/pkg/sbin/named"; }`,
  account: `state() {
  group named --gid 14
  user named --uid 14 --group named --home "$root/cage" --shell /sbin/nologin
}`,
  cage: `state() {
  as_one cage "$root/cage"
  directory "$root/cage/var/run" --owner named --group named
  copy "$root/cage/named" --from "$root/usr/pkg/sbin/named" --mode 0555
  as_one_end
  symlink "$root/etc/named" --to "$root/cage/etc"
}`,
  conf: `state() {
  directory "$root/cage/etc"
  file "$root/cage/etc/named.conf" --content 'options {};'
  line "$root/cage/etc/more.conf" --line '// more'
  mode_owner "$root/cage/etc/named.conf" --mode 0600 --owner named
  copy "$root/cage/etc/copy.conf" --from "$root/cage/etc/named.conf"
  block "$root/cage/etc/more.conf" --id keys --content 'key x;'
  absent "$root/cage/etc/named.conf.old"
}`,
  service: `state() {
  rc_conf named_chroot "$root/cage"
  service_enabled named
  service_running named
  restart syslogd --when-changed "$root/etc/rc.conf:named_chroot"
}`,
};

describe('a plan on a virgin host', () => {
  it('says what the apply does, in its order, and neither is there a change after it', async () => {
    const host = scratchHost();
    const common = { runtime: movedTo(host.root), settings: { searchPath: fakeTools(host) }, steps };
    writeAccounts(host);
    host.write('etc/rc.conf', 'syslogd=YES\n');
    host.write('usr/bin/keep', '');
    host.write('var/db/keep', '');
    const [named, syslogd] = [fakeService(host, 'named'), fakeService(host, 'syslogd')];
    syslogd.start();
    const [before, pid] = [fingerprint(host.root, 'second'), syslogd.pid()];

    const plan = await host.run('plan', common);
    expect(plan.result.outcome, complaintsOf(plan.result)).toBe('changed');
    expect(fingerprint(host.root, 'second')).toEqual(before);
    expect([named.isRunning(), syslogd.pid()]).toEqual([false, pid]);

    const apply = await host.run('apply', common);
    expect(apply.result.outcome, complaintsOf(apply.result)).toBe('changed');
    expect(changesOf(apply.result)).toEqual(changesOf(plan.result));
    expect(changesOf(apply.result)).toHaveLength(15);
    expect([named.isRunning(), syslogd.pid() === pid]).toEqual([true, false]);

    const verify = await host.run('verify', common);
    expect(verify.result.outcome, complaintsOf(verify.result)).toBe('ok');
    expect(changesOf(verify.result)).toEqual([]);

    const back = await host.run('rollback', { ...common, steps: {} });
    expect(back.result.outcome, complaintsOf(back.result)).toBe('rolled-back');
    expect(fingerprint(host.root, 'second')).toEqual(before);
    expect([named.isRunning(), syslogd.isRunning()]).toEqual([false, true]);
  });

  it('knows what an earlier step would remove', async () => {
    const host = scratchHost();
    host.write('old/conf', 'old\n');
    const common = {
      steps: {
        one: `state() { absent "$root/old" --recursive; }`,
        two: `state() { directory "$root/old"; file "$root/old/conf" --content old; symlink "$root/old/l" --to conf; }`,
      },
    };
    const plan = await host.run('plan', common);
    const apply = await host.run('apply', common);
    expect(changesOf(plan.result)).toEqual(changesOf(apply.result));
    expect(changesOf(apply.result)).toHaveLength(4);
  });

  it('stays a plan when a step tries to change something by a raw command', async () => {
    const host = scratchHost();
    await host.run('plan', {
      steps: { one: `state() { in_plan || : >"$root/made"; file "$root/f" --content x; }` },
    });
    expect(existsSync(host.path('made'))).toBe(false);
  });
});
