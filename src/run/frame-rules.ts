// What a host may say next. Frames are counted and named by the runtime, so a host that leaves these rules runs
// something else, or lies; nothing that it says behind that is believed, and it costs no other host anything.
import { hostBounds } from '../protocol/index.ts';
import type { Amounts, Frame } from '../protocol/index.ts';

const eventLog = '000.ev';

/** The rules over all links of one host's run; offsets go on when a link is made anew. */
export class FrameRules {
  readonly #outputCap: number;
  readonly #now: () => number;
  readonly #offsetsByLog = new Map<string, number>();
  /** The last frame of this link came. */
  #isEnded = false;
  #isReady = false;
  #noiseBytes = 0;
  /** How many frames may still come at once, as of the time of the last one. */
  #frames: number = hostBounds.frames.limit;
  #at: number;

  /** `outputCap` is how many bytes of each output log were asked for; `now` gives milliseconds. */
  constructor(outputCap: number, now: () => number = () => performance.now()) {
    this.#outputCap = outputCap;
    this.#now = now;
    this.#at = now();
  }

  /** For each log seen, the offset behind its last byte. */
  get offsetsByLog(): ReadonlyMap<string, number> {
    return this.#offsetsByLog;
  }

  /** A link is made anew. */
  newLink(): void {
    this.#isEnded = false;
  }

  /** Why so much cannot be, or undefined; then it is counted. The follower sends a few frames a second for each log. */
  tooMuch({ frames, noiseBytes }: Amounts): string | undefined {
    const now = this.#now();
    const { frames: burst, frameRate, noiseBytes: noise } = hostBounds;
    const earned = ((now - this.#at) / 1000) * frameRate.limit;
    this.#frames = Math.min(burst.limit, this.#frames + earned) - frames;
    this.#at = now;
    this.#noiseBytes += noiseBytes;
    if (this.#noiseBytes > noise.limit) return `more than ${noise.limit} bytes came that are no frames`;
    if (this.#frames >= 0) return undefined;
    return `more than ${burst.limit} frames came at once, or ${frameRate.limit} a second`;
  }

  /** Why this frame cannot be, or undefined; then it is taken note of. */
  broken(frame: Frame): string | undefined {
    if (frame.type === 'noise') return undefined;
    if (this.#isEnded) return `\`${nameOf(frame)}\` came after the last frame`;
    return this.#brokenFrame(frame);
  }

  #brokenFrame(frame: Exclude<Frame, { type: 'noise' }>): string | undefined {
    switch (frame.type) {
      case 'fail':
        return undefined;
      case 'broken':
        return frame.reason;
      case 'ready':
        return this.#brokenReady(frame.directory);
      case 'done':
      case 'died':
        this.#isEnded = this.#isReady;
        return this.#isReady ? undefined : notReady(frame.type);
      case 'data':
        return this.#isReady ? this.#brokenData(frame) : notReady(frame.log);
      case 'cut':
        if (!this.#isReady) return notReady(frame.type);
        return this.#brokenLog(frame.log);
      case 'beat':
        return this.#isReady ? undefined : notReady(frame.type);
    }
  }

  #brokenReady(directory: string): string | undefined {
    if (this.#isReady) return 'it said `ready` a second time';
    this.#isReady = true;
    const { limit } = hostBounds.directory;
    return directory.length > limit ? `its directory has a name of more than ${limit} characters` : undefined;
  }

  #brokenLog(log: string): string | undefined {
    if (log.endsWith('.ev') && log !== eventLog) return `there is no log ${log}`;
    const { limit } = hostBounds.logs;
    if (!this.#offsetsByLog.has(log)) this.#offsetsByLog.set(log, 0);
    return this.#offsetsByLog.size > limit ? `more than ${limit} logs came` : undefined;
  }

  #brokenData({ log, offset, bytes }: Extract<Frame, { type: 'data' }>): string | undefined {
    const reason = this.#brokenLog(log);
    if (reason !== undefined) return reason;
    const expected = this.#offsetsByLog.get(log) ?? 0;
    if (offset !== expected) return `${log} went on at byte ${offset} instead of ${expected}`;
    const end = offset + bytes.length;
    const most = log === eventLog ? hostBounds.eventBytes.limit : this.#outputCap * hostBounds.output.limit;
    if (end > most) return `more than ${most} bytes of ${log === eventLog ? 'events' : log} came`;
    this.#offsetsByLog.set(log, end);
    return undefined;
  }
}

function nameOf(frame: Exclude<Frame, { type: 'noise' }>): string {
  return frame.type === 'data' ? frame.log : frame.type;
}

function notReady(what: string): string {
  return `\`${what}\` came before \`ready\``;
}
