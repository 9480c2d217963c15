// The one place through which every text of a host passes on its way in: the run's own secrets are masked by value, and
// what is secret in the host's own files by its looks. The host did it before, but a host is not to be trusted.
import type { HostLine } from '../protocol/index.ts';
import { maskDiff } from './diff-secrets.ts';
import { FileSecretMask } from './file-secrets.ts';
import { ValueMask, ValueStream } from './mask.ts';

/** Masks what one host says. */
export class RemoteMask {
  readonly #values: ValueMask;

  /** `forms` are those of secretForms(). */
  constructor(forms: readonly string[]) {
    this.#values = new ValueMask(forms);
  }

  /** A whole text. */
  text(text: string): string {
    return byLooks(this.#values.text(text));
  }

  /** All texts of an event. Words of the protocol are not masked by value, because a secret may be such a word. */
  line(line: HostLine): HostLine {
    const text = this.text.bind(this);
    switch (line.kind) {
      case 'fact':
      case 'obs':
        return { ...line, key: text(line.key), value: text(line.value) };
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
    return lines.length === 0 ? lines : maskDiff(this.#values.text(lines.join('\n')).split('\n'), path);
  }

  /** A step's output, as it comes. */
  stream(): OutputMask {
    return new OutputMask(this.#values);
  }
}

/** What may be a part of a secret by its looks, or may become one with the next piece. */
const suspicious = /secret|[$:]|----|key|(?:s|se|sec|secr|secre|k|ke|-+)$/i;
const longestLine = 64 * 1024;

/** Masks a stream of text pieces. An unfinished line is shown as far as nothing in it can turn out to be a secret. */
export class OutputMask {
  readonly #values: ValueStream;
  readonly #files = new FileSecretMask();
  #line = '';
  #shown = 0;

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
    return this.#line === '' ? whole : whole + this.#finishLine(this.#line);
  }

  #lines(text: string): string {
    let done = '';
    const lines = (this.#line + text).split('\n');
    this.#line = lines.pop() ?? '';
    for (const line of lines) done += `${this.#finishLine(line)}\n`;
    if (this.#line.length > longestLine) {
      done += this.#finishLine(this.#line);
      this.#line = '';
    } else if (this.#files.isIdle && !suspicious.test(this.#line)) {
      done += this.#line.slice(this.#shown);
      this.#shown = this.#line.length;
    }
    return done;
  }

  #finishLine(line: string): string {
    const shown = this.#shown;
    this.#shown = 0;
    return this.#files.line(line).slice(shown);
  }
}

function byLooks(text: string): string {
  if (!/secret|private|key|[$]|----|:.*:|@|(?:Prime|Exponent)[12]:|Coefficient:/i.test(text)) return text;
  const mask = new FileSecretMask();
  return text
    .split('\n')
    .map((line) => mask.line(line))
    .join('\n');
}
