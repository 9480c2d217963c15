// Content from the playbook: a primary with the operator's zone, two secondaries that transfer it, and a resolver. What
// is bad stops before anything is replaced, what is new is served, and rollback brings the old back.
// @module-tag long
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Lab } from '../../src/lab/index.ts';
import { startLab } from '../../src/lab/index.ts';
import { describeWithEngine, labImage } from './engine.ts';
import { fingerprint, inside, muster, playbook, resourcesByHost, writeHostVars } from './muster.ts';

// Roles and kinds of cages have nothing to do with each other: each of the four is caged in a way of its own.
const kinds: Readonly<Record<string, string>> = {
  p1: 'cage_style: chroot8',
  s1: 'named_source: base, cage_style: chrootdir',
  s2: 'cage_style: chrootdir, rndc: true',
  r1: 'named_source: base, cage_style: chroot8',
};
const names = Object.keys(kinds);
const bindPid = `ps -axww -o pid -o command | awk '$2 ~ "/named$" { print $1 }'`;

/** Reports break their lines where the screen ends. */
function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}

describeWithEngine('caged-bind with content from the playbook', () => {
  let lab: Lab;
  let file: string;
  const before = new Map<string, string>();

  function ip(name: string): string {
    const found = lab.hosts.find((host) => host.name === name);
    if (found === undefined) throw new Error(`no host ${name}`);
    return found.ip;
  }

  function writeZone(serial: number, www = 'A 192.0.2.80'): void {
    const servers = ['p1', 's1', 's2'];
    writeFileSync(
      join(lab.directory, 'zones/example.net'),
      `$TTL 3600
@	IN SOA p1.example.net. hostmaster.example.net. ( ${String(serial)} 3600 900 604800 60 )
${servers.map((name) => `\tIN NS ${name}\n${name}\tIN A ${ip(name)}`).join('\n@')}
www	IN ${www}
$INCLUDE include/mail
`,
    );
  }

  function writeFleet(zones: string, zoneFiles = 'zones/'): void {
    const hosts = lab.hosts.map(
      ({ name, address, sshPort, dnsPort }) =>
        `  ${name}: { address: ${address}, connection: { port: ${String(sshPort)} }, vars: { dns_port: ${String(dnsPort)}, ${kinds[name] ?? ''} } }`,
    );
    writeFileSync(
      file,
      `connection: { identity_file: ${lab.identityFile}, known_hosts: ${lab.knownHostsFile}, agent: false }
vars:
  package_path: /var/packages/All
  config_from: playbook
  zones: ${zones}
hosts:
${hosts.join('\n')}
groups:
  primary:
    hosts: [p1]
    vars:
      zone_files: ${zoneFiles}
      allow_transfer: [${ip('s1')}, ${ip('s2')}]
      rndc: true
  secondary: { hosts: ['s[1-2]'], vars: { role: secondary, primaries: [${ip('p1')}] } }
  resolver: { hosts: [r1], vars: { role: resolver, forwarders: [${ip('p1')}], dnssec_validation: 'no' } }
`,
    );
  }

  async function dig(from: string, at: string, question: string): Promise<string> {
    return await inside(lab, from, `dig +time=10 +tries=1 @${ip(at)} ${question}; :`);
  }

  /** The serial that a server gives, once it is the one that is waited for. */
  async function serialAt(name: string, awaited: number): Promise<string> {
    let seen = '';
    for (let attempt = 0; attempt < 120; attempt++) {
      seen = (await dig('r1', name, '+short example.net SOA')).split(' ')[2] ?? '';
      if (seen === String(awaited)) return seen;
      await sleep(500);
    }
    return seen;
  }

  beforeAll(async () => {
    const directory = mkdtempSync(join(tmpdir(), 'muster-roles-'));
    lab = await startLab({ hosts: names.map((name) => ({ name })), image: labImage(), directory });
    mkdirSync(join(directory, 'zones/include'), { recursive: true });
    writeFileSync(join(directory, 'zones/include/mail'), '@\tIN MX 10 mail\nmail\tIN A 192.0.2.25\n');
    file = join(directory, 'fleet.yaml');
    await inside(lab, 's2', 'rndc-confgen -a -c /etc/rndc.key >/dev/null 2>&1');
    for (const name of names) before.set(name, await fingerprint(lab, name));
  });

  afterAll(async () => {
    await lab.stop();
    rmSync(lab.directory, { recursive: true, force: true });
  });

  it('reports a missing zone file at its line, and contacts no host', async () => {
    writeFleet('[example.net]', '[zones/example.net, zones/example.org]');
    writeZone(2026112601);
    const { code, stderr } = await muster(['apply', playbook, '-i', file, '--yes']);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /fleet\.yaml:\d+:19: error\[FILE_MISSING\]: var "zone_files": there is no \S+\/zones\/example\.org/,
    );
    expect(stderr).toContain('did you mean');
  });

  it('stops at a host with a bad zone while its old named serves, and rolls the earlier steps back', async () => {
    writeFleet('[example.net]');
    writeZone(2026112601, 'AA 192.0.2.80');
    const pid = await inside(lab, 'p1', bindPid);
    const { code, stdout } = await muster(['apply', playbook, '-i', file, '--limit', 'p1', '--yes']);
    expect(code).toBe(1);
    expect(oneLine(stdout)).toContain("example.net:9: unknown RR type 'AA'");
    expect(oneLine(stdout)).toContain('nothing was replaced');
    expect(await inside(lab, 'p1', bindPid)).toBe(pid);
    expect(await serialAt('p1', 2026110100)).toBe('2026110100');
    expect(await inside(lab, 'p1', 'ls /home/named/etc; :')).not.toContain('named');
    const back = await muster(['rollback', '-i', file, '--limit', 'p1', '--yes']);
    expect(back.code, back.stdout).toBe(0);
    expect(await fingerprint(lab, 'p1')).toBe(before.get('p1'));
  });

  it('stops at a bad zone of the host itself just as well', async () => {
    const zone = '/etc/namedb/example.net';
    await inside(
      lab,
      'r1',
      `cp -p ${zone} /tmp/kept; sed 's/A 192.0.2.80/A 192.0.2.800/' /tmp/kept >${zone}`,
    );
    const pid = await inside(lab, 'r1', bindPid);
    const asItIs = writeHostVars(lab, 'host.yaml', {});
    const { code, stdout } = await muster(['apply', playbook, '-i', asItIs, '--limit', 'r1', '--yes']);
    expect(code).toBe(1);
    expect(oneLine(stdout)).toContain("example.net:9: near '192.0.2.800': bad dotted quad");
    expect(await inside(lab, 'r1', bindPid)).toBe(pid);
    expect(await serialAt('r1', 2026110100)).toBe('2026110100');
    await inside(lab, 'r1', `cp -p /tmp/kept ${zone}; rm /tmp/kept`);
    const back = await muster(['rollback', '-i', file, '--limit', 'r1', '--yes']);
    expect(back.code, back.stdout).toBe(0);
    expect(await fingerprint(lab, 'r1')).toBe(before.get('r1'));
  });

  it('shows all that would be served in the plan', async () => {
    writeZone(2026112601);
    const { code, stdout } = await muster(['plan', playbook, '-i', file]);
    expect(code, stdout).toBe(0);
    expect(stdout).toContain('zone_file /home/named/etc/namedb/example.net: new file');
    expect(stdout).toContain('zone_file /home/named/etc/namedb/include/mail: new file');
    expect(stdout).toMatch(/\+\s*www\tIN A 192\.0\.2\.80/);
    expect(stdout).toMatch(/\+\s*type slave;/);
    for (const name of names) expect(await fingerprint(lab, name)).toBe(before.get(name));
  });

  it('serves the zone with authority on the primary and on the secondaries that transfer it', async () => {
    // The primary first: a secondary that starts while it is down asks again only after a minute.
    const first = await muster(['apply', playbook, '-i', file, '--limit', 'p1', '--yes', '--json']);
    expect(first.code, first.stdout.slice(-6000)).toBe(0);
    const others = await muster(['apply', playbook, '-i', file, '--limit', '!p1', '--yes', '--json']);
    expect(others.code, others.stdout.slice(-6000)).toBe(0);
    for (const name of ['p1', 's1', 's2']) {
      expect(await serialAt(name, 2026112601)).toBe('2026112601');
      expect(await dig('r1', name, 'mail.example.net A')).toMatch(
        /status: NOERROR[^]*flags: qr aa[^]*192\.0\.2\.25/,
      );
    }
    expect(await dig('r1', 's1', 'example.net AXFR')).toContain('Transfer failed');
    const key = /secret "(.*)"/.exec(await inside(lab, 'p1', 'cat /home/named/etc/rndc.key'))?.[1] ?? '';
    // Made by the playbook, or by the host itself at its first boot.
    expect(key).toMatch(/^[A-Za-z0-9+/]{40,43}=?$/);
    expect(first.stdout).not.toContain(key);
  });

  it('recurses only on the resolver, and hides its version', async () => {
    expect(await dig('s1', 'r1', 'www.example.net A')).toMatch(
      /status: NOERROR[^]*flags: qr rd ra;[^]*192\.0\.2\.80/,
    );
    for (const name of ['p1', 's1']) {
      expect(await dig('r1', name, 'www.example.org A')).toMatch(/status: REFUSED[^]*flags: qr rd;/);
    }
    for (const name of names) {
      expect(await dig('s1', name, '+short CH TXT version.bind')).not.toMatch(/9\.\d/);
      expect(await dig('s1', name, '+short CH TXT hostname.bind')).not.toContain(name);
    }
  });

  it('gives the primary a control channel with a key that only named can read', async () => {
    expect(await inside(lab, 'p1', 'stat -f "%Sp %Su %Sg" /home/named/etc/rndc.key')).toBe(
      '-rw-r----- root named\n',
    );
    expect(await inside(lab, 'p1', 'rndc status')).toContain('server is up and running');
    // The key that was there is the one that counts.
    await inside(lab, 's2', '[ ! -h /etc/rndc.key ] && cmp /etc/rndc.key /home/named/etc/rndc.key');
    expect(await inside(lab, 's2', 'rndc status')).toContain('server is up and running');
    expect(await inside(lab, 's1', 'rndc status 2>&1; :')).not.toContain('server is up and running');
  });

  it('verifies, and has nothing to do a second time', async () => {
    const verified = await muster(['verify', playbook, '-i', file]);
    expect(verified.stdout).toContain('4 good');
    const { stdout } = await muster(['apply', playbook, '-i', file, '--yes']);
    expect(stdout).toMatch(/ok=\d+ changed=0 failed=0/);
  });

  it('reports all zones without a file and all files without a zone, and leaves the serving named unchanged', async () => {
    writeFleet('[example.net, example.com, example.edu]');
    writeFileSync(join(lab.directory, 'zones/example.org'), '');
    const pid = await inside(lab, 'p1', bindPid);
    const { code, stdout } = await muster(['apply', playbook, '-i', file, '--limit', 'p1', '--yes']);
    expect(code).toBe(1);
    expect(oneLine(stdout)).toContain(
      'zones that have no file of their name in zone_files: example.com example.edu; zone_files that are not in zones: example.org',
    );
    expect(await inside(lab, 'p1', bindPid)).toBe(pid);
    rmSync(join(lab.directory, 'zones/example.org'));
  });

  it('keeps the caged content if the new zone is bad, and a plan already says so', async () => {
    writeFleet('[example.net]');
    writeZone(2026112602, 'A 192.0.2.800');
    const [pid, content] = [await inside(lab, 'p1', bindPid), await fingerprint(lab, 'p1')];
    const planned = await muster(['plan', playbook, '-i', file, '--limit', 'p1']);
    expect(planned.code).toBe(1);
    expect(oneLine(planned.stdout)).toContain("near '192.0.2.800': bad dotted quad");
    const { code, stdout } = await muster(['apply', playbook, '-i', file, '--limit', 'p1', '--yes']);
    expect(code).toBe(1);
    expect(oneLine(stdout)).toContain("near '192.0.2.800': bad dotted quad");
    expect(await inside(lab, 'p1', bindPid)).toBe(pid);
    expect(await fingerprint(lab, 'p1')).toBe(content);
    expect(await serialAt('p1', 2026112601)).toBe('2026112601');
  });

  it('rolls a new serial out to all that serve the zone, and back', async () => {
    writeFleet('[example.net]');
    writeZone(2026112603, 'A 192.0.2.81');
    const { code, stdout } = await muster(['apply', playbook, '-i', file, '--yes', '--json']);
    expect(code, stdout.slice(-6000)).toBe(0);
    expect([...resourcesByHost(stdout, 'changed')]).toEqual([
      ['p1', ['content zone_file /home/named/etc/namedb/example.net', 'hand-over hand_over named9']],
    ]);
    for (const name of ['p1', 's1', 's2']) expect(await serialAt(name, 2026112603)).toBe('2026112603');
    expect(await dig('s1', 'p1', '+short www.example.net A')).toBe('192.0.2.81\n');
    const back = await muster(['rollback', '-i', file, '--limit', 'p1', '--yes']);
    expect(back.code, back.stdout).toBe(0);
    expect(await serialAt('p1', 2026112601)).toBe('2026112601');
  });

  it('rolls every host back to what it served before', async () => {
    const { code, stdout } = await muster(['rollback', '-i', file, '--yes']);
    expect(code, stdout).toBe(0);
    for (const name of names) {
      expect(await fingerprint(lab, name)).toBe(before.get(name));
      expect(await serialAt(name, 2026110100)).toBe('2026110100');
    }
  });
});
