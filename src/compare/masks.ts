// Masks: parts of what a host says that differ for a good reason (its own name, a pid, a date), so that hosts can be equal
// apart from them. What is outside of the masked parts is compared to the character.
import type { HostResult } from '../model/index.ts';

/** A part of a text that a mask covers. */
export interface MaskedSpan {
  readonly start: number;
  readonly end: number;
  readonly mask: string;
}

/** What a host is called and where it is reached: what `host` and `address` cover. */
export interface Self {
  readonly names: readonly string[];
  readonly addresses: readonly string[];
}

type Finder = (text: string, self: Self) => Iterable<readonly [start: number, end: number]>;

const month = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)';
const day = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const clock = '\\d\\d:\\d\\d(?::\\d\\d(?:[.,]\\d{1,9})?)?';
const zone =
  '(?: ?(?:Z|UTC|GMT|CES?T|EES?T|WES?T|BST|MSK|JST|[ECMP][SD]T|[+-]\\d\\d:?\\d\\d)(?![A-Za-z0-9]))?';
const times = [
  `\\d{4}-\\d\\d-\\d\\d(?:[T ]${clock}${zone})?`,
  `(?:${day}[ ,] ?)?${month} {1,2}\\d{1,2} {1,2}(?:${clock}${zone}(?: \\d{4})?|\\d{4})`,
  `(?:${day}, )?\\d{1,2}[- ]${month}[- ]\\d{4}(?:[ :]${clock}${zone})?`,
  `\\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?`,
];
/** Digits behind a word, as in `pid 720` or `inode: 23583`. */
const behind = (words: string): string => `(?<=\\b(?:${words})[ \\t]{0,4}[:=]?[ \\t]{0,4})\\d+`;

const pids = new RegExp(`${behind('pids?')}|(?<=[A-Za-z][\\w.-]{0,40}\\[)\\d+(?=\\])`, 'gi');
const moments = new RegExp(`(?<![\\w:.-])(?:${times.join('|')})(?![\\w:-])`, 'g');
const inodes = new RegExp(behind('inode|inode number'), 'gi');
const serials = new RegExp(behind('serial|serial number'), 'gi');

const finders: Readonly<Record<string, Finder>> = {
  host: (text, { names }) => wordsIn(text, names),
  address: (text, { addresses }) => wordsIn(text, addresses),
  // Also as in `named[720]`.
  pid: (text) => matchesIn(text, pids),
  time: (text) => matchesIn(text, moments),
  inode: (text) => matchesIn(text, inodes),
  serial: (text) => matchesIn(text, serials),
};

const labels: Readonly<Record<string, string>> = {
  host: 'host name',
  pid: 'pid',
  time: 'date and time',
  inode: 'inode number',
};

/** What `usual` stands for. Serials are masked only when they are asked for: that they differ is mostly a fault. */
const usual: readonly string[] = ['host', 'address', 'pid', 'time', 'inode'];

/** The masks that have a name. */
export const maskNames: readonly string[] = [...Object.keys(finders), 'usual'];

/** A mask in words for people: `host name`; a pattern as it is. */
export function maskLabel(mask: string): string {
  return labels[mask] ?? mask;
}

/**
 * The masks of a list: names (`host`, `address`, `pid`, `time`, `inode`, `serial`, or `usual` for all but the last one), and
 * patterns, in which `*` is a run of characters without blanks, and `#` one of digits. Words that are neither are `unknown`.
 */
export function readMasks(list: string): {
  readonly masks: readonly string[];
  readonly unknown: readonly string[];
} {
  const words = list.split(',').flatMap((word) => (word.trim() === 'usual' ? usual : [word.trim()]));
  const isMask = (word: string): boolean => Object.hasOwn(finders, word) || /[*#]/.test(word);
  const masks = [...new Set(words.filter(isMask))];
  return { masks, unknown: words.filter((word) => !isMask(word) && word !== '') };
}

/** What a host is called: by the inventory and by itself, in full and by the first label; and its address. */
export function selfOf({ host, facts, address }: Pick<HostResult, 'host' | 'facts' | 'address'>): Self {
  const full = [host, facts.get('hostname') ?? ''].filter((name) => name !== '');
  const names = [...new Set(full.flatMap((name) => [name, name.split('.')[0] ?? name]))];
  return { names, addresses: address === undefined ? [] : [address] };
}

/** The parts of a text that masks cover, in order; of two that overlap the first one counts, and the longer one. */
export function maskedSpans(text: string, masks: readonly string[], self: Self): readonly MaskedSpan[] {
  const found = masks.flatMap((mask) => {
    const finder = Object.hasOwn(finders, mask) ? finders[mask] : undefined;
    const spans = finder === undefined ? patternIn(text, mask) : finder(text, self);
    return Array.from(spans, ([start, end]) => ({ start, end, mask }));
  });
  let reached = 0;
  return found
    .sort((a, b) => a.start - b.start || b.end - a.end)
    .filter(({ start, end }) => {
      if (start < reached) return false;
      reached = end;
      return true;
    });
}

/** A text that is equal for two texts exactly when they are equal outside of the spans, and these are of the same masks. */
export function maskedKey(text: string, spans: readonly MaskedSpan[]): string {
  let key = '';
  let from = 0;
  for (const { start, end, mask } of spans) {
    key += `${literal(text.slice(from, start))}\0<${mask.replaceAll('\0', '')}\0`;
    from = end;
  }
  return key + literal(text.slice(from));
}

/** NUL stands before a mask, and twice for itself. */
function literal(text: string): string {
  return text.replaceAll('\0', '\0\0');
}

function* matchesIn(text: string, pattern: RegExp): Iterable<readonly [number, number]> {
  for (const { index, 0: found } of text.matchAll(pattern)) yield [index, index + found.length];
}

/** Whole words only; the longest one that stands there. If it has colons itself (IPv6), none may stand beside it. */
function* wordsIn(text: string, words: readonly string[]): Iterable<readonly [number, number]> {
  if (words.length === 0) return;
  const longest = words
    .toSorted((a, b) => b.length - a.length)
    .map((word) => {
      const exact = word.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
      return word.includes(':') ? `(?<!:)${exact}(?![.:])` : exact;
    });
  yield* matchesIn(text, new RegExp(`(?<![\\w.-])(?:${longest.join('|')})(?![\\w-]|\\.\\d)`, 'gi'));
}

/** Most characters that one `*` or `#` covers: the work for a text grows no faster than the text. */
const mostAny = 256;

/** The places of a pattern: `*` ends at the first place of what follows it. */
function* patternIn(text: string, pattern: string): Iterable<readonly [number, number]> {
  const parts = pattern.split(/([*#])/).filter((part) => part !== '');
  const [first = '', ...others] = parts;
  const isWild = first === '*' || first === '#';
  for (let at = 0; at < text.length;) {
    const start = isWild ? at : text.indexOf(first, at);
    if (start === -1) return;
    const end = endOf(text, start, isWild ? parts : others, isWild ? start : start + first.length);
    if (end !== undefined) yield [start, end];
    at = end ?? start + 1;
  }
}

function endOf(text: string, start: number, parts: readonly string[], from: number): number | undefined {
  let at = from;
  for (const [turn, part] of parts.entries()) {
    if (part === '#') {
      if (at === start && isDigit(text, at - 1)) return undefined;
      const begin = at;
      while (isDigit(text, at) && at - begin < mostAny) at += 1;
      if (at === begin) return undefined;
    } else if (part === '*') {
      const end = anyEnd(text, at, parts[turn + 1]);
      if (end === undefined) return undefined;
      at = end;
    } else {
      if (!text.startsWith(part, at)) return undefined;
      at += part.length;
    }
  }
  return at;
}

/** The end of a `*`: before what follows it, or before a blank. */
function anyEnd(text: string, from: number, next: string | undefined): number | undefined {
  for (let at = from; at <= text.length && at - from <= mostAny; at += 1) {
    const isAtBlank = at === text.length || isBlank(text, at);
    if (at > from) {
      if (
        next === undefined
          ? isAtBlank
          : next === '#'
            ? isDigit(text, at)
            : next !== '*' && text.startsWith(next, at)
      )
        return at;
    }
    if (isAtBlank) return undefined;
  }
  return undefined;
}

function isBlank(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === 32 || (code >= 9 && code <= 13);
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 48 && code <= 57;
}
