// A host that lets no root in: su is the only way there. Root's shell and the user's are csh, whose .cshrc prints what nobody asked for.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Lab } from '../../src/lab/index.ts';
import { startLab } from '../../src/lab/index.ts';
import { describeWithEngine, labImage } from './engine.ts';
import { fingerprint, inside, muster, playbook } from './muster.ts';
import { ampleSettings } from '../support/ample.ts';
import { onTerminal } from '../support/on-terminal.ts';

const password = 'netbsd';

describeWithEngine('a host without root logins', () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await startLab({
      hosts: [{ name: 'ns1' }],
      image: labImage(),
      directory: mkdtempSync(join(tmpdir(), 'muster-become-')),
    });
    await inside(
      lab,
      'ns1',
      `for user in root ops; do
        usermod -s /bin/csh $user
        home=$(awk -F: -v user=$user '$1 == user { print $6 }' /etc/passwd)
        { echo 'echo garbage of .cshrc'; echo 'stty erase ^H'; echo 'echo Password: not asked for'; } >$home/.cshrc
      done
      echo 'Welcome to ns1. All is logged.' >/etc/motd
      sed 's/^PermitRootLogin.*/PermitRootLogin no/' /etc/ssh/sshd_config >/tmp/new && cat /tmp/new >/etc/ssh/sshd_config
      echo 'Banner /etc/motd' >>/etc/ssh/sshd_config; rm /tmp/new
      sh /etc/rc.d/sshd restart`,
    );
  });

  afterAll(async () => {
    await lab.stop();
    rmSync(lab.directory, { recursive: true, force: true });
  });

  /** An inventory with these words in its connection. */
  function inventory(connection: string): string {
    const [{ address, sshPort }] = lab.hosts as [Lab['hosts'][number]];
    const file = join(lab.directory, 'su.yaml');
    writeFileSync(
      file,
      `connection: { identity_file: ${lab.identityFile}, known_hosts: ${lab.knownHostsFile}, agent: false, ssh_config: false,
  ${ampleSettings}, ${connection} }
vars: { package_path: /var/packages/All${process.getuid?.() === 0 ? '' : ', devices: []'} }
hosts:
  ns1: { address: ${address}, connection: { port: ${String(sshPort)} } }
`,
    );
    return file;
  }

  async function withPassword(given: string, args: readonly string[]) {
    writeFileSync(join(lab.directory, 'password'), `${given}\n`, { mode: 0o600 });
    const file = inventory(
      `user: ops, become: su, become_password: { from_file: ${join(lab.directory, 'password')} }`,
    );
    const [verb = '', ...rest] = args;
    return await muster([verb, '-i', file, ...rest]);
  }

  it('refuses root itself', async () => {
    const { code, stdout } = await muster(['exec', '-i', inventory('user: root'), '--', 'id', '-u']);
    expect(code).not.toBe(0);
    expect(stdout).toContain('does not let root in');
  });

  it('becomes reachable as root by su with the password of the inventory, without foreign output', async () => {
    const ran = await withPassword(password, ['exec', '--', 'id -un; id -un >&2; cat; exit 3']);
    expect(ran.stdout).toMatch(/root/);
    expect(ran.stdout).toContain('exit 3');
    expect(ran.stdout + ran.stderr).not.toContain('garbage');
    expect(ran.stdout + ran.stderr).not.toContain(password);
  });

  it('gets a wrong password once, and the error says in one line what to do', async () => {
    const before = await sessions();
    const ran = await withPassword('not-this-9', ['exec', '--', 'id -u']);
    expect(ran.code).not.toBe(0);
    expect(ran.stdout).toMatch(/su did not make ops root: su:\s+Sorry: authentication error/i);
    expect(ran.stdout).toContain('su needs the password of root');
    expect(ran.stdout + ran.stderr).not.toContain('not-this-9');
    // The shell that lends its streams, and su.
    expect((await sessions()) - before).toBe(2);
  });

  it('needs one answer to --ask-become-pass, which is never shown', async () => {
    const file = inventory('user: ops, become: su');
    const screen = await onTerminal(
      lab.directory,
      ['exec', '-i', file, '--ask-become-pass', '--', 'id -un'],
      {
        'Password for': `${password}\r`,
      },
    );
    expect(screen.text.split('Password for su:')).toHaveLength(2);
    expect(screen.text).toContain('root');
    expect(screen.text).not.toContain(password);
    expect(screen.code).toBe(0);
  });

  it('reports that a password is missing', async () => {
    const ran = await muster(['exec', '-i', inventory('user: ops, become: su'), '--', 'id -u']);
    expect(ran.stdout).toContain('su needs the password of root, and none was given');
    expect(ran.stdout).toContain('--ask-become-pass');
  });

  it('is moved into the cage, verified and rolled back, all by su', async () => {
    const before = await fingerprint(lab, 'ns1');
    const applied = await withPassword(password, ['apply', playbook, '--yes']);
    expect(applied.stdout + applied.stderr).not.toContain('garbage');
    expect([applied.code, applied.stdout.slice(-2000)]).toEqual([0, expect.anything()]);
    expect((await withPassword(password, ['verify', playbook])).code).toBe(0);
    expect((await withPassword(password, ['rollback', '--yes'])).code).toBe(0);
    expect(await fingerprint(lab, 'ns1')).toBe(before);
    expect(await inside(lab, 'ns1', 'ls -d /tmp/muster* 2>/dev/null; true')).toBe('');
  });

  it("works with OpenSSH's own client as well", async () => {
    const file = inventory(
      `user: ops, transport: openssh, become: su, become_password: { from_file: ${join(lab.directory, 'password')} }`,
    );
    writeFileSync(join(lab.directory, 'password'), `${password}\n`, { mode: 0o600 });
    const ran = await muster(['exec', '-i', file, '--', 'id -un']);
    expect([ran.code, ran.stdout]).toEqual([0, expect.stringContaining('root')]);
    expect(ran.stdout + ran.stderr).not.toContain('garbage');
  });

  /** How many sessions sshd started so far. */
  async function sessions(): Promise<number> {
    return Number(await inside(lab, 'ns1', "grep -c 'Starting session' /var/log/sshd.log || true"));
  }
});
