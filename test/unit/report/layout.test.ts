import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  displayWidth,
  hintLines,
  layOut,
  sentenceLines,
  truncate,
  wrap,
} from '../../../src/report/layout.ts';
import { plainStyle } from '../../../src/report/style.ts';

describe('displayWidth', () => {
  it.each([
    ['abc', 3],
    ['日本', 4],
    ['e\u0301', 1],
    ['😀', 2],
    ['✔', 1],
    ['', 0],
  ])('of %j is %d', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });
});

describe('wrap', () => {
  it('breaks at spaces, and after commas in long words', () => {
    expect(wrap('one two three', 8)).toEqual(['one two', 'three']);
    expect(wrap('ns[1-3,5,7-9]', 8)).toEqual(['ns[1-3,', '5,7-9]']);
  });

  it('keeps a word that does not fit whole', () => {
    expect(wrap('a /usr/pkg/sbin/named b', 6)).toEqual(['a', '/usr/pkg/sbin/named', 'b']);
  });

  it('gives one empty line for an empty text', () => {
    expect(wrap('', 10)).toEqual(['']);
  });

  it('loses nothing but spaces', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 20 }), (text, width) => {
        expect(wrap(text, width).join('').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
      }),
    );
  });
});

describe('truncate', () => {
  it('cuts to the width and marks the cut', () => {
    expect(truncate('abcdef', 4, plainStyle)).toBe('abc…');
    expect(truncate('日本語', 4, plainStyle)).toBe('日…');
    expect(truncate('abcd', 4, plainStyle)).toBe('abcd');
    expect(truncate('abcdef', 4, { ...plainStyle, unicode: false })).toBe('abc>');
  });
});

describe('layOut', () => {
  it('aligns texts and hangs wrapped lines below them', () => {
    const rows = [
      { mark: 'good', label: 'ns1', text: 'fine' },
      { mark: 'bad', label: 'ns10', text: 'a text that has to be wrapped', below: ['| as is'] },
    ] as const;
    expect(layOut(rows, { ...plainStyle, columns: 30 })).toEqual([
      '✔ ns1    fine',
      '✖ ns10   a text that has to be',
      '         wrapped',
      '         | as is',
    ]);
  });

  it('gives a very wide label its own lines', () => {
    const label = `ns[${Array.from({ length: 20 }, (_, index) => index * 2).join(',')}] (20 hosts)`;
    const rows = [
      { mark: 'good', label: 'mx1', text: 'fine' },
      { mark: 'bad', label, text: 'broken' },
    ] as const;
    expect(layOut(rows, { ...plainStyle, columns: 40 })).toEqual([
      '✔ mx1   fine',
      '✖ ns[0,2,4,6,8,10,12,14,16,18,20,22,24,',
      '  26,28,30,32,34,36,38] (20 hosts)',
      '        broken',
    ]);
  });
});

describe('a hint', () => {
  it('is wrapped between words, with further lines indented', () => {
    const [hint = { words: '' }] = hintLines('set identity_file for this host, or load a key');
    expect(sentenceLines(hint, 26)).toEqual([
      'do: set identity_file for',
      '    this host, or load a',
      '    key',
    ]);
    expect(hintLines('')).toEqual([]);
    expect(hintLines(undefined)).toEqual([]);
  });

  it('keeps all words in their order, and each line within the width if its words fit', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z]{1,9}$/), { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 20, max: 100 }),
        (words, width) => {
          const lines = sentenceLines({ words: words.join(' ') }, width);
          expect(lines.join(' ').split(/ +/)).toEqual(words);
          expect(lines.every((line) => line.length <= width)).toBe(true);
        },
      ),
    );
  });

  it('stands below its row, as wide as the text', () => {
    const below = ['+ a line of a diff that is as long as it is', { words: 'do: this and that and more' }];
    expect(
      layOut([{ mark: 'bad', label: 'ns1', text: 'failed', below }], { ...plainStyle, columns: 30 }),
    ).toEqual([
      '✖ ns1   failed',
      '        + a line of a diff that is as long as it is',
      '        do: this and that and',
      '            more',
    ]);
  });
});
