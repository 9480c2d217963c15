// The story of issue and README on real SSH hosts: into the cage, verified, sabotaged, found, and back again.
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Lab } from '../../src/lab/index.ts';
import { startLab } from '../../src/lab/index.ts';
import { askWww } from './dns.ts';
import { describeWithEngine, labImage } from './engine.ts';
import { fingerprint, inside, jsonLines, muster, namedHasWritten, playbook } from './muster.ts';

describeWithEngine('caged-bind on four hosts', () => {
  let lab: Lab;
  let inventory: string[];
  const before = new Map<string, string>();
  const names = ['ns1', 'ns2', 'ns3', 'ns4'];

  beforeAll(async () => {
    const directory = mkdtempSync(join(tmpdir(), 'muster-fleet-'));
    lab = await startLab({ hosts: 4, image: labImage(), directory });
    inventory = ['-i', lab.inventoryFile];
  });

  afterAll(async () => {
    await lab.stop();
    rmSync(lab.directory, { recursive: true, force: true });
  });

  it('begins with hosts whose base named serves', async () => {
    for (const name of names) {
      expect(await askWww(lab, name)).toMatch(/^192\.0\.2\./);
      await namedHasWritten(lab, name);
      before.set(name, await fingerprint(lab, name));
    }
  });

  it('plans every step and touches nothing', async () => {
    const { code, stdout } = await muster(['plan', playbook, ...inventory]);
    expect(code, stdout).toBe(0);
    expect(stdout).toContain('ns[1-4] (4 hosts)');
    for (const name of names) expect(await fingerprint(lab, name)).toBe(before.get(name));
  });

  it('applies on all hosts, with one connection and one exec each', async () => {
    const logins = await Promise.all(names.map((name) => countSessions(lab, name)));
    const { code, stdout, stderr } = await muster(['apply', playbook, ...inventory, '--yes', '--json']);
    expect(code, stderr + stdout.slice(-3000)).toBe(0);
    const hosts = jsonLines(stdout).filter(({ type }) => type === 'host-finished');
    expect(hosts.map(({ host, outcome }) => `${String(host)} ${String(outcome)}`).toSorted()).toEqual(
      names.map((name) => `${name} changed`),
    );
    for (const [index, name] of names.entries()) {
      const now = await countSessions(lab, name);
      expect({ name, logins: now.logins - (logins[index]?.logins ?? 0) }).toEqual({ name, logins: 1 });
      expect({ name, execs: now.execs - (logins[index]?.execs ?? 0) }).toEqual({ name, execs: 1 });
    }
  });

  it('answers from a named that is not root and whose root is the cage, as the kernel sees it', async () => {
    for (const name of names) {
      expect(await askWww(lab, name)).toMatch(/^192\.0\.2\./);
      const seen = await kernelView(lab, name);
      expect(seen).toMatchObject({ uid: 14, sameRootAsCage: true });
    }
  });

  it('changes nothing when it is applied again', async () => {
    const { code, stdout } = await muster(['apply', playbook, ...inventory, '--yes']);
    expect(code, stdout).toBe(0);
    for (const line of stdout.split('\n').filter((text) => text.includes('changed='))) {
      expect(line).toContain('changed=0');
    }
    expect(stdout.match(/changed=0/g)?.length).toBeGreaterThanOrEqual(5);
  });

  it('verifies: no drift, every check holds, the hosts agree', async () => {
    const { code, stdout } = await muster(['verify', playbook, ...inventory]);
    expect(code, stdout).toBe(0);
    expect(stdout).toContain('ns[1-4] (4 hosts)');
  });

  it('names the host and the key when one host was tampered with', async () => {
    await inside(lab, 'ns2', `printf '# tampered\\n' >>/home/named/etc/named.conf`);
    const verified = await muster(['verify', playbook, ...inventory]);
    expect(verified.code, verified.stdout).toBe(3);
    expect(verified.stdout).toMatch(/ns2.*named\.conf/);
    const compared = await muster(['compare', playbook, ...inventory]);
    expect(compared.code, compared.stdout).toBe(3);
    expect(compared.stdout).toMatch(/named\.conf[\s\S]*ns2/);
    expect(compared.stdout).not.toMatch(/ns1 /);
  });

  it('refuses to overwrite what somebody else changed, and names it', async () => {
    const { code, stdout } = await muster(['rollback', '--limit', 'ns2', ...inventory, '--yes']);
    expect(code, stdout).toBe(1);
    expect(stdout).toContain('/home/named/etc/named.conf');
    expect(await inside(lab, 'ns2', 'tail -n 1 /home/named/etc/named.conf')).toBe('# tampered\n');
  });

  it('rolls the one host back exactly with --force, and restarts its base named', async () => {
    const { code, stdout } = await muster(['rollback', '--limit', 'ns2', ...inventory, '--yes', '--force']);
    expect(code, stdout).toBe(0);
    expect(await fingerprint(lab, 'ns2')).toBe(before.get('ns2'));
    expect(await askWww(lab, 'ns2')).toMatch(/^192\.0\.2\./);
  });

  it('left the other hosts unchanged', async () => {
    for (const name of ['ns1', 'ns3', 'ns4']) {
      expect(await askWww(lab, name)).toMatch(/^192\.0\.2\./);
      expect(await kernelView(lab, name)).toMatchObject({ uid: 14, sameRootAsCage: true });
    }
  });

  it('rolls an unchanged host back without --force', async () => {
    const { code, stdout } = await muster(['rollback', '--limit', 'ns3', ...inventory, '--yes']);
    expect(code, stdout).toBe(0);
    expect(await fingerprint(lab, 'ns3')).toBe(before.get('ns3'));
    expect(await askWww(lab, 'ns3')).toMatch(/^192\.0\.2\./);
  });

  it('lets an administrator do the same at the console, with nothing but sh', async () => {
    const out = await inside(lab, 'ns4', 'sh /var/db/muster/runs/*/undo.sh');
    expect(out).toMatch(/(\d+) of \1 paths proved identical/);
    expect(await fingerprint(lab, 'ns4')).toBe(before.get('ns4'));
  });
});

/** What sshd logged: logins, and sessions that ran a command. */
async function countSessions(lab: Lab, host: string): Promise<{ logins: number; execs: number }> {
  const log = await inside(lab, host, 'cat /var/log/sshd.log');
  return {
    logins: log.match(/Accepted publickey/g)?.length ?? 0,
    execs: log.match(/Starting session: command/g)?.length ?? 0,
  };
}

/** The caged named as this machine's own kernel sees it, not as anything on the host says. */
async function kernelView(lab: Lab, host: string): Promise<{ uid: number; sameRootAsCage: boolean }> {
  const init = await lab.hostPid(host);
  if (init === undefined) throw new Error('the engine runs on another machine: its kernel cannot be asked');
  const inContainer = Number((await inside(lab, host, 'cat /home/named/var/run/named/named.pid')).trim());
  const pid = pidOnThisMachine(init, inContainer);
  const cage = statSync(`/proc/${String(init)}/root/home/named`);
  const root = statSync(`/proc/${String(pid)}/root/`);
  const uid = Number(/^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1]);
  return { uid, sameRootAsCage: root.ino === cage.ino && root.dev === cage.dev };
}

/** Finds a container's process by its number inside, among the processes of the same pid namespace. */
function pidOnThisMachine(init: number, inner: number): number {
  const namespace = readlinkSync(`/proc/${String(init)}/ns/pid`);
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid)) continue;
    try {
      if (readlinkSync(`/proc/${String(pid)}/ns/pid`) !== namespace) continue;
      const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
      if (/^NSpid:.*?(\d+)$/m.exec(status)?.[1] === String(inner)) return pid;
    } catch {
      continue;
    }
  }
  throw new Error(`no process ${String(inner)} in the host's namespace`);
}
