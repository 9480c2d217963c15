// Practice hosts, for real: started, reached as the inventory says, taken away again.
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, utils } from 'ssh2';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  findEmbeddedLabs,
  loadLab,
  prepareImage,
  saveLab,
  startLab,
  type Lab,
  type LabHost,
} from '../../src/lab/index.ts';
import { listLabContainers } from '../../src/lab/leftovers.ts';
import { docker } from '../../src/lab/docker.ts';
import { answersDns, greetsAsSsh } from '../../src/lab/readiness.ts';
import { describeWithEngine, labBackend, labImage } from './engine.ts';
import { processesOf } from './processes.ts';

describeWithEngine('a lab of two hosts', () => {
  let directory: string;
  let lab: Lab;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'muster-lab-e2e-'));
    lab = await startLab({ hosts: 2, image: labImage(), directory });
  });

  afterAll(async () => {
    await lab.stop();
    await rm(directory, { recursive: true, force: true });
  });

  it('accepts root with the written key, on a host key in known_hosts', async () => {
    for (const host of lab.hosts) {
      expect(await loginAndRun(lab, host, 'hostname')).toBe(`${host.name}\n`);
    }
  });

  it('keeps its files to their owner', async () => {
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    expect((await stat(lab.identityFile)).mode & 0o777).toBe(0o600);
  });

  it('keeps exit code, standard output and standard error of a command apart', async () => {
    expect(await lab.exec('ns1', ['sh', '-c', 'echo out; echo err >&2; exit 3'])).toEqual({
      exitCode: 3,
      stdout: 'out\n',
      stderr: 'err\n',
    });
  });

  it('is opened by another process, which sees a paused host and one without power', async () => {
    await saveLab(lab);
    const opened = (await loadLab(directory))!;
    await opened.pause('ns1');
    await opened.kill('ns2');
    expect((await opened.status()).map(({ state }) => state)).toEqual(['paused', 'exited']);
    await opened.unpause('ns1');
    await opened.restart('ns2');
    expect((await opened.status()).map(({ state }) => state)).toEqual(['running', 'running']);
  });

  it('keeps ports and host keys over a restart', async () => {
    const before = lab.hosts[1]!;
    await lab.restart('ns2');
    expect(lab.hosts[1]).toMatchObject({ sshPort: before.sshPort, dnsPort: before.dnsPort });
    expect(await loginAndRun(lab, lab.hosts[1]!, 'hostname')).toBe('ns2\n');
  });

  it('resets a host, on the same ports and with the same key', async () => {
    await lab.exec('ns1', ['sh', '-c', 'echo changed >/etc/changed; rm /etc/named.conf']);
    await lab.reset('ns1');
    expect((await lab.exec('ns1', ['ls', '/etc/changed', '/etc/named.conf'])).stdout).toBe(
      '/etc/named.conf\n',
    );
    expect(await loginAndRun(lab, lab.hosts[0]!, 'hostname')).toBe('ns1\n');
  });

  it('lets its hosts talk to each other', async () => {
    const asked = await lab.exec('ns1', ['dig', `@${lab.hosts[1]!.ip}`, 'www.example.net', '+short']);
    // What dig says of a try that had no answer stands before.
    expect(asked).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^192\.0\.2\.80\n$/m) as string,
    });
  });

  it('makes a fault on a host, and clears it', async () => {
    await lab.fault('ns1', { kind: 'freeze' });
    expect(await greetsAsSsh('127.0.0.1', lab.hosts[0]!.sshPort)).toBe(false);
    await lab.clearFaults('ns1');
    expect(await loginAndRun(lab, lab.hosts[0]!, 'hostname')).toBe('ns1\n');
  });

  it('cuts the power and boots the host: no process is warned, its disk stays, /tmp and /var/run are emptied', async () => {
    const before = lab.hosts[0]!;
    const prepare = [
      'echo kept >/etc/kept; echo gone >/tmp/.gone; echo gone >/tmp/gone; echo gone >/var/run/gone',
      'echo "echo local >/var/run/from-rc-local" >>/etc/rc.local',
      'printf "named_chrootdir=/var/chroot/named\\n" >>/etc/rc.conf',
      'cat /libexec/.linux/state/booted >/root/booted',
      `(trap 'echo warned >/etc/warned; exit' TERM HUP INT; while :; do sleep 1; done) >/dev/null 2>&1 &`,
    ];
    await lab.exec('ns1', ['/bin/sh', '-c', prepare.join('\n')]);
    await lab.fault('ns1', { kind: 'reboot' });
    expect(await loginAndRun(lab, lab.hosts[0]!, 'hostname')).toBe('ns1\n');
    expect(lab.hosts[0]).toMatchObject({ sshPort: before.sshPort, dnsPort: before.dnsPort });
    const look = [
      'ls -A /tmp; ls /etc/kept /etc/warned /var/run/gone /var/run/from-rc-local 2>/dev/null',
      'ls -d /etc/namedb /var/chroot/named/etc/namedb; readlink /etc/namedb; ls /var/chroot/named/var/run/log',
      'cmp -s /libexec/.linux/state/booted /root/booted || echo "another boot"',
    ];
    expect(await lab.exec('ns1', ['/bin/sh', '-c', look.join('\n')])).toMatchObject({
      stdout: [
        '/etc/kept',
        '/var/run/from-rc-local',
        '/etc/namedb',
        '/var/chroot/named/etc/namedb',
        '/var/chroot/named/etc/namedb',
        '/var/chroot/named/var/run/log',
        'another boot',
        '',
      ].join('\n'),
    });
    await expect.poll(() => answersDns('127.0.0.1', before.dnsPort)).toBe(true);
    await lab.reset('ns1');
  });

  it.runIf(labBackend() === 'docker')('makes a container slow by a quota, and clears it', async () => {
    const quota = async (): Promise<string> => {
      const [container] = (await listLabContainers(lab.id)).filter(({ host }) => host === 'ns1');
      return (await docker(['inspect', '-f', '{{.HostConfig.CpuQuota}}', container!.containerId])).trim();
    };
    await lab.fault('ns1', { kind: 'slow-cpu' });
    expect(await quota()).toBe('20000');
    await lab.clearFaults('ns1');
    expect(await quota()).toBe('-1');
  });

  it('leaves no process and no file when it stops', async () => {
    expect((await lab.status()).map(({ state }) => state)).toEqual(['running', 'running']);
    await lab.stop();
    await expectNothingRunning(lab.id, directory);
    expect(await readdir(directory)).toEqual([]);
  });
});

describeWithEngine('a lab of one host of another release, without named', () => {
  it('starts the host as asked', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'muster-lab-e2e-'));
    const options = { name: 'old', release: '6.1', named: false };
    const lab = await startLab({ hosts: [options], image: labImage(), directory });
    try {
      expect(await lab.exec('old', ['uname', '-sr'])).toMatchObject({ stdout: 'NetBSD 6.1\n' });
      expect(await loginAndRun(lab, lab.hosts[0]!, 'hostname')).toBe('old\n');
      expect(await answersDns('127.0.0.1', lab.hosts[0]!.dnsPort)).toBe(false);
    } finally {
      await lab.stop();
      await rm(directory, { recursive: true });
    }
  });
});

describeWithEngine('what practice hosts are made of', () => {
  it('is not built again while its files stay the same', async () => {
    const lines: string[] = [];
    expect(await prepareImage(labBackend(), (line) => lines.push(line))).toEqual(labImage());
    expect(lines).toEqual([]);
  });
});

describeWithEngine('a lab that cannot start', () => {
  it.each(brokenImages())('%s is an error, and leaves nothing running', async (_, source, code) => {
    const directory = await mkdtemp(join(tmpdir(), 'muster-lab-e2e-'));
    const id = `broken-${process.pid}`;
    const image = { backend: labBackend(), source };
    await expect(startLab({ hosts: 1, image, directory, id })).rejects.toMatchObject({ code });
    await expectNothingRunning(id, directory);
    await rm(directory, { recursive: true });
  });
});

function brokenImages(): [string, string, string][] {
  if (labBackend() === 'embedded') return [['without a root file system', '/no/such/root.tar', 'LAB_START']];
  return [
    // The base image has no init: its first process ends at once.
    ['whose host stops at once', 'debian:bookworm-slim', 'LAB_START'],
    ['without an image', 'muster/no-such-image:none', 'LAB_IMAGE'],
  ];
}

/** No container of the lab; or no keeper, no process with the lab's mounts, no file of its. */
async function expectNothingRunning(id: string, directory: string): Promise<void> {
  if (labBackend() === 'docker') {
    expect(await listLabContainers(id)).toEqual([]);
    return;
  }
  await expect.poll(findEmbeddedLabs).not.toContain(directory);
  await expect.poll(() => processesOf(directory)).toEqual([]);
}

/** Logs in as the files of the lab say and gives the command's standard output; rejects on any doubt. */
async function loginAndRun(lab: Lab, host: LabHost, command: string): Promise<string> {
  const privateKey = await readFile(lab.identityFile);
  const known = await readFile(lab.knownHostsFile, 'utf8');
  const client = new Client();
  return new Promise<string>((resolve, reject) => {
    client.on('error', reject);
    client.on('ready', () => {
      client.exec(command, (error, channel) => {
        if (error !== undefined) {
          reject(error);
          return;
        }
        let output = '';
        channel.on('data', (bytes: Buffer) => (output += bytes.toString()));
        channel.on('close', () => {
          resolve(output);
        });
      });
    });
    client.connect({
      host: host.address,
      port: host.sshPort,
      username: 'root',
      privateKey,
      hostVerifier: (key: Buffer) => isKnown(known, host, key),
    });
  }).finally(() => client.end());
}

function isKnown(known: string, host: LabHost, key: Buffer): boolean {
  const parsed = utils.parseKey(key);
  if (parsed instanceof Error) return false;
  return known.includes(`[${host.address}]:${host.sshPort} ${parsed.type} ${key.toString('base64')}\n`);
}
