// The cap on standard error, and what reading standard output keeps.
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { stderrOf, stdoutOf } from '../../../src/transport/outputs.ts';

describe('standard error', () => {
  it('is cut at 64 KiB, in the middle of a chunk if need be', async () => {
    const source = new PassThrough();
    const stderr = stderrOf(source);
    source.write('start ');
    source.write('e'.repeat(70_000));
    source.end('the end');
    await new Promise((resolve) => source.once('close', resolve));
    expect(stderr()).toBe(`start ${'e'.repeat(65_530)}`);
  });

  it('reads bytes that are no UTF-8 as replacement characters', async () => {
    const source = new PassThrough();
    const stderr = stderrOf(source);
    source.end(Buffer.from([0x61, 0xff, 0x62]));
    await new Promise((resolve) => source.once('close', resolve));
    expect(stderr()).toBe('a\ufffdb');
  });
});

describe('standard output', () => {
  it('can be left in the middle and read later', async () => {
    const source = new PassThrough();
    const stdout = stdoutOf(source, () => undefined);
    source.write('first');
    for await (const chunk of stdout) {
      expect(Buffer.from(chunk).toString()).toBe('first');
      break;
    }
    source.end('second');
    const rest: string[] = [];
    for await (const chunk of stdout) rest.push(Buffer.from(chunk).toString());
    expect(rest).toEqual(['second']);
  });

  it('returns received output before it throws the reason of its end', async () => {
    const source = new PassThrough();
    const chunks = stdoutOf(source, () => new Error('lost'))[Symbol.asyncIterator]();
    source.end('last words');
    expect(Buffer.from((await chunks.next()).value as Uint8Array).toString()).toBe('last words');
    await expect(chunks.next()).rejects.toThrow('lost');
  });
});
