// Every variant of the flagship playbook that a host can be: {chroot8, chrootdir} x {base, package} x {no user named, the
// base system's} x {/usr/pkg on the root file system, separate}, on NetBSD 11.0 and on older ones. Each host is planned,
// applied, asked and verified. A second apply changes nothing, and a rollback restores exactly what was there. It also tests
// what the base system's rc script does from release 7 on.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Lab } from '../../src/lab/index.ts';
import { startLab } from '../../src/lab/index.ts';
import { askWww } from './dns.ts';
import { describeWithEngine, labImage } from './engine.ts';
import { fingerprint, inside, muster, playbook, resourcesByHost, writeHostVars } from './muster.ts';

// Release 1.5.2 of the practice host has no user named; everything else on it stays as it is, so both styles run there.
// On 11.0 there is an rndc.key, for rc.d/named makes one where there is none; before 7 there is not.
const kinds = [
  { name: 'plain', release: '11.0' },
  { name: 'old', release: '1.5.2' },
  { name: 'apart', release: '6.99.16', env: { MUSTER_PKG_ON: 'separate' } },
  { name: 'oldapart', release: '1.5.2', env: { MUSTER_PKG_ON: 'separate' } },
];
const names = kinds.map(({ name }) => name);
const groups = ['chroot8', 'chrootdir'].flatMap((style) =>
  ['package', 'base'].map((source) => ({ style, source })),
);

for (const [index, { style, source }] of groups.entries()) {
  const suite = (): void => {
    let lab: Lab;
    let inventory: string[];
    const before = new Map<string, string>();
    const program = source === 'base' ? '/usr/sbin/named' : '/usr/pkg/sbin/named';

    beforeAll(async () => {
      const directory = mkdtempSync(join(tmpdir(), 'muster-matrix-'));
      lab = await startLab({ hosts: kinds, image: labImage(), directory });
      const vars = `named_source: ${source}, cage_style: ${style}`;
      inventory = [
        '-i',
        writeHostVars(lab, 'matrix.yaml', Object.fromEntries(names.map((name) => [name, vars]))),
      ];
      await inside(lab, 'oldapart', 'rm /etc/localtime');
      await onAll(async (name) => {
        expect(await askWww(lab, name)).toMatch(/^192\.0\.2\./);
        before.set(name, await fingerprint(lab, name));
      });
      expect(await rndcStatus(lab, 'plain')).toContain(isUp);
    });

    afterAll(async () => {
      await lab.stop();
      rmSync(lab.directory, { recursive: true, force: true });
    });

    it('does what the plan said, and the plan changed nothing', async () => {
      const planned = await muster(['plan', playbook, ...inventory, '--json']);
      expect(planned.code, planned.stdout.slice(-3000) + planned.stderr).toBe(0);
      await onAll(async (name) => {
        expect(await fingerprint(lab, name)).toBe(before.get(name));
      });
      const applied = await muster(['apply', playbook, ...inventory, '--yes', '--json']);
      expect(applied.code, applied.stdout.slice(-6000) + applied.stderr).toBe(0);
      const done = resourcesByHost(applied.stdout, 'changed');
      expect([...done.keys()].toSorted()).toEqual(names.toSorted());
      expect(done).toEqual(resourcesByHost(planned.stdout, 'change'));
    });

    it('serves from the cage, never as root, and never with both knobs', async () => {
      await onAll(async (name) => {
        expect(await askWww(lab, name)).toMatch(/^192\.0\.2\./);
        const processes = await inside(
          lab,
          name,
          `ps -axww -o user -o command | awk '$2 ~ "/named$"'; fstat -p $(cat /home/named/var/run/named/named.pid) | awk '$4 == "root" { print $6 }'; ls -di /home/named`,
        );
        const caged = style === 'chrootdir' ? ' -u named -t /home/named' : ' -u named';
        expect(processes.replace(/ +/g, ' ')).toContain(`named ${program}${caged}`);
        expect(processes.match(/named\b.*\/named /g)).toHaveLength(1);
        expect(processes).toMatch(/^(\d+)\n\s*\1 \/home\/named$/m);
        const rcConf = await inside(lab, name, 'cat /etc/rc.conf');
        expect(rcConf.includes('named_chroot=')).toBe(style === 'chroot8');
        expect(rcConf.includes('named_chrootdir=')).toBe(style === 'chrootdir');
        const accounts =
          'cd /home/named/etc; for f in passwd master.passwd; do [ ! -f $f ] || cut -d: -f1,2 $f; done';
        expect(await inside(lab, name, accounts)).toBe(style === 'chroot8' ? 'named:*\nnamed:*\n' : '');
      });
    });

    it('has the key and the time zone of the host in the cage, and rndc works as before', async () => {
      expect(await rndcStatus(lab, 'plain')).toContain(isUp);
      expect(await inside(lab, 'plain', 'stat -f "%Sp %Su %Sg" /home/named/etc/rndc.key')).toBe(
        '-rw-r----- root named\n',
      );
      const caged = 'cd /home/named/etc; for f in rndc.key localtime; do [ ! -f $f ] || echo $f; done';
      expect(await inside(lab, 'plain', caged)).toBe('rndc.key\nlocaltime\n');
      expect(await inside(lab, 'apart', caged)).toBe('localtime\n');
      expect(await inside(lab, 'oldapart', caged)).toBe('');
    });

    it('verifies everywhere, and a second apply changes nothing', async () => {
      const verified = await muster(['verify', playbook, ...inventory]);
      expect(verified.stdout).toContain('4 good');
      const again = await muster(['apply', playbook, ...inventory, '--yes', '--json']);
      expect(again.code, again.stdout.slice(-3000)).toBe(0);
      expect(resourcesByHost(again.stdout, 'changed')).toEqual(new Map());
    });

    it('is restarted by its rc script, and by a reboot', async () => {
      const script = source === 'base' ? 'named' : 'named9';
      await inside(lab, 'plain', `/etc/rc.d/${script} restart`);
      expect(await askWww(lab, 'plain')).toMatch(/^192\.0\.2\./);
      await lab.restart('apart');
      expect(await askWww(lab, 'apart')).toMatch(/^192\.0\.2\./);
      const { stdout } = await muster(['verify', playbook, ...inventory, '--limit', 'plain,apart']);
      // /var/run is emptied at boot: the article's link of the pid file is all that is missing then.
      const isLinked = style === 'chroot8' && source === 'package';
      if (isLinked) expect(stdout).toMatch(/apart +drift in pid-file/);
      expect(stdout).toContain(isLinked ? '1 good, 1 drifted' : '2 good');
      expect(stdout.match(/apart +drift/g) ?? []).toHaveLength(isLinked ? 1 : 0);
    });

    it('is rolled back to exactly what it was, and the old named serves', async () => {
      const { code, stdout } = await muster(['rollback', ...inventory, '--yes']);
      expect(code, stdout).toBe(0);
      await onAll(async (name) => {
        expect(await askWww(lab, name)).toMatch(/^192\.0\.2\./);
        expect(await fingerprint(lab, name)).toBe(before.get(name));
      });
      expect(await rndcStatus(lab, 'plain')).toContain(isUp);
    });
  };
  describeWithEngine(
    `caged-bind, ${style}, named of the ${source}`,
    suite,
    index === 0 ? {} : { tags: 'long' },
  );
}

// Its rc script makes an rndc key where there is none, and moves one that is there.
describeWithEngine('caged-bind, the base system of release 7', () => {
  const neverRun = ['chroot8', 'chrootdir'];
  // Serves, has a key, and is to have no control channel.
  const resolver = 'resolver';
  let lab: Lab;
  let inventory: string[];
  const before = new Map<string, string>();

  beforeAll(async () => {
    const directory = mkdtempSync(join(tmpdir(), 'muster-matrix-'));
    const hosts = [...neverRun, resolver].map((name) => ({
      name,
      release: '7.1',
      named: name === resolver,
    }));
    lab = await startLab({ hosts, image: labImage(), directory });
    const port = lab.hosts.find(({ name }) => name === resolver)?.dnsPort ?? 0;
    const vars = {
      ...Object.fromEntries(neverRun.map((name) => [name, `named_source: base, cage_style: ${name}`])),
      [resolver]: `named_source: base, cage_style: chrootdir, config_from: playbook, role: resolver, dns_port: ${String(port)}`,
    };
    inventory = ['-i', writeHostVars(lab, 'release-7.yaml', vars)];
    for (const { name } of hosts) before.set(name, await fingerprint(lab, name));
  });

  afterAll(async () => {
    await lab.stop();
    rmSync(lab.directory, { recursive: true, force: true });
  });

  it('has its key before a start at which the script would wait for entropy', async () => {
    for (const name of neverRun) {
      expect(await inside(lab, name, 'grep rndc-confgen /etc/rc.d/named; ls /etc/rndc.key 2>&1 || :')).toBe(
        '    /usr/sbin/rndc-confgen -a\nls: /etc/rndc.key: No such file or directory\n',
      );
    }
    const planned = await muster(['plan', playbook, ...inventory, '--json']);
    const applied = await muster(['apply', playbook, ...inventory, '--yes', '--json']);
    expect(applied.code, applied.stdout.slice(-6000) + applied.stderr).toBe(0);
    expect(resourcesByHost(applied.stdout, 'changed')).toEqual(resourcesByHost(planned.stdout, 'change'));
    for (const name of neverRun) {
      expect(await askWww(lab, name)).toMatch(/^192\.0\.2\./);
      expect(await rndcStatus(lab, name)).toContain(isUp);
    }
    expect((await muster(['verify', playbook, ...inventory])).stdout).toContain('3 good');
  });

  it('leaves no key, restores the earlier one, and runs nothing that did not run before', async () => {
    const { code, stdout } = await muster(['rollback', ...inventory, '--yes']);
    expect(code, stdout).toBe(0);
    for (const [name, was] of before) expect(await fingerprint(lab, name)).toBe(was);
    expect(await rndcStatus(lab, resolver)).toContain(isUp);
  });
});

const isUp = 'server is up and running';

/** What the named of a host answers to rndc there. */
async function rndcStatus(lab: Lab, name: string): Promise<string> {
  return await inside(lab, name, 'rndc status 2>&1 || :');
}

async function onAll(work: (name: string) => Promise<void>): Promise<void> {
  await Promise.all(names.map(work));
}
