// The reading ends that both transports share: standard output with back-pressure, standard error with a cap.
import { PassThrough } from 'node:stream';
import type { Readable } from 'node:stream';

const stderrCapBytes = 64 * 1024;
const stdoutBufferBytes = 256 * 1024;

/**
 * Standard output as an async iterable that buffers at most 256 KiB here and then stops the source.
 * The source may so come to its end before anybody reads, like a command whose output fits into a pipe.
 * After the last byte `failure` is asked, and what it returns is thrown.
 */
export function stdoutOf(source: Readable, failure: () => Error | undefined): AsyncIterable<Uint8Array> {
  const buffer = new PassThrough({ highWaterMark: stdoutBufferBytes });
  // These stay for the whole life of the streams: readers of the channel get the error anyway, and an 'error' without a
  // listener would end the process.
  source.on('error', () => undefined);
  buffer.on('error', () => undefined);
  source.pipe(buffer);
  source.once('close', () => {
    buffer.end();
  });
  async function* chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    // Leaving the loop early must not destroy the stream: the command would be cut, not just unread.
    for await (const chunk of buffer.iterator({ destroyOnReturn: false })) yield chunk as Buffer;
    const error = failure();
    if (error !== undefined) throw error;
  }
  return { [Symbol.asyncIterator]: chunks };
}

/** Drains a stream for good and gives its first 64 KiB as lenient UTF-8. */
export function stderrOf(source: Readable): () => string {
  const kept: Buffer[] = [];
  let room = stderrCapBytes;
  source.on('error', () => undefined);
  source.on('data', (chunk: Buffer) => {
    if (room === 0) return;
    // Copied: a slice would keep the whole packet alive.
    const head = Buffer.from(chunk.subarray(0, room));
    kept.push(head);
    room -= head.length;
  });
  return () => Buffer.concat(kept).toString('utf8');
}
