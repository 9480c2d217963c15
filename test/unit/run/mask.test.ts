// Masking by value: in every form, however it is written, over every split.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { secretForms, ValueMask, ValueStream } from '../../../src/run/mask.ts';

const secret = 'c0rrect horse/battery+staple';

function maskText(text: string, secrets: readonly string[]): string {
  return new ValueMask(secretForms(secrets)).text(text);
}

/** All stretches of a text of this length. */
function windowsOf(text: string, length: number): readonly string[] {
  return Array.from({ length: text.length - length + 1 }, (_, at) => text.slice(at, at + length));
}

const html: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const percent = (byte: number): string => `%${byte.toString(16).padStart(2, '0')}`;

/** Writers of a value, as programs have them. */
const writers: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  base64: (text) => Buffer.from(text).toString('base64'),
  'base64 at offset 1': (text) => Buffer.from(`x${text}`).toString('base64'),
  'base64 at offset 2': (text) => Buffer.from(`xy${text}`).toString('base64'),
  'base64 for URLs': (text) => Buffer.from(text).toString('base64url'),
  'base64 over lines of 20': (text) => wrapped(Buffer.from(text).toString('base64'), 20, '\n'),
  'base64 in a diff': (text) => wrapped(Buffer.from(text).toString('base64'), 12, '\n+  '),
  'base64 in JSON': (text) => JSON.stringify(wrapped(Buffer.from(text).toString('base64'), 12, '\n')),
  'percent-encoded base64': (text) => encodeURIComponent(Buffer.from(text).toString('base64')),
  'percent-encoded': encodeURIComponent,
  'percent-encoded in small letters': (text) =>
    encodeURIComponent(text).replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
  'percent-encoded byte by byte': (text) => [...Buffer.from(text)].map(percent).join(''),
  'a form': (text) => new URLSearchParams({ x: text }).toString().slice(2),
  JSON: (text) => JSON.stringify(text),
  'JSON of PHP': (text) => JSON.stringify(text).replaceAll('/', '\\/'),
  'JSON in ASCII': (text) =>
    JSON.stringify(text).replace(
      /[^ -~]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  HTML: (text) => text.replace(/[&<>"']/g, (character) => html[character] ?? ''),
  'XML in numbers': (text) =>
    Array.from(text, (character) => `&#${String(character.codePointAt(0))};`).join(''),
  'quoted for sh': (text) => `'${text.replaceAll("'", "'\\''")}'`,
  'with backslashes': (text) => text.replace(/[^A-Za-z0-9\s]/gu, (character) => `\\${character}`),
  hexadecimal: (text) => Buffer.from(text).toString('hex'),
  'octal escapes': (text) =>
    [...Buffer.from(text)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join(''),
  'hexadecimal in capitals': (text) => Buffer.from(text).toString('hex').toUpperCase(),
  'hexadecimal over lines': (text) => wrapped(Buffer.from(text).toString('hex'), 16, '\n'),
  'hexadecimal, byte by byte': (text) => spaced(text, 2, ' '),
  'hexadecimal, as a fingerprint': (text) => spaced(text, 2, ':').toUpperCase(),
  'hexadecimal, word by word': (text) => spaced(text, 4, ' '),
  'hexadecimal in C': (text) => `0x${spaced(text, 2, ', 0x')}`,
  'hexadecimal escapes': (text) => [...Buffer.from(text)].map((byte) => `\\x${hex(byte)}`).join(''),
  'quoted-printable': (text) => quotedPrintable(text),
  'quoted-printable in small letters': (text) =>
    quotedPrintable(text).replace(/=[0-9A-F]{2}/g, (code) => code.toLowerCase()),
  'quoted-printable over lines': (text) =>
    quotedPrintable(text).replace(/(?:(?:=[89A-F].)+|=[0-7].|[^=]){1,4}/gu, '$&=\n'),
  'an escaped text of a zone': (text) =>
    [...Buffer.from(text)]
      .map((byte) =>
        /\w/.test(String.fromCharCode(byte)) && byte < 128 ? String.fromCharCode(byte) : decimal(byte),
      )
      .join(''),
  'JSON in JSON': (text) => JSON.stringify(JSON.stringify(text)),
  'JSON in HTML': (text) => JSON.stringify(text).replace(/[&<>"']/g, (character) => html[character] ?? ''),
  'percent-encoded twice': (text) => encodeURIComponent(encodeURIComponent(text)),
  'XML in hexadecimal numbers': (text) =>
    Array.from(text, (character) => `&#X${(character.codePointAt(0) ?? 0).toString(16).toUpperCase()};`).join(
      '',
    ),
  'vis(3)': (text) => text.replace(/[^ -~\n\t]+/g, (rest) => [...Buffer.from(rest)].map(vis).join('')),
  backwards: (text) => Array.from(text).toReversed().join(''),
  'wrapped over lines': (text) => wrapped(text, 7, '\n'),
};

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

function spaced(text: string, digits: number, between: string): string {
  const bytes = Buffer.from(text).toString('hex');
  return (bytes.match(new RegExp(`.{1,${String(digits)}}`, 'g')) ?? []).join(between);
}

function quotedPrintable(text: string): string {
  const plain = (byte: number): boolean =>
    byte === 9 || byte === 32 || (byte > 32 && byte < 127 && byte !== 61);
  return [...Buffer.from(text)]
    .map((byte) => (plain(byte) ? String.fromCharCode(byte) : `=${hex(byte).toUpperCase()}`))
    .join('');
}

function decimal(byte: number): string {
  return `\\${String(byte).padStart(3, '0')}`;
}

function vis(byte: number): string {
  const low = byte & 0x7f;
  if (low === 32) return '\\240';
  return low < 32 || low === 127 ? `\\M^${String.fromCharCode(low ^ 64)}` : `\\M-${String.fromCharCode(low)}`;
}

function wrapped(text: string, width: number, lineEnd: string): string {
  return text.replace(new RegExp(`.{${String(width)}}`, 'gu'), (line) => line + lineEnd);
}

describe('a secret that another one begins with', () => {
  it('is masked at the end of a text, although the longer one might have continued', () => {
    expect(maskText('it is abcdef', ['abcdef', 'abcdefgh'])).toBe('it is [secret]');
    expect(maskText('it is abcdefgh', ['abcdef', 'abcdefgh'])).toBe('it is [secret]');
  });
});

describe('a secret of the run', () => {
  it.each(Object.entries(writers))('is masked if it is written as %s', (_, write) => {
    for (const value of [secret, `it's <"${secret}"> & \\ | ü €`, 'two lines\nof a secret/key+here']) {
      const text = write(value);
      const masked = maskText(`before ${text} after`, [value]);
      expect(masked).toMatch(/^before .*\[secret\].* after$/s);
      for (const window of windowsOf(text, 8)) expect(masked).not.toContain(window);
    }
  });

  it('is masked whatever it is and however it is written', () => {
    const character = fc.constantFrom(
      ...Array.from(`abcXYZ019+/=_-.,:;'"\\|<>&%$#@!?*(){}[]~^\` ü€😀`),
      '\t',
    );
    const value = fc.array(character, { minLength: 12, maxLength: 40 }).map((list) => list.join(''));
    fc.assert(
      fc.property(value, fc.constantFrom(...Object.values(writers)), (text, write) => {
        const shown = write(text);
        const masked = maskText(`[${shown}]`, [text]);
        for (const window of windowsOf(shown, 8)) {
          if (new Set(window).size > 2) expect(masked).not.toContain(window);
        }
      }),
      { numRuns: 600 },
    );
  });

  it('of three characters is not masked, because it would mask half of all text', () => {
    expect(secretForms(['abc'])).toEqual([]);
    expect(maskText('abc', ['abc'])).toBe('abc');
  });

  it('with several lines is masked by each of them', () => {
    expect(maskText('x line two x', ['line one\nline two'])).toBe('x [secret] x');
  });

  it('over several lines does not change the lines and their signs', () => {
    expect(maskText('+a c0rrect horse\n+  /battery+\n+staple;\n z', [secret])).toBe(
      '+a [secret]\n+  [secret]\n+[secret];\n z',
    );
  });

  it('does not affect other text', () => {
    const text = 'c0rrect horse/battery staple, correct horse/battery+staple\n\\n%63 &amp; "x"';
    expect(maskText(text, [secret])).toBe(text);
  });
});

describe('a stream', () => {
  it('shows no secret through any split, and loses nothing else', () => {
    const text = `a ${secret} b ${secret}${secret} ${encodeURIComponent(secret)} ${JSON.stringify(secret)} c0rrect ho`;
    const whole = maskText(text, [secret]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }), (sizes) => {
        const stream = new ValueStream(new ValueMask(secretForms([secret])));
        let out = '';
        let at = 0;
        for (let index = 0; at < text.length; index++) {
          const size = sizes[index % sizes.length] ?? 1;
          out += stream.push(text.slice(at, at + size));
          at += size;
        }
        expect(out + stream.flush()).toBe(whole);
      }),
    );
  });

  it('passes everything at once when there are no secrets', () => {
    expect(new ValueStream(new ValueMask([])).push('live output')).toBe('live output');
  });
});
