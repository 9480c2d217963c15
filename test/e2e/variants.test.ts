// The flagship playbook on hosts that differ in more than the matrix has. There is a build from pkgsrc, a host that never
// ran named, a package whose rc script has another name, and a script that was copied from a package of pkgin. One named
// writes its zones, and two hosts have the article's user. On each, the apply does what the plan said, the cage holds, and a
// rollback restores everything.
// @module-tag long
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Lab } from '../../src/lab/index.ts';
import { startLab } from '../../src/lab/index.ts';
import { askWww } from './dns.ts';
import { describeWithEngine, labImage } from './engine.ts';
import {
  fingerprint,
  inside,
  muster,
  playbook,
  resourcesByHost,
  wrongInPlan,
  writeHostVars,
} from './muster.ts';

const kinds: Readonly<Record<string, string>> = {
  built: 'package_source: pkgsrc, cage_style: chroot8',
  idle: 'named_source: base, cage_style: chroot8',
  // Its rc script says name="named9": named_chroot and named_flags would be ignored, and named run as root, uncaged.
  ownname: 'package_path: /var/packages, cage_style: chroot8',
  copied: 'start_up: copy, package_tool: pkgin',
  writer: 'named_source: base',
  follower: '',
  regrouped: 'named_source: base, cage_style: chrootdir, nologin: true',
};
const names = Object.keys(kinds);

/** A shell line that goes on when the file is there and not empty, and fails when it does not come. */
function waitFor(file: string): string {
  return `i=0; until [ -s ${file} ]; do i=$((i + 1)); [ $i -lt 300 ] || { ls -l ${file}; exit 1; }; sleep 0.1; done`;
}

describeWithEngine('caged-bind on hosts that differ', () => {
  let lab: Lab;
  let inventory: string[];
  const before = new Map<string, string>();

  beforeAll(async () => {
    const directory = mkdtempSync(join(tmpdir(), 'muster-variants-'));
    const hosts = names.map((name) => ({
      name,
      named: name !== 'idle',
      ...(name === 'follower' && { release: '1.5.2' }),
    }));
    lab = await startLab({ hosts, image: labImage(), directory });
    inventory = ['-i', writeHostVars(lab, 'variants.yaml', kinds)];
    await serveWrittenZones();
    // No practice host has pkgin: this much of it, the playbook needs.
    await inside(
      lab,
      'copied',
      `mkdir -p /usr/pkg/bin; cat >/usr/pkg/bin/pkgin <<'END'
#!/bin/sh
[ "$1 $2 $3" = '-y -f install' ] || exit 1
PKG_PATH=$PKG_REPOS exec pkg_add "$4"
END
      chmod 0755 /usr/pkg/bin/pkgin`,
    );
    // Both get the group users, a shell and skeleton files; one host still has a group named.
    await inside(lab, 'follower', 'useradd -m named');
    await inside(
      lab,
      'regrouped',
      'sh /etc/rc.d/named stop; userdel named; useradd -m named; sh /etc/rc.d/named start',
    );
    for (const name of names) before.set(name, await fingerprint(lab, name));
  });

  afterAll(async () => {
    await lab.stop();
    rmSync(lab.directory, { recursive: true, force: true });
  });

  /** Makes `writer` a secondary of `built`, with a zone of its own that takes updates; its named runs as root. */
  async function serveWrittenZones(): Promise<void> {
    const primary = lab.hosts.find(({ name }) => name === 'built')?.ip ?? '';
    await inside(
      lab,
      'writer',
      `cd /etc/namedb; mkdir slave dynamic; cp example.net dynamic/dyn.example
      sed -e '/^zone "example.net"/,/^}/s/type master/type slave; masters { ${primary}; }/' \
        -e 's/file "example.net"/file "slave\\/example.net"/' /etc/named.conf >/tmp/named.conf
      echo 'zone "dyn.example" { type master; file "dynamic/dyn.example"; allow-update { 127.0.0.1; }; };' >>/tmp/named.conf
      cat /tmp/named.conf >/etc/named.conf; rm /tmp/named.conf
      sh /etc/rc.d/named restart; ${waitFor('/etc/namedb/slave/example.net')}`,
    );
  }

  it('does what the plan said, in the same order, on every host', async () => {
    const planned = await muster(['plan', playbook, ...inventory, '--json']);
    expect(planned.code, planned.stdout.slice(-3000)).toBe(0);
    const applied = await muster(['apply', playbook, ...inventory, '--yes', '--json']);
    expect(applied.code, applied.stdout.slice(-6000)).toBe(0);
    expect(wrongInPlan(planned.stdout, applied.stdout)).toEqual([]);
    expect([...resourcesByHost(applied.stdout, 'changed').keys()].toSorted()).toEqual(names.toSorted());
    // What a build brings cannot be read before.
    const open = resourcesByHost(planned.stdout, 'change', ({ after }) => after === 'package');
    expect([...open.keys()].toSorted()).toEqual(['built']);
  });

  it('verifies on every host, answers, and survives a reboot', async () => {
    const { stdout } = await muster(['verify', playbook, ...inventory]);
    expect(stdout).toContain('7 good');
    for (const name of names) expect(await askWww(lab, name)).toMatch(/^192\.0\.2\./);
    for (const name of ['ownname', 'copied', 'idle']) {
      await lab.restart(name);
      expect(await askWww(lab, name)).toMatch(/^192\.0\.2\./);
      expect(await inside(lab, name, 'ps -axww -o user -o command')).toMatch(/^named +\/usr\/.*\/named -u/m);
    }
  });

  it('lets named write its zones in the cage, and nothing else', async () => {
    const namedb = '/home/named/etc/namedb';
    await inside(lab, 'writer', `rm ${namedb}/slave/example.net; sh /etc/rc.d/named restart`);
    expect(await askWww(lab, 'writer')).toMatch(/^192\.0\.2\./);
    await inside(lab, 'writer', waitFor(`${namedb}/slave/example.net`));
    await inside(
      lab,
      'writer',
      `printf 'server 127.0.0.1\\nupdate add new.dyn.example. 60 A 192.0.2.99\\nsend\\n' | nsupdate
      [ "$(dig +short @127.0.0.1 new.dyn.example A)" = 192.0.2.99 ]; ${waitFor(`${namedb}/dynamic/dyn.example.jnl`)}`,
    );
    expect(
      await inside(lab, 'writer', `cd ${namedb}; stat -f '%Su %N' slave/* dynamic/* . example.net`),
    ).toBe(
      'named slave/example.net\nnamed dynamic/dyn.example\nnamed dynamic/dyn.example.jnl\nroot .\nroot example.net\n',
    );
    const { stdout } = await muster(['verify', playbook, ...inventory, '--limit', 'writer']);
    expect(stdout).toContain('1 good');
    // What it wrote is no conflict of the rollback that follows.
    await inside(lab, 'writer', `rm ${namedb}/slave/example.net ${namedb}/dynamic/dyn.example*`);
  });

  it("leaves the article's user unchanged, and replaces its shell only with nologin", async () => {
    const user = `ls -ld /home/named /home/named/.profile /home/named/var/run/named | awk '{ print $3, $4 }'; id -gn named
      awk -F: '$1 == "named" { print $NF }' /etc/passwd`;
    const caged = 'root wheel\nroot users\nnamed';
    expect(await inside(lab, 'follower', user)).toBe(`${caged} users\nusers\n/bin/sh\n`);
    // The rc script that cages named gives the run directory to a group of that name where there is one.
    expect(await inside(lab, 'regrouped', user)).toBe(`${caged} named\nusers\n/sbin/nologin\n`);
    const again = await muster(['apply', playbook, ...inventory, '--limit', 'follower,regrouped', '--yes']);
    expect(again.stdout).toMatch(/ok=\d+ changed=0 failed=0/);
  });

  it('rolls every one of them back', async () => {
    const { code, stdout } = await muster(['rollback', ...inventory, '--yes']);
    expect(code, stdout).toBe(0);
    for (const name of names) expect(await fingerprint(lab, name)).toBe(before.get(name));
    expect(await askWww(lab, 'built')).toMatch(/^192\.0\.2\./);
    expect(await inside(lab, 'idle', 'ps -axww -o command')).not.toContain('/named');
  });
});
