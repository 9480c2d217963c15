// The outer grammar of what comes back over an exec channel: frames with a length, so no payload can forge one.
// docs/protocol.md describes it; src/runtime/follow.sh writes it. Anything before the first frame is noise
// (a login shell's chatter) and is kept apart.

/** One thing that a channel said. `data` may come in several pieces per frame; offsets are the log's. */
export type Frame =
  | { readonly type: 'ready'; readonly directory: string }
  | { readonly type: 'fail'; readonly message: string }
  | { readonly type: 'data'; readonly log: string; readonly offset: number; readonly bytes: Uint8Array }
  | { readonly type: 'cut'; readonly log: string; readonly size: number }
  | { readonly type: 'beat' }
  | { readonly type: 'done' }
  | { readonly type: 'died' }
  | { readonly type: 'noise'; readonly text: string };

const newline = 0x0a;
const maxHeaderBytes = 4096;

/** Parses frames incrementally; holds at most one header line (4 KiB) whatever comes. */
export class FrameParser {
  readonly #marker: string;
  #header: number[] = [];
  #log = '';
  #offset = 0;
  #left = 0;
  #inPayload = false;

  constructor(nonce: string) {
    this.#marker = `@${nonce} `;
  }

  /** Takes the next bytes, in any split; gives the frames that they complete, payload bytes at once. */
  push(bytes: Uint8Array): readonly Frame[] {
    const frames: Frame[] = [];
    let at = 0;
    while (at < bytes.length) {
      if (this.#inPayload) {
        at = this.#takePayload(bytes, at, frames);
        continue;
      }
      const end = bytes.indexOf(newline, at);
      const stop = end === -1 ? bytes.length : end;
      for (let i = at; i < stop && this.#header.length < maxHeaderBytes; i++)
        this.#header.push(bytes[i] ?? 0);
      at = stop;
      if (end !== -1) {
        at = end + 1;
        this.#takeHeader(frames);
      }
    }
    return frames;
  }

  #takePayload(bytes: Uint8Array, at: number, frames: Frame[]): number {
    if (this.#left === 0) {
      // The newline behind the payload.
      this.#inPayload = false;
      return bytes[at] === newline ? at + 1 : at;
    }
    const piece = bytes.subarray(at, at + this.#left);
    frames.push({ type: 'data', log: this.#log, offset: this.#offset, bytes: piece });
    this.#offset += piece.length;
    this.#left -= piece.length;
    return at + piece.length;
  }

  #takeHeader(frames: Frame[]): void {
    const line = new TextDecoder().decode(Uint8Array.from(this.#header));
    this.#header = [];
    // A login shell may have printed a prompt without a newline before the first frame.
    const start = line.indexOf(this.#marker);
    if (start === -1) {
      if (line !== '') frames.push({ type: 'noise', text: line });
      return;
    }
    const rest = line.slice(start + this.#marker.length);
    const [word = '', ...fields] = rest.split(' ');
    const frame = controlFrame(word, fields);
    if (frame !== undefined) {
      frames.push(frame);
      return;
    }
    const [offset, length] = [Number(fields[0]), Number(fields[1])];
    if (
      !/^\d{3,}\.(ev|out|err)$/.test(word) ||
      !Number.isSafeInteger(offset) ||
      !Number.isSafeInteger(length)
    ) {
      frames.push({ type: 'noise', text: line });
      return;
    }
    this.#log = word;
    this.#offset = offset;
    this.#left = length;
    this.#inPayload = true;
  }
}

function controlFrame(word: string, fields: readonly string[]): Frame | undefined {
  switch (word) {
    case 'ready':
      return { type: 'ready', directory: fields.join(' ') };
    case 'fail':
      return { type: 'fail', message: fields.join(' ') };
    case 'cut':
      return { type: 'cut', log: fields[0] ?? '', size: Number(fields[1]) };
    case 'beat':
    case 'done':
    case 'died':
      return { type: word };
    default:
      return undefined;
  }
}
