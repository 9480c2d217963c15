// A command that is begun a second time, in another way, if its first words were a refusal. The caller sees one channel.
import type { Channel, ExitStatus } from './port.ts';

/** The first way, how its refusal is known, and the second way. */
export interface Tries {
  readonly first: Channel;
  /** Whether the standard error of the first says that it did not begin. */
  readonly isRefusal: (stderr: string) => boolean;
  readonly again: () => Promise<Channel>;
}

/** Only one piece of input is kept for the second try: who wrote more had an answer, so the command had begun. */
export class SecondTry implements Channel {
  readonly stdout: AsyncIterable<Uint8Array>;
  readonly closed: Promise<ExitStatus>;
  readonly #settled: Promise<Channel>;
  #current: Channel;
  #kept: Uint8Array | undefined;
  #writes = 0;
  #isEnded = false;

  constructor(tries: Tries) {
    this.#current = tries.first;
    this.#settled = this.#decided(tries);
    this.closed = this.#settled.then(
      (channel) => channel.closed,
      () => ({ status: null, signal: null }),
    );
    this.stdout = outputOf(tries.first, this.#settled);
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#writes += 1;
    this.#kept = this.#writes === 1 ? bytes : undefined;
    // A command that did not begin takes nothing, and its end tells why.
    if (this.#writes === 1) await this.#current.write(bytes).catch(() => undefined);
    else await this.#current.write(bytes);
  }

  end(): void {
    this.#isEnded = true;
    this.#current.end();
  }

  stderr(): string {
    return this.#current.stderr();
  }

  drop(): void {
    this.#current.drop?.();
  }

  async #decided({ first, isRefusal, again }: Tries): Promise<Channel> {
    const { status } = await first.closed;
    if (status === 0 || this.#writes > 1 || !isRefusal(first.stderr())) return first;
    const second = await again();
    if (this.#kept !== undefined) await second.write(this.#kept).catch(() => undefined);
    if (this.#isEnded) second.end();
    this.#current = second;
    return second;
  }
}

/** What comes before a refusal is not the command's, and is passed on as any noise is. */
async function* outputOf(first: Channel, settled: Promise<Channel>): AsyncGenerator<Uint8Array> {
  yield* first.stdout;
  const channel = await settled;
  if (channel !== first) yield* channel.stdout;
}
