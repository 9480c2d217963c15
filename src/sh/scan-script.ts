// A text of sh to its commands, functions and names: enough grammar to know which word is a command. Never fails: what
// is not sh is for `sh -n` to say.
import type { Command, Redirect, Script, Word } from './model.ts';
import { noteNames } from './note-names.ts';
import { scanQuoted } from './scan-expansion.ts';
import { readHeredocs, scanRedirect } from './scan-redirect.ts';
import { scanWord } from './scan-word.ts';
import type { Scanner, Stop } from './scanner.ts';
import { looksAt, mark, newScanner, noteAssignment, peek, skipSpace, take, takeComment } from './scanner.ts';

/** Something that has begun and not ended. */
interface Block {
  readonly kind: 'brace' | 'paren' | 'case';
  /** The function whose body it is. */
  readonly body: boolean;
}

/** One run of commands: the text, or a substitution in it. */
interface Run {
  readonly scanner: Scanner;
  readonly blocks: Block[];
  current: { start: number; words: Word[]; redirects: Redirect[]; assigns: boolean } | undefined;
  /** A case pattern is next. */
  pattern: boolean;
  /** The name before `()`: the next block is its body. */
  named: string | undefined;
}

/** Scans a text of sh, or the part of it from `from` to `limit`. */
export function scanScript(text: string, from = 0, limit = text.length): Script {
  const scanner = newScanner(text, from, limit);
  scanner.scanCommands = (stop) => {
    scanRun(scanner, stop);
  };
  scanRun(scanner, 'end');
  const { functions, commands, uses, assignments, oddities, comments } = scanner;
  return { text, functions, commands, uses, assignments, oddities, comments };
}

function scanRun(scanner: Scanner, stop: Stop): void {
  const run: Run = { scanner, blocks: [], current: undefined, pattern: false, named: undefined };
  while (scanner.at < scanner.limit) {
    if (run.pattern) scanPattern(run);
    else if (scanStep(run, stop)) break;
  }
  endCommand(run);
  // A function that never ended would claim the rest of the text.
  for (const { body } of run.blocks) if (body) scanner.around.pop();
}

/** One step; true when the run is over. */
function scanStep(run: Run, stop: Stop): boolean {
  const { scanner } = run;
  const char = peek(scanner);
  if (takeComment(scanner) || take(scanner, /[ \t\r]+|\\\r?\n/) !== '') return false;
  if (char === '\n') {
    endCommand(run);
    scanner.at += 1;
    readHeredocs(scanner);
  } else if (char === ';') scanSemicolon(run);
  else if (looksAt(scanner, '&>')) {
    mark(scanner, 'both-outputs', scanner.at);
    scanner.at += 1;
  } else if (char === '&' || char === '|') {
    if (looksAt(scanner, '|&')) mark(scanner, 'pipe-both', scanner.at);
    endCommand(run);
    take(scanner, /&&|\|\||\|&|[&|]/);
  } else if (char === '(') scanOpening(run);
  else if (char === ')') return scanClosing(run, stop);
  else if (char === '`' && stop === '`') {
    endCommand(run);
    scanner.at += 1;
    return true;
  } else if (/[<>]/.test(char) || isNumberedRedirect(scanner)) {
    run.current ??= { start: scanner.at, words: [], redirects: [], assigns: false };
    const redirect = scanRedirect(scanner);
    if (redirect !== undefined) run.current.redirects.push(redirect);
  } else scanNextWord(run);
  return false;
}

function isNumberedRedirect(scanner: Scanner): boolean {
  const sticky = /\d+[<>]/y;
  sticky.lastIndex = scanner.at;
  return sticky.test(scanner.text);
}

function scanSemicolon(run: Run): void {
  const { scanner } = run;
  const { at: start } = scanner;
  endCommand(run);
  const written = take(scanner, /;;&|;&|;;|;/);
  if (written.endsWith('&')) mark(scanner, 'fall-through', start);
  if (written !== ';' && run.blocks.at(-1)?.kind === 'case') run.pattern = true;
}

function scanOpening(run: Run): void {
  const { scanner, current } = run;
  const { at: start } = scanner;
  const [name] = current?.words ?? [];
  if (current?.words.length === 1 && name !== undefined && take(scanner, /\([ \t]*\)/) !== '') {
    run.current = undefined;
    declareFunction(run, name);
    return;
  }
  if ((current === undefined || name?.bare === 'for') && looksAt(scanner, '((')) {
    mark(scanner, 'arithmetic-command', start);
    skipTo(scanner, '))');
    return;
  }
  scanner.at += 1;
  if (current === undefined) openBlock(run, 'paren');
  // Not sh, e.g. an extended pattern: `sh -n` says what is wrong with it.
  else run.blocks.push({ kind: 'paren', body: false });
}

function scanClosing(run: Run, stop: Stop): boolean {
  endCommand(run);
  run.scanner.at += 1;
  if (run.blocks.at(-1)?.kind === 'paren') {
    closeBlock(run);
    return false;
  }
  return stop === ')' && run.blocks.length === 0;
}

function declareFunction(run: Run, name: Word): void {
  const text = name.value ?? name.prefix;
  run.scanner.functions.push({ name: text, start: name.start });
  if (!/^[A-Za-z_]\w*$/.test(text)) mark(run.scanner, 'function-name', name.start);
  run.named = text;
}

function openBlock(run: Run, kind: Block['kind']): void {
  run.blocks.push({ kind, body: run.named !== undefined });
  if (run.named !== undefined) run.scanner.around.push(run.named);
  run.named = undefined;
}

function closeBlock(run: Run): void {
  if (run.blocks.pop()?.body === true) run.scanner.around.pop();
}

function scanNextWord(run: Run): void {
  const { scanner, current } = run;
  if ((current === undefined || current.words.length === 0) && scanAssignment(run)) return;
  const word = scanWord(scanner);
  const [first] = current?.words ?? [];
  if (current === undefined && scanReserved(run, word)) return;
  if (first?.bare === 'for' && current?.words.length === 2 && word.bare === 'do') {
    endCommand(run);
    return;
  }
  if (current === undefined)
    run.current = { start: word.start, words: [word], redirects: [], assigns: false };
  else current.words.push(word);
}

function scanAssignment(run: Run): boolean {
  const { scanner } = run;
  const { at: start } = scanner;
  const written = take(scanner, /[A-Za-z_]\w*(?:\[[^\]\n]*\])?\+?=/);
  if (written === '') return false;
  run.current ??= { start, words: [], redirects: [], assigns: true };
  if (written.includes('[')) mark(scanner, 'array', start);
  if (written.endsWith('+=')) mark(scanner, 'append', start);
  const name = /^\w+/.exec(written)?.[0] ?? '';
  if (peek(scanner) === '(') {
    mark(scanner, 'array', start);
    skipTo(scanner, ')');
    noteAssignment(scanner, name, start);
  } else noteAssignment(scanner, name, start, scanWord(scanner));
  return true;
}

/** Reserved words, where a command could begin. False when the word is none. */
function scanReserved(run: Run, word: Word): boolean {
  const { scanner } = run;
  switch (word.bare) {
    case '{':
      openBlock(run, 'brace');
      return true;
    case '}':
      if (run.blocks.at(-1)?.kind === 'brace') closeBlock(run);
      return true;
    case 'case':
      scanCase(run);
      return true;
    case 'esac':
      if (run.blocks.at(-1)?.kind === 'case') closeBlock(run);
      return true;
    case 'function':
      mark(scanner, 'function-keyword', word.start);
      take(scanner, /[ \t]*/);
      declareFunction(run, scanWord(scanner));
      take(scanner, /[ \t]*\([ \t]*\)/);
      return true;
    case '[[':
      mark(scanner, 'double-brackets', word.start);
      skipTo(scanner, ']]');
      return true;
    default:
      return /^(if|then|else|elif|fi|while|until|do|done|!)$/.test(word.bare);
  }
}

function scanCase(run: Run): void {
  const { scanner } = run;
  skipSpace(scanner);
  scanWord(scanner);
  skipSpace(scanner);
  if (looksAt(scanner, 'in')) scanner.at += 2;
  openBlock(run, 'case');
  run.pattern = true;
}

/** Patterns up to their parenthesis, or the end of the case. */
function scanPattern(run: Run): void {
  const { scanner } = run;
  skipSpace(scanner);
  take(scanner, /\(/);
  while (scanner.at < scanner.limit) {
    skipSpace(scanner);
    if (take(scanner, /\|/) !== '') continue;
    if (take(scanner, /\)/) !== '') break;
    const { at: start } = scanner;
    const word = scanWord(scanner);
    if (word.bare === 'esac') {
      closeBlock(run);
      break;
    }
    if (word.bare.includes('[[:')) mark(scanner, 'class-in-case', start);
    // What cannot be in a pattern must not hold up the scan.
    if (scanner.at === start) scanner.at += 1;
  }
  run.pattern = false;
}

/** Skips what is not sh up to its end; the names in it are used all the same. */
function skipTo(scanner: Scanner, end: string): void {
  const { limit } = scanner;
  const found = scanner.text.indexOf(end, scanner.at);
  scanner.limit = found < 0 ? limit : Math.min(found + end.length, limit);
  scanQuoted(scanner, '');
  scanner.at = scanner.limit;
  scanner.limit = limit;
}

function endCommand(run: Run): void {
  const { scanner, current } = run;
  run.current = undefined;
  if (current === undefined) return;
  const [first, second] = current.words;
  if (first !== undefined && (first.bare === 'for' || first.bare === 'select')) {
    if (first.bare === 'select') mark(scanner, 'select', first.start);
    if (second?.value !== undefined) noteAssignment(scanner, second.value, second.start);
    return;
  }
  const command: Command = {
    start: current.start,
    words: current.words,
    redirects: current.redirects,
    inside: scanner.around.at(-1),
  };
  scanner.commands.push(command);
  noteNames(scanner, command);
}
