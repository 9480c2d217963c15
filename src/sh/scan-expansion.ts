// What begins with a dollar sign or a backquote: parameters, substitutions, arithmetic.
import type { Scanner } from './scanner.ts';
import { looksAt, mark, noteAssignment, noteUse, peek, take } from './scanner.ts';

/** Scans an expansion at `$`. False when it is only a dollar sign; then the scanner has not moved. */
export function scanDollar(scanner: Scanner, inDoubleQuotes: boolean): boolean {
  const { at: start } = scanner;
  if (looksAt(scanner, '$((')) {
    scanArithmetic(scanner);
    return true;
  }
  if (looksAt(scanner, '$(')) {
    scanner.at += 2;
    scanner.scanCommands(')');
    return true;
  }
  if (looksAt(scanner, '${')) {
    scanParameter(scanner, inDoubleQuotes);
    return true;
  }
  if (looksAt(scanner, '$[')) mark(scanner, 'old-arithmetic', start);
  scanner.at += 1;
  const name = take(scanner, /[A-Za-z_]\w*|[0-9@*#?$!-]/);
  if (name !== '') noteUse(scanner, name, start, false);
  else scanner.at = start;
  return name !== '';
}

/** Scans `...` in backquotes, the scanner at the first one. */
export function scanBackquotes(scanner: Scanner): void {
  scanner.at += 1;
  scanner.backquotes += 1;
  scanner.scanCommands('`');
  scanner.backquotes -= 1;
}

/** Scans the inside of double quotes (or of a here-document) up to `end`, which is skipped. */
export function scanQuoted(scanner: Scanner, end: '"' | ''): void {
  while (scanner.at < scanner.limit) {
    const char = peek(scanner);
    if (char === end) {
      scanner.at += 1;
      return;
    }
    if (char === '\\') scanner.at += 2;
    else if (char === '`' && scanner.backquotes === 0) scanBackquotes(scanner);
    else if (char !== '$' || !scanDollar(scanner, true)) scanner.at += 1;
  }
}

function scanParameter(scanner: Scanner, inDoubleQuotes: boolean): void {
  const { at: start } = scanner;
  scanner.at += 2;
  if (take(scanner, /!(?=[A-Za-z_])/) !== '') mark(scanner, 'indirect', start);
  take(scanner, /#(?=[A-Za-z_0-9@*])/);
  const name = take(scanner, /[A-Za-z_]\w*|[0-9]+|[@*#?$!-]/);
  const operator = take(scanner, /:?[-=+?]|[:/^,@[]/);
  const odd = oddOperators[operator];
  if (odd !== undefined) mark(scanner, odd, start);
  noteUse(scanner, name, start, /[-=+?]/.test(operator));
  if (operator.endsWith('=')) noteAssignment(scanner, name, start);
  scanToBrace(scanner, inDoubleQuotes);
}

const oddOperators: Readonly<Record<string, string>> = {
  ':': 'substring',
  '/': 'replace',
  '^': 'change-case',
  ',': 'change-case',
  '@': 'transform',
  '[': 'array',
};

function scanToBrace(scanner: Scanner, inDoubleQuotes: boolean): void {
  while (scanner.at < scanner.limit) {
    const char = peek(scanner);
    if (char === '}') {
      scanner.at += 1;
      return;
    }
    if (char === '\\') scanner.at += 2;
    else if (char === "'" && !inDoubleQuotes) take(scanner, /'[^']*'?/);
    else if (char === '"') {
      scanner.at += 1;
      scanQuoted(scanner, '"');
    } else if (char === '`' && scanner.backquotes === 0) scanBackquotes(scanner);
    else if (char !== '$' || !scanDollar(scanner, inDoubleQuotes)) scanner.at += 1;
  }
}

function scanArithmetic(scanner: Scanner): void {
  const { at: start } = scanner;
  scanner.at += 3;
  let depth = 2;
  while (scanner.at < scanner.limit && depth > 0) {
    const char = peek(scanner);
    if (/[A-Za-z_]/.test(char)) scanArithmeticName(scanner);
    else if (take(scanner, /0[xX][0-9a-fA-F]+|[0-9]+/) !== '') continue;
    else if (take(scanner, /\*\*|\+\+|--|\?/) !== '') mark(scanner, 'arithmetic', start);
    else if (char !== '$' || !scanDollar(scanner, true)) {
      if (char === '(') depth += 1;
      if (char === ')') depth -= 1;
      scanner.at += 1;
    }
  }
}

function scanArithmeticName(scanner: Scanner): void {
  const { at: start } = scanner;
  const name = take(scanner, /\w+/);
  const rest = scanner.text.slice(scanner.at, scanner.limit);
  if (/^\s*([-+*/%&|^]|<<|>>)?=(?!=)/.test(rest)) noteAssignment(scanner, name, start);
  else noteUse(scanner, name, start, false);
}
