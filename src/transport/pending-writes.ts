// Writes that wait for a peer. A stream that dies may never call back, so a dying channel settles them itself.
import type { Writable } from 'node:stream';
import { ConnectError } from '../model/index.ts';

/** Sends bytes to a stream one promise at a time; `fail` rejects what waits now and whatever comes later. */
export class PendingWrites {
  readonly #sink: Writable;
  readonly #below: Writable;
  readonly #rejects = new Set<(error: Error) => void>();
  #failure: Error | undefined;

  /** `below` is what the sink writes to, when that is another stream: it may take no more while the sink still does. */
  constructor(sink: Writable, below: Writable = sink) {
    this.#sink = sink;
    this.#below = below;
  }

  /** Resolves when the sink took the bytes, and what is below it has room again. */
  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined || !this.#sink.writable) {
        reject(this.#failure ?? closedError('standard input is already closed'));
        return;
      }
      this.#rejects.add(reject);
      const settle = (error?: Error): void => {
        this.#rejects.delete(reject);
        if (error === undefined) resolve();
        else reject(closedError('the command no longer reads its input', error));
      };
      this.#sink.write(bytes, (error) => {
        if (error || this.#below === this.#sink || !this.#below.writableNeedDrain) settle(error ?? undefined);
        else this.#below.once('drain', settle);
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
