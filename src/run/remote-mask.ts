// The one place through which every text of a host passes on its way in: the run's own secrets are masked by value, and
// what is secret in the host's own files by its looks. The host did it before, but a host is not to be trusted.
import type { HostLine } from '../protocol/index.ts';
import { maskDiff } from './diff-secrets.ts';
import { FileSecretMask } from './file-secrets.ts';
import { ValueMask, ValueStream } from './mask.ts';
import { pieceSize, turns } from './turns.ts';

// Longer texts are masked in pieces.
const longText = 1024;

// Long secrets have many forms, and a run asks for the mask of each host twice.
const masksByForms = new WeakMap<readonly string[], ValueMask>();

function valueMask(forms: readonly string[]): ValueMask {
  const mask = masksByForms.get(forms) ?? new ValueMask(forms);
  masksByForms.set(forms, mask);
  return mask;
}

/** Masks what one host says. */
export class RemoteMask {
  readonly #values: ValueMask;

  /** `forms` are those of secretForms(), a list that nobody changes. */
  constructor(forms: readonly string[]) {
    this.#values = valueMask(forms);
  }

  /** A whole text. */
  text(text: string): string {
    return byLooks(this.#values.text(text));
  }

  /** All texts of an event. Words of the protocol are not masked by value, because a secret may be such a word. */
  line(line: HostLine): HostLine {
    return this.#lineWith(line, (text) => this.text(text));
  }

  /** As line(), and between the pieces of long texts others have their turns. */
  async lineInTurns(line: HostLine): Promise<HostLine> {
    const masked = new Map<string, string>();
    for (const field of Object.values(line) as unknown[]) {
      if (typeof field !== 'string' || field.length <= longText || line.kind === 'd') continue;
      if (!masked.has(field)) masked.set(field, await this.textInTurns(field));
    }
    return this.#lineWith(line, (text) => masked.get(text) ?? this.text(text));
  }

  /** As text(), and others have their turns between its pieces. */
  async textInTurns(text: string): Promise<string> {
    return await byLooksInTurns(await this.#valuesInTurns(text));
  }

  async #valuesInTurns(text: string): Promise<string> {
    const stream = new ValueStream(this.#values);
    let done = '';
    for (let at = 0; at < text.length; at += pieceSize) {
      const piece = text.slice(at, at + pieceSize);
      await turns.take(piece.length);
      done += stream.push(piece);
    }
    return done + stream.flush();
  }

  #lineWith(line: HostLine, text: (text: string) => string): HostLine {
    switch (line.kind) {
      case 'fact':
        return { ...line, key: text(line.key), value: text(line.value) };
      case 'obs':
        return { ...line, key: text(line.key), value: text(line.value), mask: text(line.mask) };
      case 'res':
        return {
          ...line,
          resource: byLooks(line.resource),
          target: text(line.target),
          reason: text(line.reason),
          step: byLooks(line.step),
          after: byLooks(line.after),
        };
      case 'check':
        return { ...line, name: text(line.name), message: text(line.message) };
      case 'step':
        return { ...line, id: byLooks(line.id) };
      case 'end':
        return { ...line, id: byLooks(line.id), reason: text(line.reason) };
      case 'receipt':
        return {
          ...line,
          runId: byLooks(line.runId),
          playbook: text(line.playbook),
          operator: text(line.operator),
          started: text(line.started),
        };
      case 'other':
        return {
          ...line,
          runId: byLooks(line.runId),
          playbook: text(line.playbook),
          operator: text(line.operator),
          action: byLooks(line.action),
          since: text(line.since),
        };
      case 'notice':
        return { ...line, text: text(line.text) };
      case 'fin':
        return { ...line, reason: text(line.reason) };
      case 'd':
      case 'begin':
      case 'wait':
      case 'proof':
      case 'exit':
      case 'unknown':
        // A line of a diff means nothing alone: see diff(). The others are shown to nobody, or have no text.
        return line;
    }
  }

  /** The lines of a diff of what is at `path`. */
  diff(lines: readonly string[], path: string): readonly string[] {
    return lines.length === 0 ? lines : [...maskDiff(this.#values.text(lines.join('\n')).split('\n'), path)];
  }

  /** As diff(), and between the lines others have their turns. */
  async diffInTurns(lines: readonly string[], path: string): Promise<readonly string[]> {
    if (lines.length === 0) return lines;
    const masked: string[] = [];
    for (const line of maskDiff((await this.#valuesInTurns(lines.join('\n'))).split('\n'), path)) {
      await turns.take(Math.min(line.length + lineWork, pieceSize));
      masked.push(line);
    }
    return masked;
  }

  /** A step's output, as it comes. */
  stream(): OutputMask {
    return new OutputMask(this.#values);
  }
}

/** What may be a part of a secret by its looks, and what may become that with the next piece. */
const suspicious = /secret|[$:]|----|key/i;
const opening = /(?:s|se|sec|secr|secre|k|ke|-+)$/i;
const longestLine = 16 * 1024;

/** Masks a stream of text pieces. An unfinished line is shown as far as nothing in it can turn out to be a secret. */
export class OutputMask {
  readonly #values: ValueStream;
  readonly #files = new FileSecretMask();
  #line = '';
  #shown = 0;
  /** Its last characters: each piece is looked at with them, and not the line again and again. */
  #tail = '';
  #isSuspicious = false;

  constructor(values: ValueMask) {
    this.#values = new ValueStream(values);
  }

  /** Takes a piece; gives what is safe to show. */
  push(piece: string): string {
    return this.#lines(this.#values.push(piece));
  }

  /** The rest, when the stream ended. */
  flush(): string {
    const whole = this.#lines(this.#values.flush());
    return this.#line === '' ? whole : whole + this.#finishLine();
  }

  #lines(text: string): string {
    const lines = text.split('\n');
    const last = lines.pop() ?? '';
    let done = '';
    for (const line of lines) {
      this.#line += line;
      done += `${this.#finishLine()}\n`;
    }
    return last === '' ? done : done + this.#goOn(last);
  }

  #goOn(text: string): string {
    const seen = this.#tail + text;
    this.#line += text;
    this.#tail = seen.slice(-8);
    this.#isSuspicious ||= suspicious.test(seen);
    if (this.#line.length > longestLine) return this.#finishLine();
    if (!this.#files.isIdle || this.#isSuspicious || opening.test(this.#tail)) return '';
    const fresh = this.#line.slice(this.#shown);
    this.#shown = this.#line.length;
    return fresh;
  }

  #finishLine(): string {
    const [line, shown] = [this.#line, this.#shown];
    this.#line = this.#tail = '';
    this.#shown = 0;
    this.#isSuspicious = false;
    return this.#files.line(line).slice(shown);
  }
}

function byLooks(text: string): string {
  if (!mayHoldSecrets(text)) return text;
  const mask = new FileSecretMask();
  return text
    .split('\n')
    .map((line) => mask.line(line))
    .join('\n');
}

// Each line costs something however short it is.
const lineWork = 32;

async function byLooksInTurns(text: string): Promise<string> {
  if (!mayHoldSecrets(text)) return text;
  const mask = new FileSecretMask();
  const lines: string[] = [];
  let work = 0;
  for (const line of text.split('\n')) {
    let done = '';
    for (const piece of piecesOf(line)) {
      work += piece.length + lineWork;
      if (work > pieceSize) {
        await turns.take(pieceSize);
        work = 0;
      }
      done += mask.line(piece);
    }
    lines.push(done);
  }
  return lines.join('\n');
}

/** A line in pieces that end at a blank or a sign where there is one. */
function* piecesOf(line: string): Generator<string> {
  let at = 0;
  while (line.length - at > pieceSize) {
    const length = /^[^]*[ \t;{}]/.exec(line.slice(at, at + pieceSize))?.[0].length ?? pieceSize;
    yield line.slice(at, at + length);
    at += length;
  }
  yield line.slice(at);
}

function mayHoldSecrets(text: string): boolean {
  return /secret|private|key|[$]|----|:.*:|@|(?:Prime|Exponent)[12]:|Coefficient:/i.test(text);
}
