// `muster lab` as a person uses it: from up to down, and what is left when something comes in between.
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadLab } from '../../src/lab/index.ts';
import { describeWithEngine, labBackend } from './engine.ts';
import { muster, type MusterRun } from './muster.ts';
import { processesOf } from './processes.ts';

const hasSsh = spawnSync('ssh', ['-V']).error === undefined;

describeWithEngine('muster lab', () => {
  let directory: string;
  const lab = (verb: string, ...words: string[]): Promise<MusterRun> =>
    muster(['lab', verb, '--directory', directory, ...words]);
  const up = (count: string, ...words: string[]): Promise<MusterRun> =>
    lab('up', '--backend', labBackend(), '-n', count, ...words);

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'muster-lab-command-'));
  });

  afterAll(async () => {
    await lab('down');
    await rm(directory, { recursive: true });
  });

  it('refuses a directory with something other than a lab', async () => {
    const foreign = join(directory, 'inventory.yaml');
    await writeFile(foreign, 'hosts: {}\n');
    expect(await up('1')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no lab') as string,
    });
    expect(await readFile(foreign, 'utf8')).toBe('hosts: {}\n');
    await rm(foreign);
  });

  it('accepts only releases that hosts can behave as', async () => {
    expect(await lab('up', '--release', '12.0')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /no practice host behaves as NetBSD '12\.0'\n.*11\.0 or 6\.99\.16/,
      ) as string,
    });
    expect(await lab('status')).toMatchObject({ code: 0, stdout: 'no lab\n' });
  });

  it('starts hosts, says which backend and why, and what to do next', async () => {
    const { code, stdout, stderr } = await up('2', '--release', '6.99.16');
    expect(code, stderr).toBe(0);
    expect(stderr).toContain(`practice hosts by the ${labBackend()} backend: as asked for\n`);
    expect(stdout).toContain(`2 practice hosts up, NetBSD 6.99.16`);
    expect((await lab('status')).stdout).toMatch(/^ns1 {2}running {2}NetBSD 6\.99\.16 {2}ssh /);
    expect(stdout).toContain(join(directory, 'inventory.yaml'));
  });

  it('does not start a second lab on top', async () => {
    expect(await up('1')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there is a lab in') as string,
    });
  });

  it.skipIf(!hasSsh)('logs in, and passes the options of a remote command on', async () => {
    expect(await lab('ssh', 'ns2', 'ls', '-d', '/etc')).toMatchObject({ code: 0, stdout: '/etc\n' });
    expect(await lab('ssh', 'ns2', 'exit 7')).toMatchObject({ code: 7 });
  });

  it('makes a fault, shows it, and clears it', async () => {
    expect(await lab('fault', 'ns1', 'freeze')).toMatchObject({ code: 0 });
    expect((await lab('status')).stdout).toMatch(/^ns1 {2}paused .*\nns2 {2}running /);
    expect(await lab('fault', 'ns1', 'clear')).toMatchObject({ code: 0 });
    expect((await lab('status')).stdout).toMatch(/^ns1 {2}running .*\nns2 {2}running /);
    expect(await lab('fault', 'ns1', 'rain')).toMatchObject({ code: 2 });
  });

  it('resets a host', async () => {
    const opened = (await loadLab(directory))!;
    await opened.exec('ns1', ['/usr/bin/touch', '/etc/changed']);
    expect(await lab('reset', 'ns1')).toMatchObject({ code: 0 });
    // It may be another container since.
    const renewed = (await loadLab(directory))!;
    expect(await renewed.exec('ns1', ['/usr/bin/uname', '-r'])).toMatchObject({ stdout: '6.99.16\n' });
    expect(await renewed.exec('ns1', ['/bin/ls', '/etc/changed'])).toMatchObject({ exitCode: 1 });
  });

  it('removes everything', async () => {
    expect(await lab('down')).toMatchObject({ code: 0, stdout: '2 practice hosts removed\n' });
    expect(await readdir(directory)).toEqual([]);
    expect(await lab('down')).toMatchObject({ code: 2 });
    expect(await lab('status')).toMatchObject({ code: 0, stdout: 'no lab\n' });
  });

  it('reports an unknown option at every depth as a usage error', async () => {
    expect(await lab('up', '--bogus')).toMatchObject({ code: 2 });
  });

  it.runIf(labBackend() === 'embedded')('leaves nothing running when `up` is interrupted', async () => {
    const words = ['lab', 'up', '--directory', directory, '--backend', 'embedded', '-n', '20'];
    const { code } = await muster(words, (text, signal) => {
      if (text.includes('serves')) signal('SIGINT');
    });
    expect(code).toBe(null);
    await expect.poll(() => processesOf(directory)).toEqual([]);
    expect(await up('1')).toMatchObject({ code: 0 });
  });

  it.runIf(labBackend() === 'embedded')('removes what a killed keeper left, and starts anew', async () => {
    const killKeeper = async (): Promise<void> => {
      const keepers = (await processesOf(directory)).filter(({ command }) => command.includes('keeper.js'));
      expect(keepers).toHaveLength(1);
      process.kill(keepers[0]!.pid, 'SIGKILL');
      await expect.poll(() => processesOf(directory)).toEqual([]);
    };
    await killKeeper();
    expect((await lab('status')).stdout).toMatch(/^ns1 {2}gone /);
    expect(await up('1')).toMatchObject({ code: 0 });
    expect((await lab('status')).stdout).toMatch(/^ns1 {2}running /);
    await killKeeper();
    expect(await lab('down')).toMatchObject({ code: 0 });
    expect(await readdir(directory)).toEqual([]);
  });
});
