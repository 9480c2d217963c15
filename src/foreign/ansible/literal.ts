// Values in an INI file, which Ansible reads as literals of Python where they are one, and as text where not.
import type { Node } from '../yaml11.ts';

/** The value of a word: `True`, `0x10`, `'text'`, `['a', 1]`, `{'k': None}`; anything else is the text itself. */
export function parseLiteral(text: string, line: number): Node {
  const reader = new Reader(text.trim(), line);
  const value = /^[ \t]/.test(text) ? undefined : reader.value(0);
  return value !== undefined && reader.isAtEnd() ? value : { line, value: text };
}

class Reader {
  readonly #text: string;
  readonly #line: number;
  #at = 0;

  constructor(text: string, line: number) {
    this.#text = text;
    this.#line = line;
  }

  /** A comment of Python may follow. */
  isAtEnd(): boolean {
    this.#blanks();
    return this.#at === this.#text.length || this.#text[this.#at] === '#';
  }

  value(depth: number): Node | undefined {
    this.#blanks();
    if (depth > 20) return undefined;
    const first = this.#text[this.#at] ?? '';
    if (first === '[' || first === '(') return this.#list(first === '[' ? ']' : ')', depth);
    if (first === '{') return this.#dict(depth);
    if (first === '"' || first === "'") return this.#string(first);
    return this.#word();
  }

  #blanks(): void {
    while (/[ \t\n]/.test(this.#text[this.#at] ?? '')) this.#at += 1;
  }

  #take(mark: string): boolean {
    this.#blanks();
    if (!this.#text.startsWith(mark, this.#at)) return false;
    this.#at += mark.length;
    return true;
  }

  #list(close: string, depth: number): Node | undefined {
    this.#at += 1;
    const items: Node[] = [];
    let commas = 0;
    while (!this.#take(close)) {
      const item = this.value(depth + 1);
      if (item === undefined) return undefined;
      items.push(item);
      if (this.#take(',')) commas += 1;
      else if (!this.#take(close)) return undefined;
      else break;
    }
    // One value in round brackets is that value.
    if (close === ')' && items.length === 1 && commas === 0) return items[0];
    return { line: this.#line, value: items };
  }

  #dict(depth: number): Node | undefined {
    this.#at += 1;
    const map = new Map<string, Node>();
    while (!this.#take('}')) {
      const key = this.value(depth + 1);
      if (key === undefined || typeof key.value === 'object' || !this.#take(':')) return undefined;
      const value = this.value(depth + 1);
      if (value === undefined) return undefined;
      map.set(String(key.value), value);
      if (this.#take(',')) continue;
      if (!this.#take('}')) return undefined;
      break;
    }
    return { line: this.#line, value: map };
  }

  #string(quote: string): Node | undefined {
    let text = '';
    for (let at = this.#at + 1; at < this.#text.length; at += 1) {
      const letter = this.#text[at] ?? '';
      if (letter === quote) {
        this.#at = at + 1;
        return { line: this.#line, value: text };
      }
      if (letter !== '\\') text += letter;
      else {
        at += 1;
        const escaped = this.#text[at] ?? '';
        const known: Readonly<Record<string, string>> = {
          n: '\n',
          t: '\t',
          r: '\r',
          '\\': '\\',
          "'": "'",
          '"': '"',
        };
        text += known[escaped] ?? `\\${escaped}`;
      }
    }
    return undefined;
  }

  #word(): Node | undefined {
    const [word = ''] = /^[-+.\w]+/.exec(this.#text.slice(this.#at)) ?? [];
    const value = wordValue(word);
    if (value === undefined) return undefined;
    this.#at += word.length;
    return { line: this.#line, value };
  }
}

function wordValue(word: string): boolean | number | null | undefined {
  if (word === 'True' || word === 'False') return word === 'True';
  if (word === 'None') return null;
  const [, sign = '', digits = ''] = /^([-+]?)(.*)$/.exec(word) ?? [];
  // Underscores stand between digits only, and a whole number does not begin with 0.
  if (
    !/^(0[xX][\da-fA-F]+|0[oO][0-7]+|0[bB][01]+|0+|[1-9]\d*|\d*\.\d+([eE][-+]?\d+)?|\d+\.([eE][-+]?\d+)?|\d+[eE][-+]?\d+)$/.test(
      digits.replaceAll(/(?<=[\da-fA-F])_(?=[\da-fA-F])/g, ''),
    )
  )
    return undefined;
  const number = Number(digits.replaceAll('_', ''));
  return sign === '-' ? -number : number;
}
