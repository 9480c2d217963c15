// The bytes that a text of a host was made of: a byte that was no UTF-8 stands in it as a lone surrogate, see `StepResult`.

/** The bytes of a text. One loop, because a host may send a text in which nothing is UTF-8. */
export function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 3);
  let size = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.codePointAt(at) ?? 0;
    if (code >= 0xdc80 && code <= 0xdcff) bytes[size++] = code & 0xff;
    else size = putCharacter(bytes, size, code >= 0xd800 && code <= 0xdfff ? 0xfffd : code);
    if (code > 0xffff) at++;
  }
  return bytes.subarray(0, size);
}

/** Writes a character in UTF-8; gives the place behind it. */
function putCharacter(bytes: Uint8Array, at: number, code: number): number {
  if (code < 0x80) {
    bytes[at] = code;
    return at + 1;
  }
  const more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  bytes[at] = ((0xff00 >> (more + 1)) & 0xff) | (code >> (6 * more));
  for (let next = 1; next <= more; next++) bytes[at + next] = 0x80 | ((code >> (6 * (more - next))) & 0x3f);
  return at + more + 1;
}
