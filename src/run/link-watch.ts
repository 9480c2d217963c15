// How long a host may keep one link waiting: until its shell is ready, then from one sign of life to the next, and
// behind its last frame until the channel closes. sshd answers keepalives for a host that does none of these.
import type { HostConnection } from '../transport/index.ts';

const defaultReadyMs = 30_000;
const defaultSilenceMs = 60_000;
const closingMs = 5_000;
// A timer that fires so late was not waiting for the host: this process was stopped, and what came is still unread.
const lateMs = 1_000;

/** What a link waits for. */
export type LinkWait = 'ready' | 'next frame' | 'close';

/** A wait came to its limit. */
export class WaitOver extends Error {
  readonly wait: LinkWait;
  readonly limitMs: number;

  constructor(wait: LinkWait, limitMs: number) {
    super(`no ${wait} within ${limitMs} ms`);
    this.wait = wait;
    this.limitMs = limitMs;
  }
}

/** Watches one link from its login on. It begins with the wait for `ready`; `stop` must be called in the end. */
export class LinkWatch {
  /** Rejects with WaitOver, or with what `fail` was given; never resolves. */
  readonly over: Promise<never>;
  readonly #limits: Readonly<Record<LinkWait, number>>;
  #reject: (error: unknown) => void = () => undefined;
  #wait: LinkWait = 'ready';
  #timer: NodeJS.Timeout;
  #due = 0;
  #isOver = false;
  /** Since when what came is worked off here, and how long that took since the wait began: the host is not to blame. */
  #busySince: number | undefined;
  #busyMs = 0;

  constructor({ readyTimeoutMs, silenceTimeoutMs }: HostConnection) {
    const silenceMs = silenceTimeoutMs ?? defaultSilenceMs;
    this.#limits = {
      ready: readyTimeoutMs ?? defaultReadyMs,
      'next frame': silenceMs,
      close: Math.min(closingMs, silenceMs),
    };
    this.over = new Promise<never>((_, reject) => {
      this.#reject = reject;
    });
    // Nobody need be waiting at the moment when it rejects.
    this.over.catch(() => undefined);
    this.#timer = this.#begin();
  }

  /** Nobody listens to this link any more: whatever still comes over it must not count. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** A frame came over this link. */
  get wasHeard(): boolean {
    return this.#wait !== 'ready';
  }

  /** The host gave a sign of the run: a frame, a piece of one, or room for a piece of the bundle. */
  heard(): void {
    if (this.#wait === 'close') return;
    this.#wait = 'next frame';
    this.#restart();
  }

  /** The last frame came; only the end of the channel is still to come. */
  heardLast(): void {
    if (this.#wait === 'close') return;
    this.#wait = 'close';
    this.#restart();
  }

  /** Something came, and is worked off. Until idle() no time counts. */
  busy(): void {
    this.#busySince ??= performance.now();
  }

  /** What came is worked off. */
  idle(): void {
    if (this.#busySince !== undefined) this.#busyMs += performance.now() - this.#busySince;
    this.#busySince = undefined;
  }

  /** Ends the wait with an error of this side. */
  fail(error: unknown): void {
    this.stop();
    this.#reject(error);
  }

  stop(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  #restart(): void {
    clearTimeout(this.#timer);
    if (!this.#isOver) this.#timer = this.#begin();
  }

  #begin(): NodeJS.Timeout {
    const limitMs = this.#limits[this.#wait];
    this.#busyMs = 0;
    if (this.#busySince !== undefined) this.#busySince = performance.now();
    return this.#sleep(limitMs, limitMs);
  }

  #sleep(ms: number, limitMs: number): NodeJS.Timeout {
    this.#due = performance.now() + ms;
    return setTimeout(() => {
      const owedMs = this.#takeBusyMs();
      if (performance.now() > this.#due + lateMs) this.#restart();
      else if (owedMs > 0) this.#timer = this.#sleep(owedMs, limitMs);
      else this.fail(new WaitOver(this.#wait, limitMs));
    }, ms);
  }

  #takeBusyMs(): number {
    const isBusy = this.#busySince !== undefined;
    this.idle();
    if (isBusy) this.busy();
    const ms = Math.ceil(this.#busyMs);
    this.#busyMs = 0;
    return ms;
  }
}
