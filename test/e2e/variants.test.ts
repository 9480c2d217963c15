// The flagship playbook on hosts that differ: an old release without the user, /usr/pkg elsewhere, a build from pkgsrc,
// and one that never ran named. On each: the plan is what apply does, the cage holds, and rollback brings back all.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Lab } from '../../src/lab/index.ts';
import { startLab } from '../../src/lab/index.ts';
import { askWww } from './dns.ts';
import { describeWithEngine, labImage } from './engine.ts';
import { fingerprint, inside, jsonLines, muster, playbook } from './muster.ts';

interface Change {
  readonly host: string;
  readonly what: string;
}

/** What each host's resources said with this status, in order. */
function changesOf(stdout: string, status: string): Change[] {
  return jsonLines(stdout).flatMap((event) => {
    if (event['type'] !== 'resource') return [];
    const result = event['result'] as Record<string, string>;
    if (result['status'] !== status) return [];
    return [
      { host: String(event['host']), what: [result['step'], result['resource'], result['target']].join(' ') },
    ];
  });
}

describeWithEngine('caged-bind on hosts that differ', () => {
  let lab: Lab;
  let inventory: string[];
  const before = new Map<string, string>();
  const names = ['old', 'apart', 'built', 'idle'];

  beforeAll(async () => {
    const directory = mkdtempSync(join(tmpdir(), 'muster-variants-'));
    const hosts = [
      { name: 'old', release: '1.5.2' },
      { name: 'apart', env: { MUSTER_PKG_ON: 'separate' } },
      { name: 'built' },
      { name: 'idle', named: false },
    ];
    lab = await startLab({ hosts, image: labImage(), directory });
    const vars = new Map([['built', 'vars: { package_source: pkgsrc }, ']]);
    const lines = lab.hosts.map(
      ({ name, sshPort }) =>
        `  ${name}: { ${vars.get(name) ?? ''}connection: { port: ${String(sshPort)} }, address: 127.0.0.1 }`,
    );
    const file = join(directory, 'variants.yaml');
    writeFileSync(
      file,
      `connection: { identity_file: ${lab.identityFile}, known_hosts: ${lab.knownHostsFile}, agent: false }
vars: { package_path: /var/packages/All }
hosts:
${lines.join('\n')}
`,
    );
    inventory = ['-i', file];
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
    for (const name of names) {
      const of = (changes: Change[]): string[] =>
        changes.filter(({ host }) => host === name).map(({ what }) => what);
      expect(of(changesOf(applied.stdout, 'changed'))).toEqual(of(changesOf(planned.stdout, 'change')));
    }
  });

  it('verifies on every host, and answers', async () => {
    const { stdout } = await muster(['verify', playbook, ...inventory]);
    expect(stdout).toContain('4 good');
    for (const name of names) expect(await askWww(lab, name)).toMatch(/^192\.0\.2\./);
  });

  it('makes the user where the release has none', async () => {
    expect(await inside(lab, 'old', 'grep ^named: /etc/master.passwd')).toMatch(
      /:\/home\/named:\/sbin\/nologin$/m,
    );
  });

  it('starts at boot from rc.local where /usr/pkg is not on the root file system, and survives a reboot', async () => {
    expect(await inside(lab, 'apart', 'cat /etc/rc.local')).toContain('/named9 start');
    expect(await inside(lab, 'idle', 'ls -l /etc/rc.d/named9')).toContain('->');
    for (const name of ['apart', 'idle']) {
      await lab.restart(name);
      expect(await askWww(lab, name)).toMatch(/^192\.0\.2\./);
      expect(await inside(lab, name, 'ps -axww -o user -o command')).toMatch(
        /^named +\/usr\/pkg\/sbin\/named/m,
      );
    }
  });

  it('takes every one of them back', async () => {
    const { code, stdout } = await muster(['rollback', ...inventory, '--yes']);
    expect(code, stdout).toBe(0);
    for (const name of names) expect(await fingerprint(lab, name)).toBe(before.get(name));
    expect(await askWww(lab, 'old')).toMatch(/^192\.0\.2\./);
    expect(await inside(lab, 'idle', 'ps -axww -o command')).not.toContain('/named');
  });
});
