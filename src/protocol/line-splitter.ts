// The event log as it comes, in lines. A line is put together in one buffer, whatever the pieces that it comes in.
import { decodeBytes } from '../model/index.ts';
import { hostBounds } from './bounds.ts';

const newline = 0x0a;
const mostBytes = hostBounds.lineBytes.limit;
const firstRoom = 1024;

/** Splits a byte stream into event lines. A line beyond 256 KiB is cut there, and its last field says so. */
export class LineSplitter {
  #line = new Uint8Array(firstRoom);
  /** Bytes of the line so far, and how many of them are kept. */
  #size = 0;
  #kept = 0;

  /** How much memory an unfinished line takes. */
  get heldBytes(): number {
    return this.#line.length;
  }

  /** Takes the next bytes; gives the lines that they complete. A byte that is no UTF-8 is a lone U+DC80 to U+DCFF. */
  push(bytes: Uint8Array): readonly string[] {
    const lines: string[] = [];
    let at = 0;
    for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, at)) {
      this.#keep(bytes.subarray(at, end));
      lines.push(this.#take());
      at = end + 1;
    }
    this.#keep(bytes.subarray(at));
    return lines;
  }

  #take(): string {
    const text = decodeBytes(this.#line.subarray(0, this.#kept));
    const line = this.#size > this.#kept ? `${text}... cut here: the line has ${this.#size} bytes` : text;
    if (this.#line.length > firstRoom) this.#line = new Uint8Array(firstRoom);
    this.#size = this.#kept = 0;
    return line;
  }

  #keep(bytes: Uint8Array): void {
    this.#size += bytes.length;
    const piece = bytes.subarray(0, mostBytes - this.#kept);
    const kept = this.#kept + piece.length;
    if (kept > this.#line.length) this.#grow(kept);
    this.#line.set(piece, this.#kept);
    this.#kept = kept;
  }

  #grow(size: number): void {
    const wider = new Uint8Array(Math.max(size, this.#line.length * 2));
    wider.set(this.#line.subarray(0, this.#kept));
    this.#line = wider;
  }
}
