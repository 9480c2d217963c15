// One line of a channel, read as it comes: chatter of any length, and in it, anywhere, the marker of a frame.
import { hostBounds } from './bounds.ts';

const keptBytes = hostBounds.headerBytes.limit;

/** Looks for the marker over any split of the bytes. Of chatter it keeps the last 4 KiB, of a header the first 4 KiB. */
export class NoisyLine {
  readonly #marker: Uint8Array;
  // Twice as much as is kept, so that old bytes are moved out of the way once in 4 KiB.
  readonly #bytes = new Uint8Array(2 * keptBytes);
  #size = 0;
  #matched = 0;
  #isHeader = false;
  #isCut = false;
  /** How many bytes belong to no header, of all lines. */
  noiseBytes = 0;

  /** The first character of `marker` stands nowhere else in it. */
  constructor(marker: string) {
    this.#marker = new TextEncoder().encode(marker);
  }

  /** The marker was seen on this line; `text` is then what stands behind its last place. */
  get isHeader(): boolean {
    return this.#isHeader;
  }

  /** Something of the line was dropped. */
  get isCut(): boolean {
    return this.#isCut;
  }

  /** Takes `bytes` from `at` to before `end`; no line end is among them. */
  push(bytes: Uint8Array, at: number, end: number): void {
    for (let index = at; index < end; index++) {
      const byte = bytes[index] ?? 0;
      this.#keep(byte);
      this.#match(byte);
    }
  }

  /** The kept bytes, decoded leniently as UTF-8. */
  text(): string {
    const from = this.#isHeader ? 0 : Math.max(0, this.#size - keptBytes);
    return new TextDecoder().decode(this.#bytes.subarray(from, this.#size));
  }

  /** Begins the next line. */
  clear(): void {
    this.#size = 0;
    this.#matched = 0;
    this.#isHeader = false;
    this.#isCut = false;
  }

  #keep(byte: number): void {
    if (!this.#isHeader) this.noiseBytes += 1;
    if (this.#isHeader && this.#size === keptBytes) {
      this.#isCut = true;
      return;
    }
    if (this.#size === this.#bytes.length) {
      this.#bytes.copyWithin(0, keptBytes);
      this.#size = keptBytes;
      this.#isCut = true;
    }
    this.#bytes[this.#size] = byte;
    this.#size += 1;
  }

  #match(byte: number): void {
    const first = byte === this.#marker[0] ? 1 : 0;
    this.#matched = byte === this.#marker[this.#matched] ? this.#matched + 1 : first;
    if (this.#matched < this.#marker.length) return;
    if (!this.#isHeader) this.noiseBytes -= this.#marker.length;
    this.clear();
    this.#isHeader = true;
  }
}
