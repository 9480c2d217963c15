// What a plan of the flagship playbook says is what the apply does, resource by resource. If a change depends on the rc
// script of a package that is not installed yet, the plan reads it in the package, or says that it depends on it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Lab } from '../../src/lab/index.ts';
import { startLab } from '../../src/lab/index.ts';
import { askWww } from './dns.ts';
import { describeWithEngine, labImage } from './engine.ts';
import { inside, muster, playbook, resourcesByHost, wrongInPlan, writeHostVars } from './muster.ts';

// pkgsrc's script since 2012 names a pid file, and reads rc.conf.d/named9; the one called named9 throughout names one, too,
// and cannot cage named itself. pkgin does not show what is in a package.
const pkgin = 'package_tool: pkgin, package_path: ""';
const kinds: Readonly<Record<string, string>> = {
  told: 'package_path: /var/packages/told, cage_style: chroot8',
  told2: 'package_path: /var/packages/told, cage_style: chroot8',
  toldauto: 'package_path: /var/packages/told',
  ownauto: 'package_path: /var/packages',
  unread: `${pkgin}, cage_style: chroot8`,
  ownunread: `${pkgin}, cage_style: chroot8`,
};
const names = Object.keys(kinds);
const open = ['ownunread', 'unread'];

/** A package whose rc script names a pid file, beside the others. */
const makeTold = `mkdir -p /var/packages/told /tmp/told; cd /tmp/told; tar xzpf /var/packages/All/bind-9*.tgz
  script=share/examples/rc.d/named9
  sed -e 's|^rcvar=.*|rcvar="\${name}9"|' -e '/^command=/a\\
pidfile="/var/run/named/\${name}.pid"
' -e 's|^load_rc_config.*|load_rc_config $rcvar|' $script >/tmp/script
  cat /tmp/script >$script; grep pidfile $script; grep load_rc_config $script
  tar czf "/var/packages/told/$(sed -n 's/^@name //p' +CONTENTS).tgz" +* bin sbin share`;
const makePkgin = (shelf: string): string => `mkdir -p /usr/pkg/bin; cat >/usr/pkg/bin/pkgin <<'END'
#!/bin/sh
[ "$1 $2 $3" = '-y -f install' ] || exit 1
PKG_PATH=${shelf} exec pkg_add "$4"
END
chmod 0755 /usr/pkg/bin/pkgin`;

describeWithEngine('a plan of caged-bind', () => {
  let lab: Lab;
  let inventory: string[];
  let planned = '';

  beforeAll(async () => {
    const directory = mkdtempSync(join(tmpdir(), 'muster-plan-apply-'));
    lab = await startLab({ hosts: names.map((name) => ({ name })), image: labImage(), directory });
    inventory = ['-i', writeHostVars(lab, 'plan-apply.yaml', kinds)];
    await Promise.all(names.map((name) => inside(lab, name, makeTold)));
    await inside(lab, 'told2', 'PKG_PATH=/var/packages/told pkg_add bind');
    await inside(lab, 'unread', makePkgin('/var/packages/told'));
    await inside(lab, 'ownunread', makePkgin('/var/packages'));
  });

  afterAll(async () => {
    await lab.stop();
    rmSync(lab.directory, { recursive: true, force: true });
  });

  it('reports an installed package and one whose archive it can read alike', async () => {
    const { code, stdout, stderr } = await muster(['plan', playbook, ...inventory, '--json']);
    expect(code, stdout.slice(-3000) + stderr).toBe(0);
    planned = stdout;
    const plans = resourcesByHost(stdout, 'change');
    const block = 'pid-file block /etc/rc.conf.d/named9';
    expect(plans.get('told')).toContain(block);
    expect(plans.get('told')?.filter((line) => !line.startsWith('package '))).toEqual(plans.get('told2'));
    expect(plans.get('toldauto')?.filter((line) => line.startsWith('pid-file'))).toEqual([]);
    expect(plans.get('ownauto')).toContain(block);
  });

  it('reports what depends on a script that it cannot read, and why', async () => {
    const depending = resourcesByHost(planned, 'change', ({ after }) => after === 'package');
    expect([...depending.keys()].toSorted()).toEqual(open);
    for (const name of open) {
      expect(depending.get(name)).toContain('pid-file pid_file /home/named/var/run/named/named.pid');
      expect(depending.get(name)).toContain('rc-conf rc_conf /etc/rc.conf:named9');
    }
    const { stdout } = await muster(['plan', playbook, ...inventory, '--limit', 'unread']);
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      "package bind: new (version known only when it is installed), from pkgin's repositories, with what it needs",
    );
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      'after package: a block in /etc/rc.conf.d that tells the rc script',
    );
  });

  it('is what an apply does', async () => {
    const applied = await muster(['apply', playbook, ...inventory, '--yes', '--json']);
    expect(applied.code, applied.stdout.slice(-6000) + applied.stderr).toBe(0);
    expect(wrongInPlan(planned, applied.stdout)).toEqual([]);
    expect([...resourcesByHost(applied.stdout, 'changed').keys()].toSorted()).toEqual(names.toSorted());
    const of = (stdout: string, status: string, name: string): string[] =>
      (resourcesByHost(stdout, status).get(name) ?? []).toSorted();
    for (const name of names.filter((one) => !open.includes(one)))
      expect(of(applied.stdout, 'changed', name)).toEqual(of(planned, 'change', name));
    for (const name of names) expect(await askWww(lab, name)).toMatch(/^192\.0\.2\./);
    expect((await muster(['verify', playbook, ...inventory])).stdout).toContain('6 good');
  });
});
