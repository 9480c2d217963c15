// What every transport must do, as one suite. Each implementation's test file calls it with a way to get a session.
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Channel, HostConnection, Session, Transport } from '../../../src/transport/index.ts';

/** A transport and the host to use it on; `stop` ends whatever was started for it. */
export interface Setup {
  readonly transport: Transport;
  readonly host: HostConnection;
  stop(): Promise<void>;
}

const mebibyte = 1024 * 1024;

/** Declares the suite. `loseCode` is the error code of output that a closing session cuts off. */
export function describeTransport(name: string, start: () => Promise<Setup>, loseCode: string): void {
  describe(`the transport contract over ${name}`, () => {
    let setup: Setup;
    const open: Session[] = [];

    beforeAll(async () => {
      setup = await start();
    });
    afterEach(() => {
      for (const session of open.splice(0)) session.close();
    });
    afterAll(async () => {
      await setup.stop();
    });

    async function connect(): Promise<Session> {
      const session = await setup.transport.connect(setup.host, new AbortController().signal);
      open.push(session);
      return session;
    }

    it('echoes 5 MiB of binary data byte for byte', async () => {
      const sent = binaryNoise(5 * mebibyte);
      const channel = await (await connect()).exec('cat');
      const received = collect(channel);
      for (let at = 0; at < sent.length; at += 65_521) await channel.write(sent.subarray(at, at + 65_521));
      channel.end();
      expect(digest(await received)).toBe(digest(sent));
      expect(await channel.closed).toEqual({ status: 0, signal: null });
    });

    it.each([0, 1, 7, 255])('reports exit status %i', async (status) => {
      const channel = await (await connect()).exec(`exit ${status}`);
      expect(await channel.closed).toEqual({ status, signal: null });
    });

    it('reports the signal that ended a command', async () => {
      const channel = await (await connect()).exec('kill -TERM $$');
      expect(await channel.closed).toEqual({ status: null, signal: 'SIGTERM' });
    });

    it('keeps standard error apart from standard output', async () => {
      const channel = await (await connect()).exec('echo to-out; echo to-err >&2; echo more-out');
      expect((await collect(channel)).toString()).toBe('to-out\nmore-out\n');
      await channel.closed;
      expect(channel.stderr()).toBe('to-err\n');
    });

    it('keeps the first 64 KiB of standard error and drains the rest', async () => {
      const channel = await (await connect()).exec('head -c 3000000 /dev/zero | tr "\\0" e >&2; echo done');
      expect((await collect(channel)).toString()).toBe('done\n');
      await channel.closed;
      expect(channel.stderr()).toBe('e'.repeat(65_536));
    });

    it('lets the command see end of file and continue', async () => {
      const channel = await (await connect()).exec('cat; echo after-eof; exit 3');
      await channel.write(Buffer.from('before '));
      channel.end();
      expect((await collect(channel)).toString()).toBe('before after-eof\n');
      expect(await channel.closed).toEqual({ status: 3, signal: null });
    });

    it('reports the end of a command whose small output is not read, and keeps that output', async () => {
      const channel = await (await connect()).exec('echo unread');
      expect(await channel.closed).toEqual({ status: 0, signal: null });
      expect((await collect(channel)).toString()).toBe('unread\n');
    });

    it('stops a command that writes faster than its output is read, and loses nothing', async () => {
      const directory = await mkdtemp(join(tmpdir(), 'muster-progress-'));
      onTestFinished(() => rm(directory, { recursive: true }));
      const progress = join(directory, 'mebibytes');
      const channel = await (
        await connect()
      ).exec(
        `i=0; echo 0 >${progress}; while [ $i -lt 64 ]; do head -c ${mebibyte} /dev/zero; i=$((i+1)); echo $i >${progress}; done`,
      );
      const chunks = channel.stdout[Symbol.asyncIterator]();
      const first = await chunks.next();
      let size = first.done === true ? 0 : first.value.length;
      expect(await standstill(progress)).toBeLessThanOrEqual(16);
      for (let next = await chunks.next(); next.done !== true; next = await chunks.next())
        size += next.value.length;
      expect(size).toBe(64 * mebibyte);
      expect(await readFile(progress, 'utf8')).toBe('64\n');
    });

    it('runs several commands in parallel on one session', async () => {
      const session = await connect();
      const channels = await Promise.all(
        ['a', 'b', 'c', 'd'].map((word) => session.exec(`read x; echo ${word}$x`)),
      );
      for (const [index, channel] of [...channels.entries()].reverse())
        await channel.write(Buffer.from(`${index}\n`));
      const outputs = await Promise.all(channels.map(async (channel) => (await collect(channel)).toString()));
      expect(outputs).toEqual(['a0\n', 'b1\n', 'c2\n', 'd3\n']);
    });

    it('rejects a write once the command has ended', async () => {
      const channel = await (await connect()).exec('exit 0');
      await channel.closed;
      await expect(channel.write(Buffer.from('late'))).rejects.toMatchObject({ code: 'CHANNEL_CLOSED' });
    });

    it('rejects a write after end of file was sent', async () => {
      const channel = await (await connect()).exec('cat');
      channel.end();
      await expect(channel.write(Buffer.from('late'))).rejects.toMatchObject({ code: 'CHANNEL_CLOSED' });
      await channel.closed;
    });

    it('cuts the output of a running command when its session closes, and never calls that a success', async () => {
      const session = await connect();
      const channel = await session.exec('echo started; exec cat');
      const chunks = channel.stdout[Symbol.asyncIterator]();
      await chunks.next();
      session.close();
      await expect(chunks.next()).rejects.toMatchObject({ code: loseCode, host: setup.host.name });
      expect(await channel.closed).toEqual({ status: null, signal: null });
      await expect(channel.write(Buffer.from('late'))).rejects.toMatchObject({ code: loseCode });
    });

    it('closes twice without complaint and then refuses commands', async () => {
      const session = await connect();
      session.close();
      session.close();
      await expect(session.exec('true')).rejects.toMatchObject({ code: loseCode });
    });

    it('rejects a connect whose signal has already fired', async () => {
      const connecting = setup.transport.connect(setup.host, AbortSignal.abort());
      await expect(connecting).rejects.toMatchObject({ host: setup.host.name });
    });
  });
}

/** All of a command's standard output. */
export async function collect(channel: Channel): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of channel.stdout) chunks.push(chunk);
  return Buffer.concat(chunks);
}

// The count in the file once it has not changed for 20 looks in a row.
async function standstill(path: string): Promise<number> {
  let last = '';
  for (let looks = 0, still = 0; looks < 1000 && still < 20; looks += 1) {
    const now = await readFile(path, 'utf8').catch(() => '');
    still = now === last && now !== '' ? still + 1 : 0;
    last = now;
    await sleep(10);
  }
  return Number(last);
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

// Every byte value, in an order that no codec would leave alone.
function binaryNoise(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  let state = 1;
  for (let at = 0; at < size; at += 1) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    bytes[at] = state >>> 16;
  }
  return bytes;
}
