// What to do about a value of the wrong kind. The usual reason is that YAML 1.2 takes a word for something else than
// the person who wrote it, or the other way round; so what counts is the word as it stands in the file.
import type { z } from 'zod';
import type { DocumentPath } from './locate.ts';
import { didYouMean } from '../model/index.ts';

type Wanted = 'string' | 'number' | 'boolean' | 'array' | 'object';

const truths: ReadonlyMap<string, boolean> = new Map([
  ...['yes', 'y', 'on', 'true'].map((word) => [word, true] as const),
  ...['no', 'n', 'off', 'false'].map((word) => [word, false] as const),
]);

/** What to do about a zod issue; `written` is the plain word at its place, undefined when there is none. */
export function hintFor(
  issue: z.core.$ZodIssue,
  written: string | undefined,
  path: DocumentPath,
): string | undefined {
  if (issue.code === 'invalid_value' && typeof issue.input === 'string') {
    return didYouMean(issue.input, issue.values.map(String)) ?? aboutQuotes(issue.input);
  }
  if (issue.code === 'invalid_value') {
    const word = written ?? String(issue.input);
    return issue.values.some((value) => value === word)
      ? hintForKind('string', issue.input, written, path)
      : undefined;
  }
  if (issue.code === 'invalid_union') return hintForKind('string', issue.input, written, path);
  if (issue.code === 'invalid_type') {
    const wanted = wantedOf(issue.expected);
    // A schema with words of its own wants more than any text.
    const isOwn = wanted === 'string' && !issue.message.startsWith('expected a text');
    return wanted === undefined || isOwn ? undefined : hintForKind(wanted, issue.input, written, path);
  }
  return typeof issue.input === 'string' ? aboutQuotes(issue.input) : undefined;
}

/** What to do when a value of one kind is wanted and another one stands there; undefined when we do not know. */
export function hintForKind(
  wanted: Wanted,
  found: unknown,
  written: string | undefined,
  path: DocumentPath = [],
): string | undefined {
  if (found === null) return aboutNothing(written, path);
  if (wanted === 'string' && (typeof found === 'number' || typeof found === 'boolean')) {
    return `put it in quotes: '${written ?? String(found)}'`;
  }
  if (typeof found === 'string') return aboutText(wanted, found, written);
  const names = Array.isArray(found) && found.every((entry) => typeof entry === 'string') ? found : [];
  if (wanted === 'object' && names[0] !== undefined) {
    return `write each entry as a key on a separate line, without a dash: \`${names[0]}:\``;
  }
  return undefined;
}

function wantedOf(expected: string): Wanted | undefined {
  if (expected === 'string' || expected === 'boolean' || expected === 'array') return expected;
  if (expected === 'number' || expected === 'int') return 'number';
  return expected === 'object' || expected === 'record' ? 'object' : undefined;
}

function aboutNothing(written: string | undefined, path: DocumentPath): string {
  const what = typeof path.at(-1) === 'number' ? 'entry' : 'key';
  if (written === undefined) return `write a value, or remove the ${what}`;
  return `${written} stands for nothing in YAML: put it in quotes for a text, '${written}', or remove the ${what}`;
}

function aboutText(wanted: Wanted, text: string, written: string | undefined): string | undefined {
  if (wanted === 'boolean') {
    const truth = truths.get(text.toLowerCase());
    if (truth !== undefined)
      return `write ${String(truth)}${written === undefined ? ', without quotes' : ''}`;
  }
  if (wanted === 'number') {
    const digits = text.replaceAll('_', '');
    if (/^-?\d+$/.test(digits)) return `write ${String(Number(digits))}, without quotes and without _`;
  }
  if (wanted === 'array') return `write a list in brackets: [${text}]`;
  if (wanted === 'object') {
    return /^[\w.-]+:\S/.test(text)
      ? 'write a space after the colon'
      : `write it as a key, with a colon: \`${text}:\``;
  }
  return aboutQuotes(text);
}

/** Word processors make curly quotes, which are letters to YAML. */
function aboutQuotes(text: string): string | undefined {
  return /^[“”„‘’]/.test(text)
    ? `curly quotes are part of the text; the quotes of YAML are " and '`
    : undefined;
}
