// How one character may be written where a text was encoded or escaped: in URLs, JSON, HTML, XML, sh, C and listings.

const named: Readonly<Record<string, readonly string[]>> = {
  '&': ['&amp;'],
  '<': ['&lt;'],
  '>': ['&gt;'],
  '"': ['&quot;', '""'],
  "'": ['&apos;', "'\\''", `'"'"'`, "''"],
  ' ': ['+', '&nbsp;'],
  '\n': ['\\n', '\r\n', '\\r\\n', '%0D%0A', '%0d%0a'],
  '\r': ['\\r'],
  '\t': ['\\t'],
  '\b': ['\\b'],
  '\f': ['\\f'],
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
  const isPlain = /[A-Za-z0-9\s]/.test(character);
  return [
    character,
    ...(named[character] ?? []),
    ...(isPlain ? [] : [`\\${character}`]),
    ...hexadecimal(bytes, '%', 2),
    ...hexadecimal(bytes, '\\x', 2),
    ...hexadecimal(units, '\\u', 4),
    ...[1, 2, 4].flatMap((width) => hexadecimal([code], '&#x', width).map((text) => `${text};`)),
    ...hexadecimal([code], '\\u{', 1).map((text) => `${text}}`),
    octal.map((digits) => `\\${digits}`).join(''),
    octal.map((digits) => `\\0${digits}`).join(''),
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
