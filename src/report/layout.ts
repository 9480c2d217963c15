// Laying out lines: display width, wrapping, aligned columns. Text comes in escaped and leaves unpainted.
import { foldHostNames } from '../model/index.ts';
import { escapeTerminal } from './escape.ts';
import { type Mark, type Style, symbol } from './style.ts';

/** Columns that a text takes on a terminal: combining marks take none, East Asian wide characters and emoji two. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

function characterWidth(character: string): number {
  if (/\p{M}|\u200d/u.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}

/** The biggest of any number of widths, 0 for none. */
export function widest(widths: Iterable<number>): number {
  let most = 0;
  for (const width of widths) most = Math.max(most, width);
  return most;
}

const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303f\uff01-\uff60]/u;

/** The text with spaces behind it up to a display width. */
export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}

/** The text cut to a display width, with a mark at its end when something was cut. */
export function truncate(text: string, width: number, style: Style): string {
  const mark = style.unicode ? '…' : '>';
  let cut = '';
  let used = 0;
  let length = 0;
  for (const character of text) {
    used += characterWidth(character);
    length += 1;
    // Any number of combining marks takes no width; a text is not looked at for ever because of them.
    if (used > width || length > width * mostMarks) return cut + mark;
    if (used < width) cut += character;
  }
  return text;
}

const mostMarks = 8;

/** Breaks a text at spaces, or behind commas in long words, so that lines keep to a width where they can. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const piece of text.match(/\s*[^\s,]*,?/g) ?? []) {
    if (line !== '' && displayWidth(line + piece) > width) {
      lines.push(line);
      line = piece.trimStart();
    } else {
      line += piece;
    }
  }
  return line === '' && lines.length > 0 ? lines : [...lines, line];
}

/** One entry of a list: a symbol, who it is about, and what there is to say, over several lines if need be. */
export interface Row {
  readonly mark: Mark;
  readonly label: string;
  /** Wrapped to the width left. */
  readonly text: string;
  /** Under the text: lines that are kept as they are, such as a diff, and sentences. */
  readonly below?: readonly (string | Sentence)[];
}

/** Words that are wrapped to the width left; further lines are indented. */
export interface Sentence {
  readonly words: string;
}

/** `do:` and the hint, escaped; nothing for none. */
export function hintLines(hint: string | undefined): Sentence[] {
  return hint === undefined || hint === '' ? [] : [{ words: `do: ${escapeTerminal(hint)}` }];
}

/** A sentence in lines of a width. */
export function sentenceLines({ words }: Sentence, width: number): string[] {
  const [first = '', ...further] = wrap(words, width);
  // What is left of a line is wrapped again, because the indentation takes of it.
  const rest = further.length === 0 ? [] : wrap(words.slice(first.length).trimStart(), width - 4);
  return [first, ...rest.map((line) => `    ${line}`)];
}

/** A label wider than this does not push everybody's text to the right; its text starts on the next line. */
const widestLabel = 32;

/** Rows with their texts aligned behind the widest (reasonable) label. */
export function layOut(rows: readonly Row[], style: Style): string[] {
  const widths = rows.map(({ label }) => displayWidth(label)).filter((width) => width <= widestLabel);
  const labelWidth = widest(widths);
  return rows.flatMap((row) => rowLines(row, labelWidth, style));
}

function rowLines(row: Row, labelWidth: number, style: Style): string[] {
  const indent = ' '.repeat(labelWidth + 5);
  const fits = displayWidth(row.label) <= labelWidth;
  const width = Math.max(20, style.columns - indent.length);
  const text = wrap(row.text, width);
  const head = fits
    ? [`${padEnd(row.label, labelWidth)}   ${text[0] ?? ''}`, ...text.slice(1).map((line) => indent + line)]
    : [...labelLines(row.label, style), ...text.map((line) => indent + line)];
  const below = (row.below ?? [])
    .flatMap((one) => (typeof one === 'string' ? [one] : sentenceLines(one, width)))
    .map((line) => indent + line);
  return [`${symbol(style, row.mark)} ${head[0] ?? ''}`, ...head.slice(1), ...below].map((line) =>
    line.trimEnd(),
  );
}

function labelLines(label: string, style: Style): string[] {
  return wrap(label, Math.max(20, style.columns - 2)).map((line, index) =>
    index === 0 ? line : `  ${line}`,
  );
}

/** `ns8` for one host, `ns[1-7,9] (8 hosts)` for more; names are escaped. */
export function hostLabel(hosts: readonly string[]): string {
  const names = escapeTerminal(foldHostNames(hosts));
  return hosts.length === 1 ? names : `${names} (${hosts.length} hosts)`;
}

/** `1 host`, `3 hosts`, with `plural` for words that take more than an s. */
export function count(number: number, word: string, plural = `${word}s`): string {
  return `${number} ${number === 1 ? word : plural}`;
}
