// Practice hosts, for real: started, reached as the inventory says, taken away again.
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, utils } from 'ssh2';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  ensureImage,
  listLabContainers,
  loadLab,
  saveLab,
  startLab,
  type Lab,
  type LabHost,
} from '../../src/lab/index.ts';
import { answersDns } from '../../src/lab/readiness.ts';
import { describeWithEngine, labImage } from './engine.ts';

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

  it('accepts root by the written key, on a host key that known_hosts has', async () => {
    for (const host of lab.hosts) {
      expect(await loginAndRun(lab, host, 'hostname')).toBe(`${host.name}\n`);
    }
  });

  it('keeps its files to their owner', async () => {
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    expect((await stat(lab.identityFile)).mode & 0o777).toBe(0o600);
  });

  it('tells exit code, standard output and standard error of a command apart', async () => {
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

  it('leaves no container and none of its files behind when it stops', async () => {
    expect(await listLabContainers(lab.id)).toHaveLength(2);
    await lab.stop();
    expect(await listLabContainers(lab.id)).toEqual([]);
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

describeWithEngine('the image of practice hosts', () => {
  it('is not built again while its files stay the same', async () => {
    const lines: string[] = [];
    expect(await ensureImage((line) => lines.push(line))).toBe(labImage());
    expect(lines).toEqual([]);
  });
});

describeWithEngine('a lab that cannot start', () => {
  it.each([
    // The base image has no init: its first process ends at once.
    ['whose host stops at once', 'debian:bookworm-slim', 'LAB_START'],
    ['without an image', 'muster/no-such-image:none', 'LAB_IMAGE'],
  ])('%s is an error, and leaves nothing running', async (_, image, code) => {
    const directory = await mkdtemp(join(tmpdir(), 'muster-lab-e2e-'));
    const id = `broken-${process.pid}`;
    await expect(startLab({ hosts: 1, image, directory, id })).rejects.toMatchObject({ code });
    expect(await listLabContainers(id)).toEqual([]);
    await rm(directory, { recursive: true });
  });
});

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
