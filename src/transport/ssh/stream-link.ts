// Two streams as one connection that ends at once when it is destroyed, as a socket does, whatever the other side does.
import { Duplex } from 'node:stream';
import type { Readable, Writable } from 'node:stream';

/** What comes from `readable` and goes to `writable`; `end` lets go of both. */
export class StreamLink extends Duplex {
  readonly #readable: Readable;
  readonly #writable: Writable;
  readonly #end: () => void;

  constructor(readable: Readable, writable: Writable, end: () => void) {
    super({ allowHalfOpen: false });
    this.#readable = readable;
    this.#writable = writable;
    this.#end = end;
    readable.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) readable.pause();
    });
    readable.once('end', () => this.push(null));
    // For life: an 'error' that nobody hears would end the process.
    this.on('error', () => undefined);
    for (const stream of [readable, writable]) stream.on('error', (error: Error) => this.destroy(error));
    readable.once('close', () => {
      if (!readable.readableEnded) this.destroy();
    });
  }

  override _read(): void {
    this.#readable.resume();
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#writable.write(chunk, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#writable.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#end();
    done(error);
  }
}
