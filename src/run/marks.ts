// What stands for a secret in a text, and what a secret looks like.

/** What stands for a secret. A host may number it, so that a diff shows which values differ. */
export const mark = '[secret]';

/** Masks a value; what is masked already keeps its number. */
export function marked(value: string): string {
  return /^\[secret(?: [0-9]+)?\]$/.test(value) ? value : mark;
}

/** Long enough, and made of base64's characters only: no word of a sentence. */
export function isBase64(text: string): boolean {
  return text.length >= 16 && /^[A-Za-z0-9+/]+=*$/.test(text);
}

/** The blanks that a line begins with, and what makes a comment or a quotation of it. */
export function indentOf(line: string): string {
  return /^[ \t\r\f\v]*(?:(?:#|\/\/|>|[*])[ \t]+)?/.exec(line)?.[0] ?? '';
}

/** Masks all of a line but its indent. */
export function markedLine(line: string): string {
  const head = indentOf(line);
  return head.length >= line.length ? line : head + marked(line.slice(head.length));
}

/** Base64 that is no word: padded, or with letters of both cases and digits or signs. */
export function isRandom(text: string): boolean {
  const kinds = [/[a-z]/, /[A-Z]/, /[0-9]/, /[+/]/].filter((kind) => kind.test(text)).length;
  return isBase64(text) && text.length % 4 === 0 && (text.endsWith('=') || kinds > 2);
}
