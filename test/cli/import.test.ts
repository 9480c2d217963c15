// `muster inventory import` as an operator runs it: YAML on standard output or in a new file, and nothing lost in silence.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { controller, type Controller } from './controller.ts';

let here: Controller;

beforeAll(async () => {
  here = await controller(1);
});

afterAll(async () => {
  await here.stop();
});

function write(path: string, text: string): void {
  writeFileSync(join(here.folder, path), text);
}

describe('muster inventory import', () => {
  it('ansible writes an inventory that muster reads, and lists what is lost in comments', async () => {
    write(
      'hosts.ini',
      '[auth]\nns[1:3] ansible_user=ops\n[auth:vars]\nansible_python_interpreter=/usr/bin/python\nzone=a\n',
    );
    const { code, stdout, stderr } = await here.muster(['inventory', 'import', 'ansible', 'hosts.ini']);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: 'muster: 3 hosts, 1 group; 1 thing changed or left out, see the comments at the top\n',
    });
    expect(stdout).toContain(
      '#   hosts.ini:4: ansible_python_interpreter (ns1) is left out: only Ansible itself uses it\n',
    );
    write('made.yaml', stdout);
    const shown = await here.muster(['inventory', '--json', '-i', 'made.yaml']);
    expect(JSON.parse(shown.stdout)).toMatchObject({
      groups: [{}, { name: 'auth', hosts: ['ns1', 'ns2', 'ns3'] }],
    });
  });

  it('writes a new file, and replaces another one only with --overwrite', async () => {
    write('flat', 'ns1\nns2\n');
    const args = ['inventory', 'import', 'ansible', 'flat', '--out', 'out.yaml'];
    expect((await here.muster(args)).code).toBe(0);
    const made = readFileSync(join(here.folder, 'out.yaml'), 'utf8');
    expect(made).toContain('ns[1-2]:');
    write('out.yaml', 'mine');
    const again = await here.muster(args);
    expect(again.code).toBe(2);
    expect(again.stderr).toContain('out.yaml exists already and is not overwritten');
    expect((await here.muster([...args, '--overwrite'])).code).toBe(0);
    expect(readFileSync(join(here.folder, 'out.yaml'), 'utf8')).toBe(made);
  });

  it('known-hosts imports a practice host', async () => {
    const { code, stdout } = await here.muster(['inventory', 'import', 'known-hosts', 'known_hosts']);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^hosts:\n {2}127\.0\.0\.1-\d+:\n {4}address: '127\.0\.0\.1'\n {4}connection:\n {6}port: \d+\n/m,
    );
  });

  it('ssh-config imports the values of ssh -G for each Host', async () => {
    write(
      'ssh_config',
      'Host gate\n  HostName 192.0.2.1\n  Port 2222\n  User ops\nHost *.example.net\n  User x\nHost ns1.example.net\n  ProxyJump gate\n',
    );
    const { code, stdout } = await here.muster(['inventory', 'import', 'ssh-config', 'ssh_config']);
    expect(code).toBe(0);
    write('of-ssh.yaml', stdout);
    expect(stdout).toContain(
      "gate:\n    address: '192.0.2.1'\n    connection:\n      user: 'ops'\n      port: 2222\n",
    );
    expect(stdout).toContain(
      "ns1.example.net:\n    connection:\n      user: 'x'\n      jump:\n        - 'gate'\n",
    );
    expect((await here.muster(['inventory', '-i', 'of-ssh.yaml'])).code).toBe(0);
  });

  it('nodeset imports a directory of groups', async () => {
    mkdirSync(join(here.folder, 'groups.d'));
    write('groups.d/a.yaml', "roles:\n  auth: 'ns[1-3]'\n  all: '@auth,mx1'\n");
    const { code, stdout } = await here.muster(['inventory', 'import', 'nodeset', 'groups.d']);
    expect(code).toBe(0);
    expect(stdout).toContain("groups:\n  auth:\n    hosts:\n      - 'ns[1-3]'\n");
  });

  it.each([
    [['ansible', 'nowhere'], 'there is no nowhere'],
    [['nodeset', 'bad.yaml'], 'bad.yaml:1: "@b": there is no such group'],
  ])('%j reports what is wrong', async (args, message) => {
    write('bad.yaml', "s: { a: '@b' }\n");
    const { code, stdout, stderr } = await here.muster(['inventory', 'import', ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.replace('@s:b', '@b')).toContain(message);
  });
});
