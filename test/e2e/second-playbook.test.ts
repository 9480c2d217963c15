// A second playbook on a real SSH host: nothing in muster is made for the first one only. And what a plan announces is
// what apply does: resource by resource, in the same order.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Lab } from '../../src/lab/index.ts';
import { startLab } from '../../src/lab/index.ts';
import { describeWithEngine, labImage } from './engine.ts';
import { resultIn } from '../support/json-record.ts';
import { fingerprint, inside, muster } from './muster.ts';

const hardening = join(import.meta.dirname, '../../playbooks/sshd-hardening');
const config = '/etc/ssh/sshd_config';
// What a host may have: sshd takes the first of two lines, and what is behind Match is not global.
const grown = `
maxauthtries 6
#X11Forwarding yes
MaxAuthTries 9
Match User nobody
  PasswordAuthentication no
  MaxAuthTries 1
`;

interface Resource {
  readonly step: string;
  readonly resource: string;
  readonly target: string;
  readonly status: string;
}

interface HostFinished {
  readonly outcome: string;
  readonly reason: string;
  readonly connections: number;
  readonly execs: number;
  readonly resources: readonly Resource[];
}

describeWithEngine('sshd-hardening on one host', () => {
  let lab: Lab;
  let inventory: string[];
  let before: string;
  let planned: string[];

  beforeAll(async () => {
    const directory = mkdtempSync(join(tmpdir(), 'muster-second-'));
    lab = await startLab({ hosts: 1, image: labImage(), directory });
    await inside(lab, 'ns1', `cat >>${config} <<'X'${grown}X`);
    inventory = inventoryWith(
      'good.yaml',
      "{ banner_text: 'Authorized use only', allow_users: [ops, root] }",
    );
    before = await fingerprint(lab, 'ns1');
  });

  afterAll(async () => {
    await lab.stop();
    rmSync(lab.directory, { recursive: true, force: true });
  });

  function inventoryWith(name: string, vars: string): string[] {
    const file = join(lab.directory, name);
    const [host] = lab.hosts;
    writeFileSync(
      file,
      `connection: { identity_file: ${lab.identityFile}, known_hosts: ${lab.knownHostsFile}, agent: false }
vars: ${vars}
hosts: { ns1: { address: ${String(host?.address)}, connection: { port: ${String(host?.sshPort)} } } }
`,
    );
    return ['-i', file];
  }

  it.each([
    ['root, who logs in here', "{ permit_root_login: 'no' }", 'muster logs in as root here'],
    ['whom allow_users does not have', '{ allow_users: [ops] }', 'allow_users does not have root'],
    ['a user from one address', '{ allow_users: [root@192.0.2.*] }', 'allow_users does not have root'],
  ])('refuses to lock out %s, in a plan and in an apply', async (_, vars, reason) => {
    const target = inventoryWith('refused.yaml', vars);
    for (const verb of [['plan'], ['apply', '--yes']]) {
      const { code, stdout } = await muster([...verb, hardening, ...target]);
      expect(code, stdout).toBe(1);
      expect(stdout).toContain(reason);
    }
    expect(await fingerprint(lab, 'ns1')).toBe(before);
  });

  it('refuses to switch passwords off if there is no key', async () => {
    const target = inventoryWith('keyless.yaml', '{}');
    await inside(
      lab,
      'ns1',
      `sed -e 's,^AuthorizedKeysFile.*,AuthorizedKeysFile /nowhere/%u,' ${config} >/tmp/x`,
    );
    await inside(lab, 'ns1', `cp -p ${config} /tmp/kept && cat /tmp/x >${config}`);
    const { code, stdout } = await muster(['plan', hardening, ...target]);
    await inside(lab, 'ns1', `cp -p /tmp/kept ${config}`);
    expect(code, stdout).toBe(1);
    expect(stdout).toContain('root has no authorized key');
    expect(await fingerprint(lab, 'ns1')).toBe(before);
  });

  it('plans every setting and changes nothing', async () => {
    const { code, stdout } = await muster(['plan', hardening, ...inventory, '--json']);
    expect(code, stdout).toBe(0);
    planned = resourcesWith('change', stdout);
    expect(planned).toContain('banner | template | /etc/ssh/banner');
    expect(planned.filter((line) => line.startsWith('config | sshd_setting'))).toHaveLength(9);
    expect(planned.at(-1)).toBe('restart | restart | sshd');
    expect(await fingerprint(lab, 'ns1')).toBe(before);
  });

  it('applies exactly the plan, in that order, over one connection that survives the restart', async () => {
    const sshd = await inside(lab, 'ns1', 'cat /var/run/sshd.pid');
    const { code, stdout, stderr } = await muster(['apply', hardening, ...inventory, '--yes', '--json']);
    expect(code, stderr + stdout.slice(-3000)).toBe(0);
    expect(resourcesWith('changed', stdout)).toEqual(planned);
    expect(resourcesWith('failed', stdout)).toEqual([]);
    expect(finished(stdout)).toMatchObject({ outcome: 'changed', connections: 1, execs: 1 });
    expect(await inside(lab, 'ns1', 'cat /var/run/sshd.pid')).not.toBe(sshd);
  });

  it('is confirmed by sshd itself, and the same key still logs in', async () => {
    const said = await inside(lab, 'ns1', '/usr/sbin/sshd -T -C user=ops,host=x,addr=192.0.2.1');
    expect(said.split('\n')).toEqual(
      expect.arrayContaining([
        'maxauthtries 3',
        'logingracetime 60',
        'permitrootlogin without-password',
        'passwordauthentication no',
        'kbdinteractiveauthentication no',
        'x11forwarding no',
        'banner /etc/ssh/banner',
        'allowusers ops',
        'allowusers root',
      ]),
    );
    expect(await inside(lab, 'ns1', 'cat /etc/ssh/banner')).toBe('ns1: Authorized use only\n');
    const { code, stdout } = await muster(['exec', ...inventory, 'id -un']);
    expect(code, stdout).toBe(0);
    expect(stdout).toContain('root');
  });

  it('edited the first of two lines, removed the other, and left everything after Match unchanged', async () => {
    const text = await inside(lab, 'ns1', `cat ${config}`);
    const [global = '', exceptions] = text.split('Match User nobody\n');
    expect(global.match(/^maxauthtries .*$/gim)).toEqual(['MaxAuthTries 3']);
    expect(global).toContain('#X11Forwarding yes\nX11Forwarding no\n');
    expect(exceptions).toBe('  PasswordAuthentication no\n  MaxAuthTries 1\n');
  });

  it('changes nothing when it is applied again, and restarts nothing', async () => {
    const [sshd, then] = [await inside(lab, 'ns1', 'cat /var/run/sshd.pid'), await fingerprint(lab, 'ns1')];
    const { code, stdout } = await muster(['apply', hardening, ...inventory, '--yes', '--json']);
    expect(code, stdout).toBe(0);
    expect(resourcesWith('changed', stdout)).toEqual([]);
    expect(finished(stdout)).toMatchObject({ outcome: 'ok' });
    expect(await inside(lab, 'ns1', 'cat /var/run/sshd.pid')).toBe(sshd);
    expect(await fingerprint(lab, 'ns1')).toBe(then);
  });

  it('verifies, and finds the drift of a setting that somebody loosened', async () => {
    const good = await muster(['verify', hardening, ...inventory]);
    expect(good.code, good.stdout).toBe(0);
    await inside(
      lab,
      'ns1',
      `cp -p ${config} /tmp/kept && sed -e 's/^MaxAuthTries 3/MaxAuthTries 30/' /tmp/kept >${config}`,
    );
    const { code, stdout } = await muster(['verify', hardening, ...inventory]);
    await inside(lab, 'ns1', `cp -p /tmp/kept ${config}`);
    expect(code, stdout).toBe(1);
    expect(stdout).toContain('wanted 3, got 30');
    expect(stdout).toContain(`${config}:MaxAuthTries`);
  });

  it('rolls back byte for byte, and sshd uses the old file', async () => {
    const { code, stdout } = await muster(['rollback', ...inventory, '--yes']);
    expect(code, stdout).toBe(0);
    expect(await fingerprint(lab, 'ns1')).toBe(before);
    expect(await muster(['ping', ...inventory])).toMatchObject({ code: 0 });
  });

  it('never installs a file that sshd refuses', async () => {
    const target = inventoryWith('refused.yaml', '{ login_grace_time: -5 }');
    const { code, stdout } = await muster(['apply', hardening, ...target, '--yes']);
    expect(code, stdout).toBe(1);
    expect(stdout).toContain('invalid time value');
    await inside(lab, 'ns1', `/usr/sbin/sshd -t -f ${config}`);
    expect((await muster(['rollback', ...inventory, '--yes'])).code).toBe(0);
    expect(await fingerprint(lab, 'ns1')).toBe(before);
  });
});

/** `step | resource | target` of the resources with this status, in the order in which the host told them. */
function resourcesWith(status: string, stdout: string): string[] {
  return finished(stdout)
    .resources.filter((resource) => resource.status === status)
    .map(({ step, resource, target }) => `${step} | ${resource} | ${target}`);
}

/** The result of the one host. */
function finished(stdout: string): HostFinished {
  const [host] = resultIn(stdout)['hosts'] as unknown as HostFinished[];
  if (host === undefined) throw new Error(`no host in the result: ${stdout}`);
  return host;
}
