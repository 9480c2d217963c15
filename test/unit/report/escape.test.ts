import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  escapeLines,
  escapeMarkdown,
  escapeTerminal,
  escapeXml,
  stringifyJson,
} from '../../../src/report/escape.ts';

/** Characters that a terminal may act on, or that hide or reorder others; written out apart from the source's list. */
function isHostile(code: number): boolean {
  const ranges = [
    [0x00, 0x1f],
    [0x7f, 0x9f],
    [0x61c, 0x61c],
    [0x200b, 0x200b],
    [0x200e, 0x200f],
    [0x2028, 0x202e],
    [0x2060, 0x2069],
    [0xd800, 0xdfff],
    [0xfeff, 0xfeff],
    [0xe0000, 0xe007f],
  ] as const;
  return ranges.some(([first, last]) => code >= first && code <= last);
}

function hostileCodes(text: string, but: string): number[] {
  return Array.from(text)
    .filter((character) => !but.includes(character))
    .map((character) => character.codePointAt(0)!)
    .filter(isHostile);
}

/** Any UTF-16, lone surrogates included, with hostile characters made likely. */
const anyText = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
      fc.constantFrom(
        '\u001b',
        '\u009b',
        '\u202e',
        '\u2066',
        '\r',
        '\n',
        '\t',
        '\0',
        '\u{e0041}',
        'a',
        '<',
        '&',
        '|',
      ),
    ),
    { maxLength: 40 },
  )
  .map((units) => units.join(''));

describe('escapeTerminal', () => {
  it.each([
    ['\u001b[31mred', '\\x1b[31mred'],
    ['a\u0007\u0000\u007f', 'a\\x07\\x00\\x7f'],
    ['\u009b2J', '\\x9b2J'],
    ['\u202etxt.exe', '\\u202etxt.exe'],
    ['\u2066x\u2069', '\\u2066x\\u2069'],
    ['\ud800x', '\\ud800x'],
    ['\u{e0041}', '\\u{e0041}'],
    ['a\nb\tc\rd', 'a\\nb\\tc\\rd'],
    ['grün 日本 😀', 'grün 日本 😀'],
  ])('shows %j as %j', (text, shown) => {
    expect(escapeTerminal(text)).toBe(shown);
  });

  it('keeps tabs and newlines when asked, and nothing else', () => {
    expect(escapeTerminal('a\tb\n\u001bc', 'tab-newline')).toBe('a\tb\n\\x1bc');
    expect(escapeTerminal('a\tb\nc', 'tab')).toBe('a\tb\\nc');
  });

  it('lets nothing hostile through, whatever comes', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(hostileCodes(escapeTerminal(text), '')).toEqual([]);
        expect(hostileCodes(escapeTerminal(text, 'tab-newline'), '\t\n')).toEqual([]);
        expect(escapeLines(text).flatMap((line) => hostileCodes(line, '\t'))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('leaves text alone in which nothing is hostile', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(escapeTerminal(text)).toBe(text);
      }),
    );
  });
});

describe('escapeLines', () => {
  it.each([
    ['', []],
    ['a', ['a']],
    ['a\n', ['a']],
    ['a\n\n', ['a', '']],
    ['a\r\n\tb', ['a\\r', '\tb']],
  ])('splits %j', (text, lines) => {
    expect(escapeLines(text)).toEqual(lines);
  });
});

describe('stringifyJson', () => {
  it('reads back as it was and is safe on a terminal, whatever comes', () => {
    fc.assert(
      fc.property(anyText, anyText, (key, value) => {
        const text = stringifyJson({ [key]: [value] }, 2);
        expect(JSON.parse(text)).toEqual({ [key]: [value] });
        expect(hostileCodes(text, '\n')).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps to one line without an indent', () => {
    expect(stringifyJson({ a: 'x\ny\u2028z\u009b' })).toBe('{"a":"x\\ny\\u2028z\\u009b"}');
  });
});

describe('escapeXml', () => {
  it('escapes markup and what XML cannot carry', () => {
    expect(escapeXml('<a b="c\'">&\u0001\ufffe')).toBe('&#60;a b=&#34;c&#39;&#34;&#62;&#38;\\x01&#65533;');
  });

  it('leaves only characters that XML 1.0 allows, whatever comes', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(escapeXml(text)).toMatch(/^[\t\n\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u);
        expect(escapeXml(text)).not.toMatch(/[<>"']/);
      }),
    );
  });
});

describe('escapeMarkdown', () => {
  it('escapes what would be markup, HTML or a table cell', () => {
    expect(escapeMarkdown('a|b `c` <d> [e](f)\n')).toBe('a\\|b \\`c\\` &lt;d\\> \\[e\\]\\(f\\)\\\\n');
  });
});
