// How one character may be written where a text was encoded or escaped: in URLs, JSON, HTML, XML, mail, zone files, sh,
// C and listings; and in some of them twice, as JSON that is a text in JSON.

const named: Readonly<Record<string, readonly string[]>> = {
  '&': ['&amp;'],
  '<': ['&lt;'],
  '>': ['&gt;'],
  '"': ['&quot;', '""', '\\\\\\"', '\\&quot;', '&amp;quot;'],
  '\\': ['\\\\\\\\'],
  "'": ['&apos;', "'\\''", `'"'"'`, "''"],
  ' ': ['+', '&nbsp;', '\\ ', '_'],
  '\n': ['\\n', '\\\\n', '\r\n', '\\r\\n', '%0D%0A', '%0d%0a', '=0D=0A'],
  '\r': ['\\r', '\\\\r'],
  '\t': ['\\t', '\\\\t'],
  '\b': ['\\b', '\\\\b'],
  '\f': ['\\f', '\\\\f'],
};

const known = new Map<string, readonly string[]>();

/** All the spellings of a character; itself comes first. */
export function spellings(character: string): readonly string[] {
  const found = known.get(character) ?? [...new Set(spell(character))];
  known.set(character, found);
  return found;
}

function spell(character: string): readonly string[] {
  const bytes = [...Buffer.from(character)];
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  const code = character.codePointAt(0) ?? 0;
  const octal = bytes.map((byte) => byte.toString(8).padStart(3, '0'));
  const decimal = bytes.map((byte) => `\\${String(byte).padStart(3, '0')}`);
  const isPlain = /[A-Za-z0-9\s]/.test(character);
  return [
    character,
    ...(named[character] ?? []),
    ...(isPlain ? [] : [`\\${character}`]),
    ...hexadecimal(bytes, '%', 2),
    ...hexadecimal(bytes, '%25', 2),
    ...hexadecimal(bytes, '=', 2),
    // Mail breaks long lines so.
    ...['=\n', '=\r\n'].flatMap((lineEnd) =>
      [character, ...hexadecimal(bytes, '=', 2)].map((text) => lineEnd + text),
    ),
    ...hexadecimal(bytes, '\\x', 2),
    ...hexadecimal(units, '\\u', 4),
    ...['&#x', '&#X'].flatMap((sign) =>
      [1, 2, 4].flatMap((width) => hexadecimal([code], sign, width).map((text) => `${text};`)),
    ),
    ...hexadecimal([code], '\\u{', 1).map((text) => `${text}}`),
    octal.map((digits) => `\\${digits}`).join(''),
    octal.map((digits) => `\\0${digits}`).join(''),
    decimal.join(''),
    ...(code < 0x80 ? [] : [bytes.map(visOf).join(''), bytes.map(catOf).join('')]),
    `&#${String(code)};`,
    `&#${String(code).padStart(3, '0')};`,
  ];
}

/** Values with a sign before each, in small and in capital digits. */
function hexadecimal(values: readonly number[], sign: string, width: number): readonly string[] {
  const digits = values.map((value) => value.toString(16).padStart(width, '0'));
  return [
    digits.map((text) => sign + text).join(''),
    digits.map((text) => sign + text.toUpperCase()).join(''),
  ];
}

/** A byte beyond ASCII as vis(3) writes it, and with it syslogd. */
function visOf(byte: number): string {
  const low = byte - 0x80;
  if (low === 0x20) return '\\240';
  return low < 0x20 || low === 0x7f ? `\\M^${controlOf(low)}` : `\\M-${String.fromCharCode(low)}`;
}

/** The same as `cat -v` writes it. */
function catOf(byte: number): string {
  const low = byte - 0x80;
  return low < 0x20 || low === 0x7f ? `M-^${controlOf(low)}` : `M-${String.fromCharCode(low)}`;
}

function controlOf(low: number): string {
  return String.fromCharCode(low ^ 0x40);
}
