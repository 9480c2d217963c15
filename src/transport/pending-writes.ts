// Writes that wait for a peer. A stream that dies may never call back, so a dying channel settles them itself.
import type { Writable } from 'node:stream';
import { ConnectError } from '../errors.ts';

/** Sends bytes to a stream one promise at a time; `fail` rejects what waits now and whatever comes later. */
export class PendingWrites {
  readonly #sink: Writable;
  readonly #rejects = new Set<(error: Error) => void>();
  #failure: Error | undefined;

  constructor(sink: Writable) {
    this.#sink = sink;
  }

  /** Resolves when the sink took the bytes. */
  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined || !this.#sink.writable) {
        reject(this.#failure ?? closedError('standard input is already closed'));
        return;
      }
      this.#rejects.add(reject);
      this.#sink.write(bytes, (error) => {
        this.#rejects.delete(reject);
        if (error) reject(closedError('the command reads its input no more', error));
        else resolve();
      });
    });
  }

  /** Rejects every waiting write with `error`; the first call wins. */
  fail(error: Error): void {
    this.#failure ??= error;
    for (const reject of this.#rejects) reject(this.#failure);
    this.#rejects.clear();
  }
}

function closedError(message: string, cause?: Error): ConnectError {
  return new ConnectError('CHANNEL_CLOSED', message, { cause });
}
