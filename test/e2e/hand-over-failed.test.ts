// A hand-over that goes wrong, in every way that we know of, leaves a host that serves: nobody has to come.
// @module-tag long
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Lab } from '../../src/lab/index.ts';
import { startLab } from '../../src/lab/index.ts';
import { askWww } from './dns.ts';
import { describeWithEngine, labImage } from './engine.ts';
import { fingerprint, inside, muster, playbook, writeHostVars } from './muster.ts';

const kinds: Readonly<Record<string, string>> = {
  upgrade: 'cage_style: chrootdir',
  content: 'cage_style: chrootdir',
  article: 'cage_style: chroot8',
  hangs: 'cage_style: chrootdir, load_limit: 3',
  cancelled: 'cage_style: chroot8, load_limit: 3000',
  slow: 'cage_style: chrootdir',
};
const names = Object.keys(kinds);
const caged = ['upgrade', 'content', 'article'];
const processes = `ps -axww -o user -o command | awk '$2 ~ "/named$" { sub(/ *$/, ""); print }' | tr -s ' '`;
const base = 'root /usr/sbin/named\n';

// The rc script of a release that makes a key at its first start, on a host without entropy: it never comes to its end.
const hang = `mkdir -p /etc/rc.conf.d; cat >/etc/rc.conf.d/named <<'EOT'
case $(ps -o command= -p $$) in
  *named9\\ start*) : >/tmp/hangs; /bin/sleep 86400 ;;
esac
EOT`;

// A newer package whose named tells its version, and dies at its start.
const dyingPackage = `rm -rf /tmp/x; mkdir /tmp/x; cd /tmp/x; tar xzpf /var/packages/next/bind-*.tgz
cat >sbin/named <<'EOT'
#!/bin/sh
[ "$1" != -v ] || { echo 'BIND 9.18.99'; exit 0; }
echo 'named: no luck today' >&2
exit 1
EOT
chmod 755 sbin/named
mkdir -p /var/packages/dying; tar czf /var/packages/dying/$(cd /var/packages/next; echo bind-*.tgz) *; rm -rf /tmp/x`;

describeWithEngine('a hand-over that fails', () => {
  let lab: Lab;
  let inventory: string[];
  const before = new Map<string, string>();

  beforeAll(async () => {
    const directory = mkdtempSync(join(tmpdir(), 'muster-failed-'));
    lab = await startLab({ hosts: names.map((name) => ({ name })), image: labImage(), directory });
    inventory = ['-i', writeHostVars(lab, 'failed.yaml', kinds)];
    await Promise.all(['hangs', 'cancelled'].map((name) => inside(lab, name, hang)));
    const { code, stdout } = await muster([
      'apply',
      playbook,
      ...inventory,
      '--yes',
      '--limit',
      caged.join(','),
    ]);
    expect(code, stdout).toBe(0);
    await Promise.all(
      names.map(async (name) => {
        expect(await askWww(lab, name)).toMatch(/^192\.0\.2\./);
        before.set(name, await fingerprint(lab, name));
      }),
    );
  });

  afterAll(async () => {
    await lab.stop();
    rmSync(lab.directory, { recursive: true, force: true });
  });

  /** It serves, runs and is as before, and nothing is left to be rolled back of the run that failed. */
  async function expectAsBefore(name: string, status = 'taken-back'): Promise<void> {
    expect(await askWww(lab, name)).toMatch(/^192\.0\.2\./);
    expect(await fingerprint(lab, name)).toBe(before.get(name));
    const newest = 'cd /var/db/muster/runs; for run in *; do :; done; cat $run/status';
    expect(await inside(lab, name, newest)).toBe(`${status}\n`);
  }

  /** Applies to one host, with vars of its own, and gives what was said, on one line. */
  async function applyTo(
    name: string,
    vars: string,
    onStderr?: Parameters<typeof muster>[1],
  ): Promise<string> {
    const own = ['-i', writeHostVars(lab, `${name}.yaml`, { [name]: vars })];
    const run = await muster(['apply', playbook, ...own, '--yes', '--limit', name], onStderr);
    expect([1, 130], run.stdout).toContain(run.code);
    return run.stdout.replaceAll(/\s+/g, ' ');
  }

  it('restores the program that an upgrade replaced, if the new one dies at its start', async () => {
    const version = (await inside(lab, 'upgrade', 'pkg_info -e bind')).trim();
    await inside(lab, 'upgrade', dyingPackage);
    const pattern = `${version}nb1`.replace('-', '>=');
    const said = await applyTo(
      'upgrade',
      `${kinds['upgrade'] ?? ''}, package_path: /var/packages/dying, package_pattern: "${pattern}"`,
    );
    expect(said).toMatch(
      /it does not run \(it reported: .*no luck today\); so the run was rolled back, and the host is as before/,
    );
    expect((await inside(lab, 'upgrade', 'pkg_info -e bind')).trim()).toBe(version);
    // A rollback by habit must not undo the good run that came before.
    const rolledBack = await muster(['rollback', ...inventory, '--yes', '--limit', 'upgrade']);
    expect(rolledBack.code, rolledBack.stdout).toBe(0);
    await expectAsBefore('upgrade');
    const verified = await muster(['verify', playbook, ...inventory, '--limit', 'upgrade']);
    expect(verified.code, verified.stdout).toBe(0);
  });

  it.each(['content', 'article'])(
    'restores the old configuration and named if the new configuration passes the check but does not run (%s)',
    async (name) => {
      // Another named beside it, of a lower number, that nobody is served by.
      await inside(lab, name, '/usr/sbin/named -p 5300; /etc/rc.d/named9 restart');
      const good = await inside(lab, name, 'cat /etc/named.conf');
      // Below a directory of its own, but a directory itself, which no checker looks at.
      const logging = 'logging { channel own { file "log/own"; }; category default { own; }; };';
      await inside(lab, name, `mkdir -p /etc/namedb/log/own; echo '${logging}' >>/etc/named.conf`);
      const said = await applyTo(name, kinds[name] ?? '');
      expect(said).toMatch(/it does not run \(it reported: .*log\/own.*\); so the run was rolled back/);
      expect(await inside(lab, name, `cat /home/named/etc/named.conf`)).toBe(good);
      expect(await inside(lab, name, processes)).toMatch(/^named \/usr\/pkg\/sbin\/named -u named.*\n$/);
      await inside(lab, name, `rm -r /etc/namedb/log; cat >/etc/named.conf <<'EOT'\n${good}EOT`);
      expect(await askWww(lab, name)).toMatch(/^192\.0\.2\./);
      const rolledBack = await muster(['verify', playbook, ...inventory, '--limit', name]);
      expect(rolledBack.code, rolledBack.stdout).toBe(0);
    },
  );

  it('ends an rc script that hangs, and restarts the old named', async () => {
    const said = await applyTo('hangs', kinds['hangs'] ?? '');
    expect(said).toMatch(
      /rc script \/etc\/rc\.d\/named9 did not end within 3 s; the old one \(\/usr\/sbin\/named\) is restored; so the run was rolled back/,
    );
    expect(await askWww(lab, 'hangs')).toMatch(/^192\.0\.2\./);
    expect(await inside(lab, 'hangs', processes)).toBe(base);
    expect(await inside(lab, 'hangs', `ps -axww -o command | grep -c '^/bin/sleep 86400' || :`)).toBe('0\n');
    const { code, stdout } = await muster(['rollback', ...inventory, '--yes', '--limit', 'hangs']);
    expect(code, stdout).toBe(0);
    await expectAsBefore('hangs');
  });

  it('rolls the run back if it is cancelled while no named serves', async () => {
    let isHanging = false;
    let interrupt: ((name: NodeJS.Signals) => void) | undefined;
    let signals = 0;
    const applying = applyTo('cancelled', kinds['cancelled'] ?? '', (text, signal) => {
      interrupt = signal;
      // The second one when the first was understood: two that come at once are one.
      if (signals === 1 && text.includes('Press again to end the running steps')) {
        signals = 2;
        signal('SIGINT');
      }
    });
    for (let turn = 0; turn < 300 && !isHanging; turn++) {
      isHanging = (await inside(lab, 'cancelled', 'ls /tmp')).includes('hangs');
      await sleep(200);
    }
    signals = 1;
    interrupt?.('SIGINT');
    const said = await applying;
    expect(isHanging).toBe(true);
    expect(said).toMatch(/stopped by the operator; so the run was rolled back/);
    expect(await inside(lab, 'cancelled', processes)).toBe(base);
    await inside(lab, 'cancelled', 'rm /tmp/hangs');
    await expectAsBefore('cancelled');
  });

  it('does not wait for ever for an old named that does not end', async () => {
    await inside(lab, 'slow', 'kill -STOP $(cat /var/run/named/named.pid)');
    const { code, stdout, stderr } = await muster([
      'apply',
      playbook,
      ...inventory,
      '--yes',
      '--limit',
      'slow',
    ]);
    expect(code, stdout).toBe(0);
    expect(stderr).toMatch(/does not end within 30 seconds, and is killed/);
    expect(await askWww(lab, 'slow')).toMatch(/^192\.0\.2\./);
    expect(await inside(lab, 'slow', processes)).toMatch(/^named \/usr\/pkg\/sbin\/named -u named -t .*\n$/);
    const rolledBack = await muster(['rollback', ...inventory, '--yes', '--limit', 'slow']);
    expect(rolledBack.code, rolledBack.stdout).toBe(0);
    await expectAsBefore('slow', 'rolled-back');
  });
});
