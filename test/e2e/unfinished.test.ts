// An apply that dies between its change of rc.conf and the hand-over, on hosts of several releases: what follows it, be it a
// reboot or a second apply, goes back to what there was, and the named of before serves.
// @module-tag long
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Lab } from '../../src/lab/index.ts';
import { startLab } from '../../src/lab/index.ts';
import { askWww } from './dns.ts';
import { describeWithEngine, labImage } from './engine.ts';
import { fingerprint, inside, muster, playbook, writeHostVars } from './muster.ts';

const kinds = [
  { name: 'package', vars: 'cage_style: chroot8' },
  { name: 'base', release: '6.99.16', vars: 'named_source: base, cage_style: chrootdir' },
  {
    name: 'eleven',
    release: '11.0',
    vars: 'named_source: base, cage_style: chrootdir',
  },
  { name: 'old', release: '1.5.2', vars: 'cage_style: chroot8' },
];
const names = kinds.map(({ name }) => name);

describeWithEngine('an apply that dies after its change of rc.conf', () => {
  let lab: Lab;
  let inventory: string[];
  /** The playbook, of which the step behind rc-conf kills the driver. */
  let dying: string;
  const before = new Map<string, string>();

  beforeAll(async () => {
    const directory = mkdtempSync(join(tmpdir(), 'muster-unfinished-'));
    lab = await startLab({
      hosts: kinds.map(({ name, release }) => ({ name, ...(release !== undefined && { release }) })),
      image: labImage(),
      directory,
    });

    dying = join(directory, 'caged-bind');
    cpSync(playbook, dying, { recursive: true });
    writeFileSync(
      join(dying, 'steps/09-syslog.sh'),
      'state() {\n  kill -9 "$(cat "$m_work/driver.pid")"\n  sleep 60\n}\n',
    );
    const vars = Object.fromEntries(kinds.map((kind) => [kind.name, kind.vars]));
    inventory = ['-i', writeHostVars(lab, 'unfinished.yaml', vars)];
    await onAll(async (name) => {
      expect(await askWww(lab, name)).toMatch(/^192\.0\.2\./);
      before.set(name, await fingerprintOf(name));
    });
  });

  afterAll(async () => {
    await lab.stop();
    rmSync(lab.directory, { recursive: true, force: true });
  });

  /** Without what every named writes anew at each start. */
  async function fingerprintOf(name: string): Promise<string> {
    return (await fingerprint(lab, name)).replaceAll(/^.*managed-keys\.bind.*\n/gm, '');
  }

  async function onAll(work: (name: string) => Promise<void>): Promise<void> {
    await Promise.all(names.map(work));
  }

  async function dies(): Promise<void> {
    const { code, stdout } = await muster(['apply', dying, ...inventory, '--yes']);
    expect(code, stdout).toBe(4);
    await onAll(async (name) => {
      expect(await inside(lab, name, 'grep named /etc/rc.conf; cat /var/db/muster/runs/*/status')).toMatch(
        /^running$/m,
      );
    });
  }

  async function goesBack(): Promise<string> {
    const { code, stdout, stderr } = await muster(['rollback', ...inventory, '--yes']);
    expect(code, stdout + stderr).toBe(0);
    await onAll(async (name) => {
      expect(await askWww(lab, name), name).toMatch(/^192\.0\.2\./);
      expect(await fingerprintOf(name), name).toBe(before.get(name));
    });
    const again = await muster(['rollback', ...inventory, '--yes']);
    expect(again.stdout).toContain('nothing to roll back');
    return stdout + stderr;
  }

  it('is undone, and the old named serves, although the boot had started another one', async () => {
    await dies();
    await onAll(async (name) => {
      await lab.fault(name, { kind: 'reboot' });
    });
    const said = await goesBack();
    expect(said).toMatch(/after the rollback:.* named runs \(pid \d+\)/);
  });

  it('is undone with the apply that continued it', async () => {
    await dies();
    const applied = await muster(['apply', playbook, ...inventory, '--yes']);
    expect(applied.code, applied.stdout).toBe(0);
    const verified = await muster(['verify', playbook, ...inventory]);
    expect(verified.stdout).toContain('4 good');
    const said = await goesBack();
    expect(said).toMatch(/undone together, in this order/);
    await onAll(async (name) => {
      expect(await inside(lab, name, 'cat /var/db/muster/runs/*/status')).toMatch(/^(rolled-back\n){3}$/);
    });
  });
});
