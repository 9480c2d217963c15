// What only embedded labs have: faults of the network and the disk, and an end that needs nobody's help.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLab, type Lab } from '../../src/lab/index.ts';
import { answersDns, greetsAsSsh } from '../../src/lab/readiness.ts';
import { describeWithEngine, labBackend, labImage } from './engine.ts';
import { processesOf } from './processes.ts';

const describeEmbedded = labBackend() === 'embedded' ? describeWithEngine : describe.skip;

describeEmbedded('faults of an embedded lab', () => {
  let directory: string;
  let lab: Lab;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'muster-faults-e2e-'));
    lab = await startLab({ hosts: 1, image: labImage(), directory });
  });

  afterAll(async () => {
    await lab.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const greets = (): Promise<boolean> => greetsAsSsh('127.0.0.1', lab.hosts[0]!.sshPort);
  const answers = (): Promise<boolean> => answersDns('127.0.0.1', lab.hosts[0]!.dnsPort);

  /** A busy machine may lose a datagram, or let a client wait for longer than it has patience. */
  const servesAgain = async (): Promise<void> => {
    await expect.poll(greets).toBe(true);
    await expect.poll(answers).toBe(true);
  };

  it.each(['cut', 'refuse', 'freeze'] as const)('%s: neither ssh nor DNS; then both again', async (kind) => {
    await lab.fault('ns1', { kind });
    expect([await greets(), await answers()]).toEqual([false, false]);
    await lab.clearFaults('ns1');
    await servesAgain();
  });

  it("latency beyond a client's timeout is silence; then there are answers again", async () => {
    await lab.fault('ns1', { kind: 'latency', milliseconds: 5_000 });
    expect([await greets(), await answers()]).toEqual([false, false]);
    await lab.clearFaults('ns1');
    await servesAgain();
  });

  it('loss of everything is silence for datagrams, and delay for connections', async () => {
    await lab.fault('ns1', { kind: 'loss', share: 1 });
    expect(await answers()).toBe(false);
    await expect.poll(greets).toBe(true);
    await lab.clearFaults('ns1');
    await servesAgain();
  });

  it('a full disk accepts no more data, and loses nothing', async () => {
    const write = ['cp', '/usr/sbin/named', '/tmp/much'];
    await lab.fault('ns1', { kind: 'full-disk' });
    const refused = await lab.exec('ns1', write);
    expect(refused.exitCode).not.toBe(0);
    expect(refused.stderr).toContain('No space left on device');
    await lab.clearFaults('ns1');
    expect(await lab.exec('ns1', write)).toMatchObject({ exitCode: 0 });
  });

  it('a slow processor stops again and again, still does its work, and is fast afterwards', async () => {
    const pid = (await lab.hostPid('ns1'))!;
    const halts = async (): Promise<boolean> => / T /.test(await readFile(`/proc/${pid}/stat`, 'latin1'));
    await lab.fault('ns1', { kind: 'slow-cpu' });
    await expect.poll(halts, { interval: 7 }).toBe(true);
    await servesAgain();
    await lab.clearFaults('ns1');
    for (let look = 0; look < 30; look++) {
      expect(await halts()).toBe(false);
      await sleep(10);
    }
  });

  it('a reboot is silence for open connections, and ends them when the host is back', async () => {
    const socket = connect({ host: '127.0.0.1', port: lab.hosts[0]!.sshPort });
    socket.on('error', () => undefined);
    await once(socket, 'data');
    // Not when the power went: by then nobody would greet.
    const greetedAtTheEnd = once(socket, 'close').then(greets);
    await lab.fault('ns1', { kind: 'reboot' });
    expect(await greetedAtTheEnd).toBe(true);
    await servesAgain();
  });

  it('a host whose cable is cut still boots, and stays cut off', async () => {
    await lab.fault('ns1', { kind: 'cut' });
    await lab.fault('ns1', { kind: 'reboot' });
    expect([await greets(), await answers()]).toEqual([false, false]);
    await lab.clearFaults('ns1');
    await servesAgain();
  });

  it('does one thing at a time to a host, and never anything to itself', async () => {
    const resets = [lab.reset('ns1'), lab.reset('ns1')];
    await lab.fault('ns1', { kind: 'freeze' });
    await lab.clearFaults('ns1');
    await Promise.all(resets);
    await servesAgain();
    expect((await lab.status())[0]?.state).toBe('running');
  });
});

describeEmbedded('an embedded lab whose processes are killed', () => {
  it.each([
    ['the process that started it', (owner: number) => owner],
    ['its keeper', (_: number, keeper: number) => keeper],
  ])('by SIGKILL to %s, leaves no process and no mount', async (_, victim) => {
    const directory = await mkdtemp(join(tmpdir(), 'muster-killed-'));
    const owner = startOwner(directory);
    try {
      await untilPrinted(owner, 'ready');
      const keeper = (await processesOf(directory)).find(({ command }) => command.includes('keeper.js'));
      expect(keeper).toBeDefined();
      process.kill(victim(owner.pid!, keeper!.pid), 'SIGKILL');
      await expect.poll(() => othersOf(directory, owner.pid!)).toEqual([]);
    } finally {
      owner.kill('SIGKILL');
      await rm(directory, { recursive: true, force: true });
    }
  });
});

/** A process of its own that starts a lab and keeps it open. */
function startOwner(directory: string): ChildProcess {
  const lab = join(import.meta.dirname, '../../dist/lab/index.js');
  const program = `
    import { startLab } from ${JSON.stringify(lab)};
    await startLab({ hosts: 1, image: ${JSON.stringify(labImage())}, directory: ${JSON.stringify(directory)} });
    console.log('ready');
    setInterval(() => undefined, 1000);`;
  return spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

function untilPrinted(child: ChildProcess, word: string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', (bytes: Buffer) => {
      if (bytes.toString().includes(word)) resolve();
    });
    child.once('exit', () => {
      reject(new Error('the process that was to start a lab ended'));
    });
  });
}

async function othersOf(directory: string, owner: number): Promise<string[]> {
  return (await processesOf(directory)).filter(({ pid }) => pid !== owner).map(({ command }) => command);
}
