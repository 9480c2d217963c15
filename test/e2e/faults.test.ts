// What goes wrong in a fleet: hosts that are gone, lie, die in the middle, and an operator who presses Ctrl-C.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Lab } from '../../src/lab/index.ts';
import { startLab } from '../../src/lab/index.ts';
import { describeWithEngine, labImage } from './engine.ts';
import { inside, muster, namedHasWritten, playbook, writeInventory } from './muster.ts';

/** A playbook whose second step waits while a host is held, or until it is stopped, to have time for trouble there. */
function writeSlowPlaybook(directory: string): string {
  const steps = ['first', 'second', 'third'];
  const files = new Map([
    [
      'playbook.yaml',
      `name: slow\ndescription: Three steps\nsteps:\n${steps.map((id) => `  - { id: ${id}, script: steps/${id}.sh }\n`).join('')}`,
    ],
    ...steps.map((id): [string, string] => [
      `steps/${id}.sh`,
      `state() {\n  file /tmp/slow.${id} --content ${id}\n${id === 'second' ? waiting : ''}}\n`,
    ]),
  ]);
  return writeFiles(join(directory, 'slow'), files);
}

/** A minute at most. */
const waiting = `  turns=0
  while ! in_plan && [ -f /tmp/hold ] && [ ! -f "$m_work/stop" ] && [ "$turns" -lt 600 ]; do
    turns=$((turns + 1))
    sleep 0.1
  done
`;

function writeFiles(directory: string, files: ReadonlyMap<string, string>): string {
  mkdirSync(join(directory, 'steps'), { recursive: true });
  for (const [path, text] of files) writeFileSync(join(directory, path), text);
  return directory;
}

describeWithEngine('a fleet with trouble', () => {
  let lab: Lab;
  let slow: string;
  let inventory: string;

  beforeAll(async () => {
    const directory = mkdtempSync(join(tmpdir(), 'muster-faults-'));
    lab = await startLab({ hosts: 4, image: labImage(), directory });
    slow = writeSlowPlaybook(directory);
    // Port 9 of loopback is closed; `liar` is ns1's sshd under a name whose recorded host key is another one.
    const ns1 = lab.hosts[0];
    const known = await inside(lab, 'ns2', 'cat /etc/ssh/ssh_host_*_key.pub');
    const lines = known
      .trim()
      .split('\n')
      .map((key) => `[localhost]:${String(ns1?.sshPort)} ${key}\n`);
    writeFileSync(join(directory, 'liar_hosts'), lines.join(''));
    inventory = writeInventory(
      lab,
      'trouble.yaml',
      `  gone: { address: 127.0.0.1, connection: { port: 9 } }
  liar: { address: localhost, connection: { port: ${String(ns1?.sshPort)}, known_hosts: ${join(directory, 'liar_hosts')} } }
`,
    );
  });

  afterAll(async () => {
    await lab.stop();
    rmSync(lab.directory, { recursive: true, force: true });
  });

  const hold = async (name: string): Promise<string> => await inside(lab, name, ': >/tmp/hold');
  const release = async (name: string): Promise<string> => await inside(lab, name, 'rm /tmp/hold');

  it('finishes the others, names an unreachable host and one with a wrong host key, and exits 4', async () => {
    for (const { name } of lab.hosts) await namedHasWritten(lab, name);
    const { code, stdout } = await muster(['plan', playbook, '-i', inventory]);
    expect(code, stdout).toBe(4);
    expect(stdout).toMatch(/gone .*unreachable/);
    expect(stdout).toMatch(/liar .*unreachable.*host key/s);
    expect(stdout).toContain('ns[1-4] (4 hosts)');
    expect(stdout).toContain('6 hosts');
  });

  it('sends nothing to a host whose key is wrong', async () => {
    const count = async (): Promise<number> =>
      (await inside(lab, 'ns1', 'cat /var/log/sshd.log')).match(/Accepted publickey/g)?.length ?? 0;
    const before = await count();
    const { code } = await muster(['exec', '-i', inventory, '--limit', 'liar', 'id']);
    expect(code).toBe(4);
    expect(await count()).toBe(before);
  });

  it('refuses an unknown host key too', async () => {
    const empty = join(lab.directory, 'empty_hosts');
    writeFileSync(empty, '');
    const other = writeInventory(lab, 'unknown.yaml', '');
    const text = readFileSync(other, 'utf8').replace(lab.knownHostsFile, empty);
    writeFileSync(other, text);
    const { code, stdout } = await muster(['ping', '-i', other, '--limit', 'ns1']);
    expect(code).toBe(4);
    expect(stdout).toMatch(/not known/);
    expect(stdout).toMatch(/SHA256:/);
  });

  it('finishes the others if a host dies in the middle, and does not call it good', async () => {
    const others = ['ns1', 'ns2', 'ns3'];
    await Promise.all([...others, 'ns4'].map(hold));
    const killAndGoOn = async (): Promise<void> => {
      await lab.kill('ns4');
      await Promise.all(others.map(release));
    };
    let killed: Promise<void> | undefined;
    const { code, stdout } = await muster(['apply', slow, '-i', lab.inventoryFile, '--yes'], (text) => {
      if (/ns4\s*\| first/.test(text)) killed ??= killAndGoOn();
    });
    await killed;
    expect(killed).toBeDefined();
    expect([1, 4], stdout).toContain(code);
    expect(stdout).toMatch(/ns4 .*(unknown|unreachable)/);
    expect(stdout).toMatch(/ns[123] .*changed=3/);
    for (const name of others) expect(await inside(lab, name, 'cat /tmp/slow.third')).toBe('third\n');
  });

  it('stops between two steps on Ctrl-C, reports what is done, and exits 130; the next apply continues from there', async () => {
    await inside(lab, 'ns1', 'rm -f /tmp/slow.*');
    await hold('ns1');
    let sent = false;
    const { code, stdout } = await muster(
      ['apply', slow, '-i', lab.inventoryFile, '--limit', 'ns1', '--yes'],
      (text, signal) => {
        if (!sent && /ns1\s*\| first/.test(text)) {
          sent = true;
          signal('SIGINT');
        }
      },
    );
    expect(code, stdout).toBe(130);
    expect(stdout).toMatch(/stopped by the operator/);
    expect(await inside(lab, 'ns1', 'ls /tmp | grep slow')).toBe('slow.first\nslow.second\n');
    expect(await inside(lab, 'ns1', 'ls /var/db/muster')).not.toContain('lock');
    await release('ns1');
    const again = await muster(['apply', slow, '-i', lab.inventoryFile, '--limit', 'ns1', '--yes']);
    expect(again.code, again.stdout).toBe(0);
    expect(await inside(lab, 'ns1', 'cat /tmp/slow.third')).toBe('third\n');
  });

  it('reconnects to a host whose connection was cut in the middle: nothing lost, nothing doubled', async () => {
    await inside(lab, 'ns2', 'rm -f /tmp/slow.*');
    await hold('ns2');
    const cutAndGoOn = async (): Promise<void> => {
      // Ends the sshd processes of sessions, not the listener: the link is gone, the driver is not. One may end by
      // another's end before its own turn.
      const pids = "$(ps -axww -o pid -o command | awk '/sshd(-session)?: root/ && !/awk/ { print $1 }')";
      await inside(lab, 'ns2', `for pid in ${pids}; do kill $pid; done; :`);
      await release('ns2');
    };
    let cut: Promise<void> | undefined;
    const { code, stdout, stderr } = await muster(
      ['apply', slow, '-i', lab.inventoryFile, '--limit', 'ns2', '--yes'],
      (text) => {
        if (/ns2\s*\| first/.test(text)) cut ??= cutAndGoOn();
      },
    );
    await cut;
    expect(cut).toBeDefined();
    expect(code, stdout + stderr).toBe(0);
    expect(stderr).toMatch(/muster reconnects in/);
    expect(stdout).toMatch(/changed=3/);
  });
});
