// The outer grammar of what comes back over an exec channel: frames with a length, so no payload can forge one.
// docs/protocol.md describes it; src/host/follow.sh writes it. What stands between frames is noise
// (a login shell's chatter): any amount of it is passed over, and the end of each line is kept apart.
import { hostBounds } from './bounds.ts';
import { NoisyLine } from './noisy-line.ts';

/** One thing that a channel said. `data` may come in several pieces per frame; offsets are the log's. */
export type Frame =
  | { readonly type: 'ready'; readonly directory: string }
  | { readonly type: 'fail'; readonly message: string }
  | { readonly type: 'data'; readonly log: string; readonly offset: number; readonly bytes: Uint8Array }
  | { readonly type: 'cut'; readonly log: string; readonly size: number }
  | { readonly type: 'beat' }
  | { readonly type: 'done' }
  | { readonly type: 'died' }
  | { readonly type: 'noise'; readonly text: string }
  /** What came is no frame and no noise; the parser reads nothing behind it. */
  | { readonly type: 'broken'; readonly reason: string };

const newline = 0x0a;
const logName = /^\d{3,6}\.(?:ev|out|err)$/;

/** How much of what cost nothing to say came over a channel. */
export interface Amounts {
  readonly frames: number;
  readonly noiseBytes: number;
}

/** Parses frames incrementally; holds at most one line's few KiB, whatever comes. */
export class FrameParser {
  readonly #marker: string;
  readonly #line: NoisyLine;
  #log = '';
  #offset = 0;
  #left = 0;
  #expects: 'line' | 'payload' | 'line end' = 'line';
  #begun = false;
  #broken = false;
  #frames = 0;

  /** `nonce` holds no `@`. */
  constructor(nonce: string) {
    this.#marker = `@${nonce} `;
    this.#line = new NoisyLine(this.#marker);
  }

  /** The end of the line that has not come to its end yet, such as a prompt. Untrusted. */
  get unfinished(): string {
    return this.#line.isHeader ? '' : this.#line.text();
  }

  /** How much came since this was asked last: frames, also those with nothing in them, and bytes that belong to none. */
  amounts(): Amounts {
    const amounts = { frames: this.#frames, noiseBytes: this.#line.noiseBytes };
    this.#frames = 0;
    this.#line.noiseBytes = 0;
    return amounts;
  }

  /** Takes the next bytes, in any split; gives the frames that they complete, payload bytes at once. */
  push(bytes: Uint8Array): readonly Frame[] {
    const frames: Frame[] = [];
    let at = 0;
    while (at < bytes.length && !this.#broken) at = this.#take(bytes, at, frames);
    return frames;
  }

  #take(bytes: Uint8Array, at: number, frames: Frame[]): number {
    switch (this.#expects) {
      case 'line':
        return this.#takeLine(bytes, at, frames);
      case 'payload':
        return this.#takePayload(bytes, at, frames);
      case 'line end':
        // Anything else was written by a stranger into the middle of the payload, which is then not what it says.
        if (bytes[at] !== newline)
          this.#break(frames, `more than the announced bytes of ${this.#log} came in one frame`);
        this.#expects = 'line';
        return at + 1;
    }
  }

  #takeLine(bytes: Uint8Array, at: number, frames: Frame[]): number {
    const end = bytes.indexOf(newline, at);
    this.#line.push(bytes, at, end === -1 ? bytes.length : end);
    if (end === -1) return bytes.length;
    const text = this.#line.text();
    if (this.#line.isHeader) this.#takeHeader(text, this.#line.isCut, frames);
    else if (text !== '') frames.push({ type: 'noise', text });
    this.#line.clear();
    return end + 1;
  }

  #takePayload(bytes: Uint8Array, at: number, frames: Frame[]): number {
    const piece = bytes.subarray(at, at + this.#left);
    frames.push({ type: 'data', log: this.#log, offset: this.#offset, bytes: piece });
    this.#offset += piece.length;
    this.#left -= piece.length;
    if (this.#left === 0) this.#expects = 'line end';
    return at + piece.length;
  }

  #takeHeader(header: string, isCut: boolean, frames: Frame[]): void {
    this.#frames += 1;
    const [word = ''] = header.split(' ', 1);
    const frame = controlFrame(word, header.slice(word.length + 1));
    if (frame !== undefined && (!isCut || frame.type === 'fail')) {
      this.#begun = true;
      frames.push(frame);
    } else if (isCut || !this.#beginPayload(header)) {
      this.#takeNonsense(header, frames);
    }
  }

  #beginPayload(header: string): boolean {
    const [log = '', offset = '', length = '', ...more] = header.split(' ');
    const counts = [offset, length];
    if (!logName.test(log) || more.length > 0 || !counts.every((count) => /^\d{1,15}$/.test(count)))
      return false;
    if (Number(length) > hostBounds.payloadBytes.limit) return false;
    this.#log = log;
    this.#offset = Number(offset);
    this.#left = Number(length);
    this.#expects = this.#left === 0 ? 'line end' : 'payload';
    this.#begun = true;
    return true;
  }

  // Before the first frame everything may be chatter; behind it only the runtime knows the marker.
  #takeNonsense(header: string, frames: Frame[]): void {
    if (this.#begun) this.#break(frames, `no frame is called ${JSON.stringify(header.slice(0, 60))}`);
    else frames.push({ type: 'noise', text: this.#marker + header });
  }

  #break(frames: Frame[], reason: string): void {
    this.#broken = true;
    frames.push({ type: 'broken', reason });
  }
}

function controlFrame(word: string, rest: string): Frame | undefined {
  switch (word) {
    case 'ready':
      return /^\/[^\0\r]*$/.test(rest) ? { type: 'ready', directory: rest } : undefined;
    case 'fail':
      return { type: 'fail', message: rest };
    case 'cut': {
      const [log = '', size = ''] = rest.split(' ');
      return logName.test(log) && /^\d{1,15}$/.test(size)
        ? { type: 'cut', log, size: Number(size) }
        : undefined;
    }
    case 'beat':
    case 'done':
    case 'died':
      return rest === '' ? { type: word } : undefined;
    default:
      return undefined;
  }
}
