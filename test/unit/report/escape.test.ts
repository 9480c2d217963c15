import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoted, unseenIn } from '../../../src/document/quote.ts';
import {
  escapeLines,
  escapeMarkdown,
  escapeTerminal,
  escapeXml,
  stringifyJson,
} from '../../../src/report/escape.ts';

/** What is seen as a shape of its own: letters, digits, signs; no space but the plain one. Apart from the source's rule. */
const seen = /^[\p{L}\p{N}\p{P}\p{S}\p{M} ]$/u;
/** Drawn as nothing, or left out, although they are letters, signs or marks. */
const blank = /^[\p{Default_Ignorable_Code_Point}\u2800\ufffc\u{13441}\u{13442}\u{16fe4}\u{1d159}]$/u;

function isHostile(code: number): boolean {
  const character = String.fromCodePoint(code);
  return !seen.test(character) || blank.test(character);
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

  it('shows every visible character of Unicode, and escapes every other', () => {
    const raw: number[] = [];
    const written: number[] = [];
    for (let code = 0; code <= 0x10ffff; code++) {
      const character = String.fromCodePoint(code);
      const shown = escapeTerminal(`a${character}b`);
      if (shown === `a${character}b` ? isHostile(code) : hostileCodes(shown, '').length > 0) raw.push(code);
      if (shown !== `a${character}b` && !isHostile(code)) written.push(code);
    }
    expect({ raw, written }).toEqual({ raw: [], written: [] });
  });

  it.each([
    ['3164', '115f', '1160', 'ffa0', '180e', '034f', '2800', '17b4', 'fff9', 'fffa', 'fffb', '00ad', '2064'],
    ['200b', '200c', '200d', '2060', 'feff', 'fe0f', '180b', 'e0001', 'e007f', 'e0100', '1d159', '1d173'],
    [
      '202e',
      '2066',
      '200e',
      '061c',
      '00a0',
      '2003',
      '202f',
      '3000',
      '2028',
      '2029',
      'e000',
      '0378',
      '10ffff',
    ],
  ])('escapes what is invisible, moves text or is not assigned yet: %s, %s, ...', (...codes) => {
    for (const code of codes) {
      const character = String.fromCodePoint(parseInt(code, 16));
      const shown = escapeTerminal(`a${character}b`);
      expect(shown).toMatch(/^a\\(x[\da-f]{2}|u[\da-f]{4}|u\{[\da-f]+\})b$/);
      expect(quoted(character)).toMatch(/^"(\\u[\da-f]{4})+"$/);
      expect(unseenIn(`a${character}`)).toBe(`U+${code.toUpperCase()}`);
    }
  });

  it('shows marks on their letters, but neither many of them nor one on nothing', () => {
    const text = 'e\u0301 नमस्ते ภาษาไทย עִבְרִית';
    expect(escapeTerminal(text)).toBe(text);
    expect(escapeTerminal(`a${'\u0301'.repeat(20)}`)).toBe(`a${'\u0301'.repeat(8)}${'\\u0301'.repeat(12)}`);
    expect(escapeTerminal('\u0301\u0302a \u0301')).toBe('\\u0301\\u0302a \\u0301');
  });

  it('keeps tabs and newlines on request, and nothing else', () => {
    expect(escapeTerminal('a\tb\n\u001bc', 'tab-newline')).toBe('a\tb\n\\x1bc');
    expect(escapeTerminal('a\tb\nc', 'tab')).toBe('a\tb\\nc');
  });

  it('escapes everything hostile, in any text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(hostileCodes(escapeTerminal(text), '')).toEqual([]);
        expect(hostileCodes(escapeTerminal(text, 'tab-newline'), '\t\n')).toEqual([]);
        expect(escapeLines(text).flatMap((line) => hostileCodes(line, '\t'))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('does not change harmless text', () => {
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
  it('is read back unchanged and is safe on a terminal, for any value', () => {
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
  it('escapes markup and characters that XML does not allow', () => {
    expect(escapeXml('<a b="c\'">&\u0001\ufffe')).toBe('&#60;a b=&#34;c&#39;&#34;&#62;&#38;\\x01\\ufffe');
  });

  it('leaves only characters that XML 1.0 allows, in any text', () => {
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
