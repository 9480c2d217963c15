// A package on a practice host, through the whole of muster. It is installed, replaced by a newer one, and replaced by an
// older one that the pattern requires and pkgsrc builds. Then it is rolled back run by run until nothing of it is left.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Lab } from '../../src/lab/index.ts';
import { startLab } from '../../src/lab/index.ts';
import { describeWithEngine, labImage } from './engine.ts';
import { fingerprint, inside, muster, writeInventory } from './muster.ts';

/** A playbook of one step. */
function playbookOf(pattern: string, place: string): Readonly<Record<string, string>> {
  const option = place.startsWith('/usr/pkgsrc/') ? '--pkgsrc' : '--from';
  return {
    'playbook.yaml': `name: bind
description: Installs BIND
steps:
  - { id: package, script: steps/package.sh, description: The package }
`,
    'steps/package.sh': `state() { package bind --pattern '${pattern}' ${option} ${place}; }\n`,
  };
}

describeWithEngine('a package on a practice host', () => {
  let lab: Lab;
  let directory: string;
  let common: readonly string[];

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'muster-package-'));
    lab = await startLab({ hosts: [{ name: 'ns1', named: false }], image: labImage(), directory });
    mkdirSync(join(directory, 'bind/steps'), { recursive: true });
    common = ['-i', writeInventory(lab, 'package.yaml', '')];
  });

  afterAll(async () => {
    await lab.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  async function run(verb: 'plan' | 'apply', pattern: string, place: string): Promise<string> {
    const playbook = join(directory, 'bind');
    const files = Object.entries(playbookOf(pattern, place));
    for (const [name, text] of files) writeFileSync(join(playbook, name), text);
    const yes = verb === 'apply' ? ['--yes'] : [];
    const { code, stdout, stderr } = await muster([verb, playbook, ...common, ...yes]);
    expect(code, stdout + stderr).toBe(0);
    return stdout;
  }

  it('is replaced by one that fits, and restored exactly', async () => {
    const installed = async (): Promise<string> => (await inside(lab, 'ns1', 'pkg_info -e bind || :')).trim();
    const states = [await fingerprint(lab, 'ns1')];
    const [all, next, built] = ['/var/packages/All', '/var/packages/next', '/usr/pkgsrc/net/bind9'];

    await run('apply', 'bind>=9', all);
    const first = await installed();
    states.push(await fingerprint(lab, 'ns1'));

    const newer = `${first}nb1`.replace('-', '>=');
    expect(await run('plan', newer, next)).toContain(`${first} to ${first}nb1, from ${next}`);
    await run('apply', newer, next);
    expect(await installed()).toBe(`${first}nb1`);
    states.push(await fingerprint(lab, 'ns1'));

    const older = newer.replace('>=', '<');
    expect(await run('plan', older, built)).toContain(`${first}nb1 to ${first}, from ${built}`);
    await run('apply', older, built);
    expect(await installed()).toBe(first);
    expect(await run('apply', older, built)).toContain('ok=1 changed=0');

    for (const before of states.toReversed()) {
      const { code, stdout, stderr } = await muster(['rollback', ...common, '--yes']);
      expect(code, stdout + stderr).toBe(0);
      expect(await fingerprint(lab, 'ns1')).toBe(before);
    }
    expect(await installed()).toBe('');
  });
});
