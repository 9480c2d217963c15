// Making untrusted text safe to show: what hosts send must not move the cursor, recolour, hide or reorder anything.
import { unseen } from '../model/index.ts';

/** Which control characters stay as they are: none (one-line text), tabs, or tabs and newlines. */
export type Keep = 'none' | 'tab' | 'tab-newline';

const kept: Readonly<Record<Keep, string>> = { none: '', tab: '\t', 'tab-newline': '\t\n' };

/** Makes what cannot be seen (see `unseen`) visible as `\x1b`, `\u202e` or `\u{e0001}`; `\n`, `\t` and `\r` get their short names. */
export function escapeTerminal(text: string, keep: Keep = 'none'): string {
  return text.replace(unseen, (character) =>
    kept[keep].includes(character) ? character : visible(character),
  );
}

/** The lines of a text, each escaped but for tabs; a final newline gives no empty line, an empty text no line. */
export function escapeLines(text: string): string[] {
  if (text === '') return [];
  return text
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => escapeTerminal(line, 'tab'));
}

/**
 * JSON of a plain value, safe on a terminal too: the same characters are written as `\uXXXX`, which JSON readers
 * turn into the original characters. Throws TypeError for cycles.
 */
export function stringifyJson(value: unknown, indent = 0): string {
  // Line breaks that JSON.stringify puts between fields are the only ones left outside strings.
  return JSON.stringify(value, null, indent).replace(unseen, (character) =>
    character === '\n' ? character : jsonUnits(character),
  );
}

/** Text for XML 1.0 character data and attributes; what XML cannot carry is made visible with the rest. */
export function escapeXml(text: string): string {
  return escapeTerminal(text, 'tab-newline').replace(/[&<>"']/g, (character) => {
    return `&#${character.charCodeAt(0)};`;
  });
}

/** One-line text for Markdown: no character starts markup, HTML or a new table cell. */
export function escapeMarkdown(text: string): string {
  return escapeTerminal(text)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/[\\`*_{}[\]()#+!|~>]/g, '\\$&');
}

function visible(character: string): string {
  const short = { '\n': '\\n', '\t': '\\t', '\r': '\\r' }[character];
  if (short !== undefined) return short;
  const code = character.codePointAt(0) ?? 0;
  // A byte that is no UTF-8, as it stands in texts of hosts.
  const hex = (code >= 0xdc80 && code <= 0xdcff ? code - 0xdc00 : code).toString(16);
  if (code >= 0xdc80 && code <= 0xdcff) return `\\x${hex}`;
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\u{${hex}}`;
}

function jsonUnits(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
