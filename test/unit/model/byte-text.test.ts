// Bytes as text: what is UTF-8 reads as such, and no two different outputs ever become one text.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteDecoder, decodeBytes } from '../../../src/model/byte-text.ts';

const pieces = (bytes: Uint8Array, size: number): string => {
  const decoder = new ByteDecoder();
  let text = '';
  for (let at = 0; at < bytes.length; at += size) text += decoder.push(bytes.subarray(at, at + size));
  return text + decoder.end();
};

/** Bytes near what matters: lead bytes, continuations, and the borders of overlong forms and surrogates. */
const awkward = fc.uint8Array({ maxLength: 24 }).map((bytes) => {
  const borders = [
    0x00, 0x41, 0x7f, 0x80, 0x9f, 0xa0, 0xbf, 0xc1, 0xc2, 0xe0, 0xed, 0xef, 0xbb, 0xf0, 0xf4, 0xff,
  ];
  return bytes.map((byte) => borders[byte % borders.length] ?? 0);
});

/** The bytes that a text came from. */
function bytesOf(text: string): number[] {
  return Array.from(text).flatMap((character) => {
    const code = character.codePointAt(0) ?? 0;
    return code >= 0xdc80 && code <= 0xdcff ? [code - 0xdc00] : [...Buffer.from(character)];
  });
}

describe('decodeBytes', () => {
  it('reads UTF-8 as such, including a byte order mark', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(decodeBytes(Buffer.from(`\ufeff${text}`))).toBe(`\ufeff${text}`);
      }),
    );
  });

  it('loses no byte of other texts', () => {
    fc.assert(
      fc.property(awkward, (bytes) => {
        expect(bytesOf(decodeBytes(bytes))).toEqual([...bytes]);
      }),
    );
  });

  it('gives the same text in any pieces', () => {
    fc.assert(
      fc.property(awkward, fc.integer({ min: 1, max: 5 }), (bytes, size) => {
        expect(pieces(bytes, size)).toBe(decodeBytes(bytes));
      }),
    );
  });

  it('shows a complete character at once, and the beginning of one when its end has arrived', () => {
    const decoder = new ByteDecoder();
    expect(decoder.push(Uint8Array.of(0x61, 0xc3))).toBe('a');
    expect(decoder.push(Uint8Array.of(0xa9))).toBe('é');
    expect(decoder.push(Uint8Array.of(0xe2, 0x82))).toBe('');
    expect(decoder.end()).toBe('\udce2\udc82');
  });
});
