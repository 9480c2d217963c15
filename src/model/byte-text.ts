// Bytes of hosts as text from which they could be had again. A byte that is no UTF-8 becomes a lone surrogate of its own
// (U+DC80 to U+DCFF), which no UTF-8 gives: so two texts are equal exactly when their bytes are.

const invalid = 0xdc00;

/** Decodes bytes that come in pieces; a character may be split over two of them. */
export class ByteDecoder {
  #rest: Uint8Array = new Uint8Array();

  /** Takes the next bytes; gives the text as far as its characters are whole. */
  push(bytes: Uint8Array): string {
    const all = this.#rest.length === 0 ? bytes : joined(this.#rest, bytes);
    const open = openLength(all);
    // A copy, because the caller's buffer may be reused.
    this.#rest = all.slice(all.length - open);
    return decodeBytes(all.subarray(0, all.length - open));
  }

  /** The rest, when the stream ended. */
  end(): string {
    const rest = decodeBytes(this.#rest);
    this.#rest = new Uint8Array();
    return rest;
  }
}

/** Decodes a whole text. */
export function decodeBytes(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return decodeAround(bytes);
  }
}

const unitsAtOnce = 4096;

/** If the text is not all UTF-8: character by character, since what is none may stand between any two. */
function decodeAround(bytes: Uint8Array): string {
  let text = '';
  let units: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = characterLength(bytes, at);
    if (length === 0) units.push(invalid + (bytes[at] ?? 0));
    else pushCharacter(units, bytes, at, length);
    at += Math.max(1, length);
    if (units.length < unitsAtOnce) continue;
    text += String.fromCharCode(...units);
    units = [];
  }
  return text + String.fromCharCode(...units);
}

function pushCharacter(units: number[], bytes: Uint8Array, at: number, length: number): void {
  let code = length === 1 ? (bytes[at] ?? 0) : (bytes[at] ?? 0) & (0xff >> (length + 1));
  for (let next = 1; next < length; next++) code = (code << 6) | ((bytes[at + next] ?? 0) & 0x3f);
  if (code > 0xffff) units.push(0xd7c0 + (code >> 10), 0xdc00 + (code & 0x3ff));
  else units.push(code);
}

/** How many bytes the character at a place takes; 0 when there is none, be it that the text ends too early. */
function characterLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  const length = lengthBy(first);
  for (let next = 1; next < length; next++) {
    if (!continues(first, next, bytes[at + next] ?? 0)) return 0;
  }
  return length;
}

/** So many bytes at the end are the beginning of a character that the next bytes may end. */
function openLength(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const at = bytes.length - back;
    const first = bytes[at] ?? 0;
    if (lengthBy(first) <= back) continue;
    const whole = [...bytes.subarray(at + 1)].every((byte, index) => continues(first, index + 1, byte));
    return whole ? back : 0;
  }
  return 0;
}

/** Bytes of the character that begins with this one: 0 for a byte that begins none. */
function lengthBy(first: number): number {
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return 2;
  if (first >= 0xe0 && first <= 0xef) return 3;
  return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

/** Whether a byte may follow as number `next` (from 1); the second byte excludes overlong forms and surrogates. */
function continues(first: number, next: number, byte: number): boolean {
  if (byte < 0x80 || byte > 0xbf) return false;
  if (next > 1) return true;
  if (first === 0xe0) return byte >= 0xa0;
  if (first === 0xed) return byte <= 0x9f;
  if (first === 0xf0) return byte >= 0x90;
  return first !== 0xf4 || byte <= 0x8f;
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}
