// Faults that somebody plants on a caged host: verify finds each, names it in one line and blames no other host; apply
// puts it right.
// @module-tag long
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Lab } from '../../src/lab/index.ts';
import { startLab } from '../../src/lab/index.ts';
import { describeWithEngine, labImage } from './engine.ts';
import { inside, muster, playbook, writeHostVars } from './muster.ts';

interface Fault {
  readonly host: string;
  readonly fault: string;
  readonly plant: string;
  /** What the one line says that names it. */
  readonly line: RegExp;
}

const kinds: Readonly<Record<string, string>> = {
  article: 'cage_style: chroot8',
  basecage: 'cage_style: chroot8, named_source: base',
  modern: 'cage_style: chrootdir',
  basedir: 'cage_style: chrootdir, named_source: base',
};
const stop =
  'p=$(cat /home/named/var/run/named/named.pid); kill $p; n=0; while kill -0 $p 2>/dev/null && [ $n -lt 300 ]; do n=$((n + 1)); sleep 0.1; done';

/** Each round plants at most one fault a host. */
const rounds: readonly (readonly Fault[])[] = [
  [
    {
      host: 'article',
      fault: 'named as root',
      plant: `${stop}; chroot /home/named /usr/pkg/sbin/named -c /etc/named.conf`,
      line: /runs as the unprivileged user.*|wanted named, got root/,
    },
    {
      host: 'basecage',
      fault: 'cage not the root directory',
      plant: `${stop}; /usr/sbin/named -u named`,
      line: /caged on paper only: root of pid \d+ is \/, not \/home\/named/,
    },
    {
      host: 'modern',
      fault: 'socket missing',
      plant: 'rm /home/named/var/run/log',
      line: /absent\s+syslog:socket \/home\/named\/var\/run\/log/,
    },
    {
      host: 'basedir',
      fault: 'zone serial behind',
      plant: `cd /home/named/etc/namedb; sed 's/2026110100/2026110199/' example.net >/tmp/zone; cat /tmp/zone >example.net`,
      line: /example\.net is served with serial 2026110100, its file has 2026110199/,
    },
  ],
  [
    {
      host: 'article',
      fault: 'extra account in the cage',
      plant: `echo 'mallory:*:0:0::/:/bin/sh' >>/home/named/etc/passwd`,
      line: /it knows mallory\s+proof:the cage knows no account but named/,
    },
    {
      host: 'basecage',
      fault: 'writable cage',
      plant: 'chown named /home/named',
      line: /\/ \(drwxr-xr-x named wheel\)\s+proof:named can write only to its own directories/,
    },
    {
      host: 'modern',
      fault: 'rc link missing',
      plant: 'rm /etc/rc.d/named9',
      line: /drift in start-up: symlink \/etc\/rc\.d\/named9: new, to/,
    },
  ],
  [
    {
      host: 'article',
      fault: 'stale pid link',
      plant: 'rm /var/run/named.pid; ln -s /home/gone/named.pid /var/run/named.pid',
      line: /drift in pid-file: pid_link \/var\/run\/named\.pid: link to \/home\/named/,
    },
    {
      host: 'basecage',
      fault: 'wrong flags',
      plant: `${stop}; chroot /home/named /usr/sbin/named -u named -4`,
      line: /'-4' was not declared\s+proof:named has the flags of rc\.conf/,
    },
    {
      host: 'modern',
      fault: 'base named left on',
      plant: '/usr/sbin/named -p 5300',
      line: /pid \d+ \/usr\/sbin\/named runs as well\s+proof:no other named runs/,
    },
    {
      host: 'basedir',
      fault: 'configuration that was never loaded',
      plant: `sed 's/recursion no;/recursion no; version "edited";/' /etc/named.conf >/tmp/conf; cat /tmp/conf >/etc/named.conf`,
      line: /drift in hand-over: .*restart it: \/home\/named\/etc\/named\.conf changed after it was started/,
    },
  ],
  [
    {
      host: 'article',
      fault: "the host's accounts in the databases of the cage",
      plant: 'cp /etc/pwd.db /etc/spwd.db /home/named/etc/',
      line: /it knows root, .* and more in pwd\.db, root, .* in spwd\.db\s+proof:the cage knows no account but named/,
    },
  ],
];

describeWithEngine('faults planted on caged hosts', () => {
  let lab: Lab;
  let inventory: string[];

  beforeAll(async () => {
    const directory = mkdtempSync(join(tmpdir(), 'muster-planted-'));
    // The package's script of the old release names no pid file: the article's link is made for it.
    const hosts = Object.keys(kinds).map((name) => ({
      name,
      ...(name === 'article' && { release: '6.99.16' }),
    }));
    lab = await startLab({ hosts, image: labImage(), directory });
    inventory = ['-i', writeHostVars(lab, 'planted.yaml', kinds)];
    const { code, stdout } = await muster(['apply', playbook, ...inventory, '--yes']);
    expect(code, stdout).toBe(0);
  });

  afterAll(async () => {
    await lab.stop();
    rmSync(lab.directory, { recursive: true, force: true });
  });

  for (const faults of rounds) {
    it(`finds and corrects: ${faults.map(({ fault }) => fault).join(', ')}`, async () => {
      await Promise.all(faults.map(({ host, plant }) => inside(lab, host, plant)));
      const found = await muster(['verify', playbook, ...inventory]);
      expect([1, 3]).toContain(found.code);
      for (const { host, fault, line } of faults) {
        const said = linesAbout(found.stdout, host);
        expect(
          said.some((text) => line.test(text)),
          `${fault} on ${host}:\n${found.stdout}`,
        ).toBe(true);
      }
      const planted = new Set(faults.map(({ host }) => host));
      for (const host of Object.keys(kinds)) {
        if (!planted.has(host)) expect(linesAbout(found.stdout, host).join('\n')).not.toMatch(/^[✖~]/m);
      }
      const mended = await muster(['apply', playbook, ...inventory, '--yes']);
      expect(mended.code, mended.stdout).toBe(0);
      const verified = await muster(['verify', playbook, ...inventory]);
      expect(verified.stdout).toContain('4 good');
    });
  }

  it('does not restart what a reload has loaded', async () => {
    // named writes its pid file anew when it has read its configuration.
    const reload = `sed 's/"edited"/"reloaded"/' /etc/named.conf >/tmp/conf; cat /tmp/conf >/etc/named.conf
sh /etc/rc.d/named reload; turns=200; pid=/home/named/var/run/named/named.pid
until [ -n "$(find $pid -newer /home/named/etc/named.conf)" ] || [ $turns = 0 ]; do sleep 0.1; turns=$((turns - 1)); done`;
    await inside(lab, 'basedir', reload);
    const { stdout } = await muster(['verify', playbook, ...inventory]);
    expect(stdout).toContain('4 good');
  });

  it('proves the cage by procfs if fstat does not know its file system', async () => {
    const fstat = `mv /usr/bin/fstat /usr/bin/fstat.real; cat >/usr/bin/fstat <<'EOT'
#!/bin/sh
/usr/bin/fstat.real "$@" | awk '$4 == "root" || $4 == "wd" { print $1, $2, $3, $4, "-  -  ?(37)  -"; next } { print }'
EOT
chmod 755 /usr/bin/fstat`;
    await Promise.all(['article', 'modern'].map((host) => inside(lab, host, fstat)));
    const { stdout } = await muster(['verify', playbook, ...inventory]);
    expect(stdout).toContain('4 good');
    const uncaged = `${stop}; /usr/pkg/sbin/named -u named -c /etc/named.conf`;
    await inside(lab, 'modern', uncaged);
    const found = await muster(['verify', playbook, ...inventory, '--limit', 'modern']);
    expect(found.stdout).toMatch(/caged on paper only/);
    const mended = await muster(['apply', playbook, ...inventory, '--yes', '--limit', 'modern']);
    expect(mended.code, mended.stdout).toBe(0);
  });
});

/** The lines of a report about a host; what the report folded at the screen's width is one line again. */
function linesAbout(report: string, host: string): string[] {
  return report
    .replaceAll(/\n {4,}/g, ' ')
    .split('\n')
    .filter((text) => new RegExp(`\\b${host}\\b`).test(text));
}
