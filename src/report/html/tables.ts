// Tables of a page's data: what many hosts said stands there once. Texts are made safe to show here and nowhere else, and are
// bounded one by one and together, so that no host can make a page that nobody can open.
import { escapeTerminal } from '../escape.ts';

/** Rows that are equal are one. */
export class Table<T> {
  readonly rows: T[] = [];
  readonly #numbers = new Map<string, number>();

  /** The number of the row. */
  add(row: T): number {
    const key = JSON.stringify(row);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#numbers.set(key, this.rows.length);
    return this.rows.push(row) - 1;
  }
}

/** Most characters of one text, its last ones; of what is wrong more of it may matter. */
const mostOfOne = { plain: 8 * 1024, wrong: 64 * 1024 };
/** Most characters of all texts together, of what is wrong and of all. */
const mostOfAll = { plain: 8 * 1024 ** 2, wrong: 10 * 1024 ** 2 };

/** How much a text matters. */
export type Weight = keyof typeof mostOfOne;

/** A text in the table, and what is missing of it. */
export interface Kept {
  readonly row: number;
  readonly cut?: 'only its end is kept' | 'it is left out, because the page would be too large';
}

/** The texts of a page; number 0 is the empty one. */
export class Texts {
  readonly #table = new Table<string>();
  #length = 0;

  constructor() {
    this.#table.add('');
  }

  get rows(): readonly string[] {
    return this.#table.rows;
  }

  /** What several lines may be. */
  add(text: string, weight: Weight = 'plain'): Kept {
    const most = mostOfOne[weight];
    const end = text.length <= most ? text : text.slice(-most);
    const shown = escapeTerminal(end, 'tab-newline');
    const before = this.#table.rows.length;
    if (this.#length + shown.length > mostOfAll[weight])
      return { row: 0, cut: 'it is left out, because the page would be too large' };
    const row = this.#table.add(shown);
    if (this.#table.rows.length > before) this.#length += shown.length;
    return end.length < text.length ? { row, cut: 'only its end is kept' } : { row };
  }
}

/** A text of one line, as a name, reason or message is. */
export function line(text: string): string {
  const shown = escapeTerminal(text.length <= mostOfLine ? text : text.slice(0, mostOfLine));
  return text.length <= mostOfLine ? shown : `${shown} ... (${text.length - mostOfLine} more characters)`;
}

const mostOfLine = 2000;
