// Redirections, and the here-documents that they announce.
import type { Redirect } from './model.ts';
import { scanQuoted } from './scan-expansion.ts';
import { scanWord } from './scan-word.ts';
import type { Scanner } from './scanner.ts';
import { looksAt, mark, peek, take } from './scanner.ts';

/** Scans a redirection, the scanner at its number or operator. Undefined for one that is no business of files. */
export function scanRedirect(scanner: Scanner): Redirect | undefined {
  const { at: start } = scanner;
  const number = take(scanner, /\d+/);
  if (number.length > 1) mark(scanner, 'high-descriptor', start);
  if (looksAt(scanner, '<(') || looksAt(scanner, '>(')) {
    mark(scanner, 'process-substitution', start);
    scanner.at += 2;
    scanner.scanCommands(')');
    return undefined;
  }
  const operator = take(scanner, /<<<|<<-|<<|<&|<>|>>|>&|>\||[<>]/);
  take(scanner, /(?:[ \t]|\\\r?\n)*/);
  const target = scanWord(scanner);
  if (operator === '<<<') mark(scanner, 'here-string', start);
  if (operator.endsWith('&') && /^\d\d+$/.test(target.value ?? '')) mark(scanner, 'high-descriptor', start);
  if (operator !== '<<' && operator !== '<<-') return { start, operator, target };
  scanner.heredocs.push({
    delimiter: target.value ?? scanner.text.slice(target.start, target.end),
    quoted: target.bare.includes('Q'),
    tabs: operator === '<<-',
  });
  return undefined;
}

/** Reads the here-documents that are due, the scanner behind a line end. */
export function readHeredocs(scanner: Scanner): void {
  for (const { delimiter, quoted, tabs } of scanner.heredocs.splice(0)) {
    const { at: start } = scanner;
    let end = scanner.limit;
    while (scanner.at < scanner.limit) {
      const { at: line } = scanner;
      const text = take(scanner, /[^\n]*/);
      if (peek(scanner) === '\n') scanner.at += 1;
      if ((tabs ? text.replace(/^\t+/, '') : text).replace(/\r$/, '') === delimiter) {
        end = line;
        break;
      }
    }
    if (!quoted) scanBody(scanner, start, end);
  }
}

/** The text of a here-document is expanded as in double quotes. */
function scanBody(scanner: Scanner, start: number, end: number): void {
  const { at, limit } = scanner;
  scanner.at = start;
  scanner.limit = end;
  scanQuoted(scanner, '');
  scanner.at = at;
  scanner.limit = limit;
}
