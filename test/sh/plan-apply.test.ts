// What a plan says on a virgin host is what the apply that follows does: the same resources, in the same order, also
// where later steps build on what earlier ones would bring.
import { chownSync, existsSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HostResult } from '../../src/model/result.ts';
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
  it('says what the apply does, in its order, and finds no change afterwards', async () => {
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

  it('sees what an earlier step would remove', async () => {
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

describe('a plan that depends on accounts, services and packages', () => {
  const declared = fc.constantFrom(
    'group crew --gid 700',
    'group crew',
    'user sailor --uid 701 --group crew --home "$root/a" --shell /sbin/nologin --only-if-missing',
    'user sailor --uid 701 --home "$root/b"',
    'user sailor --shell /bin/sh',
    'user loner --uid 702 --group =uid --only-if-missing',
    'group loner',
    'directory "$root/owned" --owner sailor',
    'directory "$root/owned" --group crew --mode 0750',
    'mode_owner "$root/seven" --owner sailor --group crew',
    'mode_owner "$root/seven" --owner loner',
    'file "$root/conf" --content one',
    'file "$root/conf" --content two',
    'service_running up',
    'service_running up --state stopped',
    'service_running down',
    'service_running down --state stopped',
    'restart up --when-changed "$root/conf"',
    'restart down --when-changed "$root/conf" --when-changed "$root/conf"',
    'restart up --when-changed package:bind',
    'package bind --provides "$root/usr/pkg/sbin/named"',
    'package bind',
    'package lib+xml',
  );
  // A package that only came along cannot be installed by this host's pkg_add, so one that needs it stands before.

  it('says what an apply does, in any order of the steps', { tags: 'long' }, async () => {
    let whole = 0;
    const lists = fc
      .array(declared, { minLength: 8, maxLength: 16 })
      .map((list) => (list.includes('package lib+xml') ? ['package bind', ...list] : list));
    await fc.assert(
      fc.asyncProperty(lists, fc.nat(), async (all, at) => {
        const host = scratchHost();
        writeAccounts(host);
        host.write('var/db/keep', '');
        host.write('seven', '');
        chownSync(host.path('seven'), 701, 700);
        // Every account that is named is declared before, except in a few cases.
        const lines = at % 5 === 0 ? all : ['group crew', 'user sailor --uid 701 --group crew', ...all];
        const [up, down] = [fakeService(host, 'up'), fakeService(host, 'down')];
        up.start();
        down.stop();
        const cut = at % lines.length;
        const one = `state() {\n:\n${lines.slice(0, cut).join('\n')}\n}`;
        const common = {
          runtime: movedTo(host.root),
          settings: { searchPath: fakeTools(host) },
          steps: { one, two: one.replace(/:[^]*/, `:\n${lines.slice(cut).join('\n')}\n}`) },
        };
        const plan = await host.run('plan', common);
        const apply = await host.run('apply', common);
        // What depends on an earlier step is reported as such.
        const open = plan.result.resources.filter(({ after }) => after !== undefined);
        const isOpen = (line: string): boolean =>
          open.some(({ step, resource, target }) => line === `${step} ${resource} ${target}`);
        for (const { target, after } of open) {
          expect(['lib+xml', 'sailor']).toContain(target);
          expect(['one', 'two']).toContain(after);
        }
        // What is refused (a user of a group that is not there) is refused in an apply only.
        if (apply.result.outcome === 'failed') {
          const done = changesOf(apply.result).filter((line) => !isOpen(line));
          expect(
            changesOf(plan.result)
              .filter((line) => !isOpen(line))
              .slice(0, done.length),
            lines.join('\n'),
          ).toEqual(done);
          return;
        }
        whole++;
        expect(
          changesOf(apply.result).filter((line) => !isOpen(line)),
          lines.join('\n'),
        ).toEqual(changesOf(plan.result).filter((line) => !isOpen(line)));
        expect(reasonsOf(apply.result), lines.join('\n')).toEqual(reasonsOf(plan.result));
      }),
      { numRuns: 8 },
    );
    expect(whole).toBeGreaterThan(0);
  });
});

/** Why each thing changed; a number or a version that only the tool knows before is left out. */
function reasonsOf(result: HostResult): readonly string[] {
  return result.resources
    .filter(({ status, resource }) => status.startsWith('change') && !['package', 'user'].includes(resource))
    .map(({ target, reason }) => `${target}: ${reason}`);
}
