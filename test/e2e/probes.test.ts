// What the clients of a primary, its secondary and a resolver get, asked from outside by caged-bind's probes.
// @module-tag long
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Lab } from '../../src/lab/index.ts';
import { startLab } from '../../src/lab/index.ts';
import { describeWithEngine, labImage } from './engine.ts';
import { inside, muster, playbook } from './muster.ts';

const names = ['p1', 's1', 'r1'];

/** Reports break their lines where the screen ends. */
function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}

describeWithEngine('the probes of caged-bind', () => {
  let lab: Lab;
  let file: string;
  let patient: string;

  function ip(name: string): string {
    return lab.hosts.find((host) => host.name === name)?.ip ?? '';
  }

  /** Both servers are in it, so that the primary tells the secondary of each change. */
  function writeZone(serial: number): void {
    const servers = ['p1', 's1'].map((name) => `@ IN NS ${name}\n${name} IN A ${ip(name)}\n`);
    writeFileSync(
      join(lab.directory, 'zones/example.net'),
      `$TTL 3600\n@ IN SOA p1 hostmaster ( ${String(serial)} 3600 900 604800 60 )\n${servers.join('')}`,
    );
  }

  /** caged-bind, with more time for a transfer: nothing here is about how long one takes on a busy machine. */
  function copyPlaybook(): string {
    const copy = join(lab.directory, 'caged-bind');
    cpSync(playbook, copy, { recursive: true });
    const manifest = join(copy, 'playbook.yaml');
    const text = readFileSync(manifest, 'utf8');
    writeFileSync(manifest, text.replace('converge: serial\n', 'converge: serial\n    within: 30s\n'));
    return copy;
  }

  /** Edits the configuration in the cage by hand, and lets named read it. */
  async function reconfigure(host: string, script: string): Promise<void> {
    const reloads = `grep -c 'reloading configuration succeeded' /var/log/messages`;
    const before = (await inside(lab, host, `${reloads}; :`)).trim();
    const conf = '/home/named/etc/named.conf';
    await inside(lab, host, `sed -e '${script}' ${conf} >/tmp/conf && cat /tmp/conf >${conf}`);
    await inside(
      lab,
      host,
      `kill -HUP "$(cat /home/named/var/run/named/named.pid)"
for turn in $(seq 6000); do [ "$(${reloads})" -le ${before} ] || exit 0; sleep 0.1; done; exit 1`,
    );
  }

  /** `vars` are further ones of all hosts. */
  function writeFleet(vars = ''): void {
    const hosts = lab.hosts.map(
      ({ name, address, sshPort, dnsPort }) =>
        `  ${name}: { address: ${address}, connection: { port: ${String(sshPort)} }, vars: { dns_port: ${String(dnsPort)} } }`,
    );
    writeFileSync(
      file,
      `connection: { identity_file: ${lab.identityFile}, known_hosts: ${lab.knownHostsFile}, agent: false }
vars: { package_path: /var/packages/All, config_from: playbook, zones: [example.net]${vars} }
hosts:
${hosts.join('\n')}
groups:
  primary: { hosts: [p1], vars: { zone_files: zones/, allow_transfer: [${ip('s1')}] } }
  secondary: { hosts: [s1], vars: { role: secondary, primaries: [${ip('p1')}] } }
  resolver: { hosts: [r1], vars: { role: resolver, forwarders: [${ip('p1')}], dnssec_validation: 'no' } }
`,
    );
  }

  async function apply(limit: string): Promise<void> {
    const { code, stdout } = await muster(['apply', playbook, '-i', file, '--limit', limit, '--yes']);
    expect(code, stdout.slice(-6000)).toBe(0);
  }

  beforeAll(async () => {
    const directory = mkdtempSync(join(tmpdir(), 'muster-probes-'));
    lab = await startLab({ hosts: names.map((name) => ({ name })), image: labImage(), directory });
    mkdirSync(join(directory, 'zones'));
    file = join(directory, 'fleet.yaml');
    patient = copyPlaybook();
    writeZone(2026112601);
    writeFleet();
    // The primary first: a secondary that starts while it is down asks again only after a minute.
    await apply('p1');
    await apply('!p1');
  });

  afterAll(async () => {
    await lab.stop();
    rmSync(lab.directory, { recursive: true, force: true });
  });

  it('hold directly after an apply, without a wait in between', async () => {
    const { code, stdout } = await muster(['verify', patient, '-i', file]);
    expect(code, stdout).toBe(0);
    expect(stdout).toContain('3 good');
  });

  it('wait for a secondary that is about to transfer a new serial', async () => {
    writeZone(2026112602);
    await apply('p1');
    const { code, stdout } = await muster(['compare', patient, '-i', file, '--all']);
    expect(code, stdout).toBe(0);
    expect(stdout).toMatch(/serial of example\.net +2026112602 +p1,s1/);
  });

  it('report a secondary that does not transfer it, and by how much it is behind', async () => {
    // It asks somebody else now, and takes no word from the primary.
    await reconfigure('s1', 's/masters {.*}/masters { 192.0.2.1; }/');
    writeZone(2026112605);
    await apply('p1');
    const report = join(lab.directory, 'report.xml');
    const { code, stdout } = await muster(['verify', playbook, '-i', file, '--report', report]);
    expect(code, stdout).toBe(3);
    expect(oneLine(stdout)).toContain(
      'probe zones: serial of example.net 2026112605 p1 2026112602 (3 behind) s1',
    );
    expect(readFileSync(report, 'utf8')).toContain('2026112602 (3 behind): s1');
    await apply('s1');
    // By itself it asks only after an hour. A new serial makes the primary notify it.
    writeZone(2026112606);
    await apply('p1');
    expect((await muster(['verify', patient, '-i', file])).code).toBe(0);
  });

  it('report a zone that a server is lame for, and a version that is shown', async () => {
    await reconfigure('p1', '/version none/d; s/zone "example.net"/zone "example.org"/');
    const { code, stdout } = await muster(['verify', playbook, '-i', file, '--limit', 'p1']);
    expect(code, stdout).toBe(1);
    for (const transport of ['udp', 'tcp']) {
      expect(oneLine(stdout)).toMatch(
        new RegExp(`p1 REFUSED instead of NOERROR probe zones:SOA example\\.net over ${transport}`),
      );
      expect(oneLine(stdout)).toMatch(
        new RegExp(`p1 9\\.\\S* does not match \\^\\$ probe version:CH TXT version\\.bind over ${transport}`),
      );
    }
  });

  it('report a server that is down, with one line for each question and transport', async () => {
    await inside(lab, 'p1', `kill "$(cat /home/named/var/run/named/named.pid)"`);
    const { code, stdout } = await muster(['verify', playbook, '-i', file, '--limit', 'p1']);
    expect(code, stdout).toBe(1);
    expect(stdout).toMatch(/(no answer|connection \w+).* +probe zones:SOA example\.net over udp/);
    expect(oneLine(stdout)).toMatch(/(no answer|connection [a-z ]+) probe zones:SOA example\.net over tcp/);
  });

  it('do not ask a server with its own configuration, unless the inventory names its zones', async () => {
    await apply('p1');
    writeFleet(', show_version: true');
    const { stdout } = await muster(['verify', playbook, '-i', file, '--limit', 's1', '--json']);
    expect(stdout).toContain('"probe":"recursion"');
    expect(stdout).not.toContain('"probe":"version"');
  });
});
