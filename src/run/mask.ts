// Masks the run's own secrets by value in text that comes back from hosts, however it is written: encoded, escaped,
// wrapped over lines, split over pieces.
import { mark } from './marks.ts';
import { spellings } from './spellings.ts';

/** Shorter values would mask half of the alphabet. */
const shortestSecret = 4;

/** The texts in which a secret may show: itself, each of its lines, hexadecimal and base64 of them, and backwards. */
export function secretForms(secrets: Iterable<string>): readonly string[] {
  const forms = new Set<string>();
  for (const secret of secrets) {
    for (const part of [secret, ...secret.split('\n')]) {
      if (part.length < shortestSecret) continue;
      forms.add(part);
      const hexadecimal = hexadecimals(part).flatMap((form) => [form, form.toUpperCase()]);
      const backwards = Array.from(part).toReversed().join('');
      for (const form of [...hexadecimal, ...base64Cores(part), backwards]) forms.add(form);
    }
  }
  return [...forms].toSorted((a, b) => b.length - a.length);
}

/** secretForms() with one list for each set of secrets: what is made of a list is made once for all its hosts. */
export function sharedForms(): (secrets: Iterable<string>) => readonly string[] {
  const listsBySecrets = new Map<string, readonly string[]>();
  return (secrets) => {
    const list = [...secrets].toSorted();
    const key = JSON.stringify(list);
    const forms = listsBySecrets.get(key) ?? secretForms(list);
    listsBySecrets.set(key, forms);
    return forms;
  };
}

// In one piece, and as listings and fingerprints have it: by bytes or by words.
function hexadecimals(secret: string): string[] {
  const bytes = Array.from(Buffer.from(secret), (byte) => byte.toString(16).padStart(2, '0'));
  const whole = bytes.join('');
  const words = whole.match(/.{1,4}/g) ?? [];
  return [whole, bytes.join(' '), bytes.join(':'), words.join(' '), bytes.join(', 0x'), bytes.join(',0x')];
}

// In base64 a value's text depends on its offset modulo 3; the middle of each of the three forms is stable.
function base64Cores(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const cores: string[] = [];
  for (let shift = 0; shift < 3; shift++) {
    const text = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const start = shift === 0 ? 0 : shift + 1;
    const core = text.slice(start, text.length - ((shift + bytes.length) % 3 === 0 ? 0 : 1));
    // What URLs and file names take has two other characters.
    if (core.length >= 8) cores.push(core, core.replaceAll('+', '-').replaceAll('/', '_'));
  }
  return cores;
}

/** What may stand for one character, by what it begins with. */
type Choices = ReadonlyMap<string, readonly string[]>;

/** A form as what may stand at each of its characters. */
type Spelled = readonly Choices[];

/** What a form may begin with, and the forms that do. */
interface Beginning {
  readonly text: string;
  readonly forms: Spelled[];
}

/** The end of a form that begins at some place, -1 if it has none; `open` if more text could make it one. */
interface Match {
  readonly end: number;
  readonly open: boolean;
}

/** Masks texts of one host by value. */
export class ValueMask {
  /** First character to what forms may begin with. Few texts of a host begin so, and each is looked at once for all forms. */
  readonly #byFirst = new Map<string, Beginning[]>();

  constructor(forms: readonly string[]) {
    for (const form of forms) {
      const [first, ...rest] = Array.from(form, choicesOf);
      for (const [character, texts] of first ?? []) {
        for (const text of texts) this.#beginning(character, text).forms.push(rest);
      }
    }
  }

  #beginning(character: string, text: string): Beginning {
    const known = this.#byFirst.get(character) ?? [];
    this.#byFirst.set(character, known);
    const same = known.find((beginning) => beginning.text === text);
    if (same !== undefined) return same;
    const fresh: Beginning = { text, forms: [] };
    known.push(fresh);
    return fresh;
  }

  /** Masks a whole text. Its lines stay lines, also where a secret stands over several of them. */
  text(text: string): string {
    return this.scan(text, true).done;
  }

  /** Masks a text as far as it is certain; `held` is its end, in which a secret may have begun. */
  scan(text: string, isWhole: boolean): { readonly done: string; readonly held: string } {
    let done = '';
    let shown = 0;
    for (let at = 0; this.#byFirst.size > 0 && at < text.length;) {
      const { end, open } = this.#match(text, at);
      if (open && !isWhole) return { done: done + text.slice(shown, at), held: text.slice(at) };
      if (end === -1) at++;
      else {
        done += text.slice(shown, at) + markLines(text.slice(at, end));
        shown = at = end;
      }
    }
    return { done: done + text.slice(shown), held: '' };
  }

  // A form that is still open says nothing of the others: in a whole text one of them may have come to its end.
  #match(text: string, at: number): Match {
    let end = -1;
    let open = false;
    for (const beginning of this.#byFirst.get(text.charAt(at)) ?? []) {
      if (!text.startsWith(beginning.text, at)) {
        open ||= isCutAt(beginning.text, text, at);
        continue;
      }
      for (const rest of beginning.forms) {
        const found = matchRest(rest, text, at + beginning.text.length);
        open ||= found.open;
        end = Math.max(end, found.end);
      }
    }
    return { end, open };
  }
}

/** The text ends in the middle of what may stand there. */
function isCutAt(choice: string, text: string, at: number): boolean {
  return at + choice.length > text.length && choice.startsWith(text.slice(at));
}

const choicesByCharacter = new Map<string, Choices>();

function choicesOf(character: string): Choices {
  const known = choicesByCharacter.get(character);
  if (known !== undefined) return known;
  const choices = new Map<string, string[]>();
  for (const text of spellings(character)) {
    const first = text.charAt(0);
    choices.set(first, [...(choices.get(first) ?? []), text]);
  }
  choicesByCharacter.set(character, choices);
  return choices;
}

/** Masks a stream of text pieces by value; holds back just so much that a secret over two pieces is seen whole. */
export class ValueStream {
  readonly #mask: ValueMask;
  #held = '';

  constructor(mask: ValueMask) {
    this.#mask = mask;
  }

  /** Takes a piece; gives what is safe to show. */
  push(piece: string): string {
    const { done, held } = this.#mask.scan(this.#held + piece, false);
    this.#held = held;
    return done;
  }

  /** The rest, when the stream ended. */
  flush(): string {
    const rest = this.#mask.text(this.#held);
    this.#held = '';
    return rest;
  }
}

// A line end in the middle, as where a program wraps what is long, with the indent or the sign of a diff behind it.
const wrap = /(?:\\?\r?\n[ \t]{0,40}[+-]?[ \t]{0,40}|\\r\\n|\\n)/y;

/** All the ways at once: what is at one character is matched in all spellings, from wherever the last one ended. */
function matchRest(rest: Spelled, text: string, at: number): Match {
  let places: readonly number[] = [at];
  let open = false;
  for (const choices of rest) {
    const next: number[] = [];
    for (const place of places) {
      for (const from of startsAt(text, place)) {
        open ||= from === text.length;
        for (const choice of choices.get(text.charAt(from)) ?? []) {
          const end = from + choice.length;
          if (!text.startsWith(choice, from)) open ||= isCutAt(choice, text, from);
          else if (!next.includes(end)) next.push(end);
        }
      }
    }
    if (next.length === 0) return { end: -1, open };
    places = next;
  }
  return { end: Math.max(...places), open: false };
}

/** The place where the next character may begin: here, or behind a line end and any part of what follows it. */
function startsAt(text: string, place: number): readonly number[] {
  const character = text.charAt(place);
  if (character !== '\n' && character !== '\r' && character !== '\\') return [place];
  wrap.lastIndex = place;
  const glue = wrap.exec(text)?.[0] ?? '';
  const line = glue.indexOf('\n') + 1 || glue.length;
  const starts = [place];
  if (glue !== '') for (let end = line; end <= glue.length; end++) starts.push(place + end);
  return starts;
}

function markLines(secret: string): string {
  return secret
    .split('\n')
    .map((line, index) => {
      const indent = index === 0 ? '' : (/^[ \t]*[+-]?[ \t]*/.exec(line)?.[0] ?? '');
      return line.length === indent.length ? line : indent + mark;
    })
    .join('\n');
}
