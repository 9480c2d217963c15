// The flagship playbook on hosts that differ in more than the matrix knows: a build from pkgsrc, one that never ran named,
// a package whose rc script goes by another name, and a script that was copied. On each the plan is what apply does, the
// cage holds, and rollback brings back all.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Lab } from '../../src/lab/index.ts';
import { startLab } from '../../src/lab/index.ts';
import { askWww } from './dns.ts';
import { describeWithEngine, labImage } from './engine.ts';
import { fingerprint, inside, muster, playbook, resourcesByHost, writeHostVars } from './muster.ts';

const kinds: Readonly<Record<string, string>> = {
  built: 'package_source: pkgsrc, cage_style: chroot8',
  idle: 'named_source: base, cage_style: chroot8',
  // Its rc script says name="named9": named_chroot and named_flags would be ignored, and named run as root, uncaged.
  ownname: 'package_path: /var/packages, cage_style: chroot8',
  copied: 'start_up: copy',
};
const names = Object.keys(kinds);

describeWithEngine('caged-bind on hosts that differ', () => {
  let lab: Lab;
  let inventory: string[];
  const before = new Map<string, string>();

  beforeAll(async () => {
    const directory = mkdtempSync(join(tmpdir(), 'muster-variants-'));
    const hosts = names.map((name) => ({ name, named: name !== 'idle' }));
    lab = await startLab({ hosts, image: labImage(), directory });
    inventory = ['-i', writeHostVars(lab, 'variants.yaml', kinds)];
    for (const name of names) before.set(name, await fingerprint(lab, name));
  });

  afterAll(async () => {
    await lab.stop();
    rmSync(lab.directory, { recursive: true, force: true });
  });

  it('does what the plan said, in the same order, on every host', async () => {
    const planned = await muster(['plan', playbook, ...inventory, '--json']);
    expect(planned.code, planned.stdout.slice(-3000)).toBe(0);
    const applied = await muster(['apply', playbook, ...inventory, '--yes', '--json']);
    expect(applied.code, applied.stdout.slice(-6000)).toBe(0);
    const done = resourcesByHost(applied.stdout, 'changed');
    const foretold = resourcesByHost(planned.stdout, 'change');
    for (const name of names) {
      // What a script that is yet to come calls itself is in no plan: it is taken to be pkgsrc's.
      if (name !== 'ownname') expect(done.get(name)).toEqual(foretold.get(name));
    }
  });

  it('verifies on every host, answers, and survives a reboot', async () => {
    const { stdout } = await muster(['verify', playbook, ...inventory]);
    expect(stdout).toContain('4 good');
    for (const name of names) expect(await askWww(lab, name)).toMatch(/^192\.0\.2\./);
    for (const name of ['ownname', 'copied', 'idle']) {
      await lab.restart(name);
      expect(await askWww(lab, name)).toMatch(/^192\.0\.2\./);
      expect(await inside(lab, name, 'ps -axww -o user -o command')).toMatch(/^named +\/usr\/.*\/named -u/m);
    }
  });

  it('takes every one of them back', async () => {
    const { code, stdout } = await muster(['rollback', ...inventory, '--yes']);
    expect(code, stdout).toBe(0);
    for (const name of names) expect(await fingerprint(lab, name)).toBe(before.get(name));
    expect(await askWww(lab, 'built')).toMatch(/^192\.0\.2\./);
    expect(await inside(lab, 'idle', 'ps -axww -o command')).not.toContain('/named');
  });
});
