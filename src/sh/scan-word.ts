// Words: what stands between blanks and operators, with quotes, expansions and escapes in them.
import type { Word } from './model.ts';
import { scanBackquotes, scanDollar } from './scan-expansion.ts';
import type { Scanner } from './scanner.ts';
import { looksAt, mark, peek, take } from './scanner.ts';

/** A word while it is being read. */
interface Draft {
  value: string;
  /** Set at the first expansion. */
  prefix: string | undefined;
  bare: string;
  leading: string | undefined;
  splits: boolean;
}

/** Scans the word at the scanner; it has at least one character. */
export function scanWord(scanner: Scanner): Word {
  const { at: start } = scanner;
  const draft: Draft = { value: '', prefix: undefined, bare: '', leading: undefined, splits: false };
  while (scanner.at < scanner.limit && !endsWord(scanner)) {
    const { at } = scanner;
    scanPart(scanner, draft);
    if (scanner.at === at) scanner.at += 1;
  }
  const { value, prefix, bare, leading, splits } = draft;
  if (/\{[^{}]*(?:,|\.\.)[^{}]*\}/.test(bare)) mark(scanner, 'braces', start);
  return {
    start,
    end: scanner.at,
    value: prefix === undefined ? value : undefined,
    prefix: prefix ?? value,
    bare,
    leading,
    splits,
  };
}

function endsWord(scanner: Scanner): boolean {
  const char = peek(scanner);
  return /[ \t\r\n;&|<>()]/.test(char) || (char === '`' && scanner.backquotes > 0);
}

function scanPart(scanner: Scanner, draft: Draft): void {
  const char = peek(scanner);
  if (char === "'") {
    const quoted = take(scanner, /'[^']*'?/);
    addQuoted(draft, quoted.slice(1, quoted.endsWith("'") && quoted.length > 1 ? -1 : undefined));
  } else if (char === '"') scanDoubleQuotes(scanner, draft);
  else if (char === '\\') {
    const escaped = take(scanner, /\\[\s\S]?/);
    if (escaped !== '\\\n') addQuoted(draft, escaped.slice(1));
  } else if (char === '$' || char === '`') scanUnquotedExpansion(scanner, draft);
  else {
    draft.value += char;
    draft.bare += char;
    scanner.at += 1;
  }
}

function scanUnquotedExpansion(scanner: Scanner, draft: Draft): void {
  const { at: start } = scanner;
  if (looksAt(scanner, "$'") || looksAt(scanner, '$"')) {
    mark(scanner, looksAt(scanner, "$'") ? 'ansi-quotes' : 'locale-quotes', start);
    scanner.at += 1;
    if (peek(scanner) === "'") addQuoted(draft, take(scanner, /'(?:\\[\s\S]|[^'\\])*'?/).slice(1, -1));
    return;
  }
  if (peek(scanner) === '`') scanBackquotes(scanner);
  else if (!scanDollar(scanner, false)) {
    draft.value += '$';
    draft.bare += '$';
    scanner.at += 1;
    return;
  }
  addExpansion(scanner, draft, start);
  draft.bare += '$';
  draft.splits = true;
}

function scanDoubleQuotes(scanner: Scanner, draft: Draft): void {
  scanner.at += 1;
  draft.bare += 'Q';
  while (scanner.at < scanner.limit) {
    const { at: start } = scanner;
    const char = peek(scanner);
    if (char === '"') {
      scanner.at += 1;
      return;
    }
    if (char === '\\') {
      const escaped = take(scanner, /\\[\s\S]?/);
      if (escaped !== '\\\n') draft.value += /^\\[$`"\\]/.test(escaped) ? escaped.slice(1) : escaped;
    } else if (char === '`' && scanner.backquotes === 0) {
      scanBackquotes(scanner);
      addExpansion(scanner, draft, start);
    } else if (char === '$' && scanDollar(scanner, true)) addExpansion(scanner, draft, start);
    else {
      draft.value += char;
      scanner.at += 1;
    }
  }
}

function addQuoted(draft: Draft, text: string): void {
  draft.value += text;
  draft.bare += 'Q';
}

function addExpansion(scanner: Scanner, draft: Draft, start: number): void {
  if (draft.prefix === undefined) {
    draft.prefix = draft.value;
    const name = /^\$\{?([A-Za-z_]\w*)\}?$/.exec(scanner.text.slice(start, scanner.at))?.[1];
    if (draft.value === '') draft.leading = name;
  }
}
