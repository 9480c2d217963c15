// The state of a scan: where it stands in the text, which function it is in, and what it has found so far.
import type { Assignment, Command, Oddity, ShFunction, VariableUse, Word } from './model.ts';

export interface Scanner {
  readonly text: string;
  at: number;
  /** Where the text to scan ends. */
  limit: number;
  /** How many backquotes are open: inside, one ends a word. */
  backquotes: number;
  /** The functions around `at`, innermost last. */
  readonly around: string[];
  readonly heredocs: PendingHeredoc[];
  readonly functions: ShFunction[];
  readonly commands: Command[];
  readonly uses: VariableUse[];
  readonly assignments: Assignment[];
  readonly oddities: Oddity[];
  readonly comments: number[];
  /** Scans commands up to `stop`, which is skipped; set by scan-script.ts, because words hold commands again. */
  scanCommands: (stop: Stop) => void;
}

/** What ends a run of commands: the end of the text, or what closes a substitution. */
export type Stop = 'end' | ')' | '`';

/** A here-document whose text starts behind the next line end. */
export interface PendingHeredoc {
  readonly delimiter: string;
  /** Nothing in it is expanded. */
  readonly quoted: boolean;
  /** `<<-`: tabs before the delimiter do not count. */
  readonly tabs: boolean;
}

/** A scanner over part of a text. */
export function newScanner(text: string, from: number, limit: number): Scanner {
  return {
    text,
    at: from,
    limit,
    backquotes: 0,
    around: [],
    heredocs: [],
    functions: [],
    commands: [],
    uses: [],
    assignments: [],
    oddities: [],
    comments: [],
    scanCommands: () => undefined,
  };
}

/** The character at the scanner, or so many behind it; empty at the end. */
export function peek(scanner: Scanner, ahead = 0): string {
  const at = scanner.at + ahead;
  return at < scanner.limit ? (scanner.text[at] ?? '') : '';
}

/** True when the text goes on with this. */
export function looksAt(scanner: Scanner, word: string): boolean {
  return scanner.at + word.length <= scanner.limit && scanner.text.startsWith(word, scanner.at);
}

/** What a sticky regular expression finds at the scanner, which moves behind it; empty when it finds nothing. */
export function take(scanner: Scanner, pattern: RegExp): string {
  const sticky = stickyOf(pattern.source);
  sticky.lastIndex = scanner.at;
  const found = (sticky.exec(scanner.text)?.[0] ?? '').slice(0, scanner.limit - scanner.at);
  scanner.at += found.length;
  return found;
}

const stickyBySource = new Map<string, RegExp>();

/** The patterns are those written here, a few dozen; to make one takes longer than to try it. */
function stickyOf(source: string): RegExp {
  const known = stickyBySource.get(source);
  if (known !== undefined) return known;
  const made = new RegExp(source, 'y');
  stickyBySource.set(source, made);
  return made;
}

export function mark(scanner: Scanner, kind: string, start: number): void {
  scanner.oddities.push({ kind, start });
}

export function noteUse(scanner: Scanner, name: string, start: number, guarded: boolean): void {
  scanner.uses.push({ name, start, guarded, inside: scanner.around.at(-1) });
}

export function noteAssignment(scanner: Scanner, name: string, start: number, value?: Word): void {
  const noted = { name, start, inside: scanner.around.at(-1) };
  scanner.assignments.push(value === undefined ? noted : { ...noted, value });
}

/** Skips blanks, line ends, comments and joined lines. */
export function skipSpace(scanner: Scanner): void {
  while (takeComment(scanner) || take(scanner, /(?:[ \t\r\n]|\\\r?\n)+/) !== '');
}

/** Skips a comment, and notes it. In backquotes it ends where they do, which may be in its line: there none is noted. */
export function takeComment(scanner: Scanner): boolean {
  if (peek(scanner) !== '#') return false;
  if (scanner.backquotes === 0) scanner.comments.push(scanner.at);
  take(scanner, scanner.backquotes === 0 ? /#[^\n]*/ : /#[^\n`]*/);
  return true;
}
