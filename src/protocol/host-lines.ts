// The inner grammar: the event log that the driver writes, one event a line, fields joined with `|`.
// Written by src/runtime/events.sh and codec.sh.

/** One event of the host's log. Field texts are untrusted. */
export type HostLine =
  | { readonly kind: 'begin'; readonly runId: string; readonly action: string }
  | { readonly kind: 'fact' | 'obs'; readonly key: string; readonly value: string }
  | { readonly kind: 'step'; readonly id: string; readonly index: number }
  | {
      readonly kind: 'res';
      readonly status: string;
      readonly resource: string;
      readonly target: string;
      readonly reason: string;
      readonly irreversible: boolean;
      /** The step that made the change, when that is not the one that runs: in a rollback. */
      readonly step: string;
      /** Plan: the step whose outcome decides what changes here; empty when it is known. */
      readonly after: string;
    }
  | { readonly kind: 'd'; readonly text: string }
  | { readonly kind: 'check'; readonly holds: boolean; readonly name: string; readonly message: string }
  | {
      readonly kind: 'end';
      readonly id: string;
      readonly outcome: string;
      readonly seconds: number;
      readonly reason: string;
    }
  | {
      readonly kind: 'receipt';
      readonly runId: string;
      readonly playbook: string;
      readonly operator: string;
      readonly started: string;
      readonly entries: number;
    }
  | {
      readonly kind: 'other';
      readonly state: string;
      readonly runId: string;
      readonly action: string;
      readonly playbook: string;
      readonly operator: string;
      readonly since: string;
    }
  | { readonly kind: 'wait'; readonly seconds: number }
  | { readonly kind: 'proof'; readonly same: number; readonly paths: number }
  | { readonly kind: 'exit'; readonly status: number }
  | { readonly kind: 'notice'; readonly text: string }
  | { readonly kind: 'fin'; readonly outcome: string; readonly reason: string }
  | { readonly kind: 'unknown'; readonly text: string };

const maxLineBytes = 1024 * 1024;

/** Splits a byte stream into event lines. A line beyond 1 MiB is cut there: memory stays bounded. */
export class LineSplitter {
  #rest: Uint8Array[] = [];
  #size = 0;

  /** Takes the next bytes; gives the lines that they complete, decoded leniently as UTF-8. */
  push(bytes: Uint8Array): readonly string[] {
    const lines: string[] = [];
    let at = 0;
    for (let end = bytes.indexOf(0x0a); end !== -1; end = bytes.indexOf(0x0a, at)) {
      this.#keep(bytes.subarray(at, end));
      lines.push(new TextDecoder().decode(joinBytes(this.#rest, this.#size)));
      this.#rest = [];
      this.#size = 0;
      at = end + 1;
    }
    this.#keep(bytes.subarray(at));
    return lines;
  }

  #keep(bytes: Uint8Array): void {
    const room = maxLineBytes - this.#size;
    if (bytes.length === 0 || room <= 0) return;
    // A copy, because the caller's buffer may be reused.
    const piece = bytes.slice(0, room);
    this.#rest.push(piece);
    this.#size += piece.length;
  }
}

function joinBytes(pieces: readonly Uint8Array[], size: number): Uint8Array {
  const all = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** Undoes the host's escapes: `\\`, `\t`, `\n`, `\r` and `\0174` (the bar). Anything else stays as it is. */
export function unescapeField(field: string): string {
  return field.replace(/\\(\\|t|n|r|0174)/g, (_, code: string) => {
    switch (code) {
      case 't':
        return '\t';
      case 'n':
        return '\n';
      case 'r':
        return '\r';
      case '0174':
        return '|';
      default:
        return '\\';
    }
  });
}

/** Parses one line of the event log; a line of no known shape becomes `unknown`, never an exception. */
export function parseHostLine(line: string): HostLine {
  const [kind = '', ...raw] = line.split('|');
  const fields = raw.map(unescapeField);
  const text = (index: number): string => fields[index] ?? '';
  const count = (index: number): number => Number.parseInt(text(index), 10) || 0;
  switch (kind) {
    case 'begin':
      return { kind, runId: text(0), action: text(1) };
    case 'fact':
    case 'obs':
      return { kind, key: text(0), value: text(1) };
    case 'step':
      return { kind, id: text(0), index: count(1) };
    case 'res':
      return {
        kind,
        status: text(0),
        resource: text(1),
        target: text(2),
        reason: text(3),
        irreversible: text(4) === '1',
        step: text(5),
        after: text(6),
      };
    case 'd':
      return { kind, text: text(0) };
    case 'check':
      return { kind, holds: text(0) === 'ok', name: text(1), message: text(2) };
    case 'end':
      return { kind, id: text(0), outcome: text(1), seconds: count(2), reason: text(3) };
    case 'receipt':
      return {
        kind,
        runId: text(0),
        playbook: text(1),
        operator: text(2),
        started: text(3),
        entries: count(4),
      };
    case 'other':
      return {
        kind,
        state: text(0),
        runId: text(1),
        action: text(2),
        playbook: text(3),
        operator: text(4),
        since: text(5),
      };
    case 'wait':
      return { kind, seconds: count(0) };
    case 'proof':
      return { kind, same: count(0), paths: count(1) };
    case 'exit':
      return { kind, status: count(0) };
    case 'notice':
      return { kind, text: text(0) };
    case 'fin':
      return { kind, outcome: text(0), reason: text(1) };
    default:
      return { kind: 'unknown', text: line };
  }
}
