// The inner grammar: the event log that the driver writes, one event a line, fields joined with `|`.
// Written by src/host/events.sh and codec.sh.
import { hostBounds } from './bounds.ts';

/** One event of the host's log. Field texts are untrusted. A number that is none, or has too many digits, is NaN. */
export type HostLine =
  | { readonly kind: 'begin'; readonly runId: string; readonly action: string }
  | { readonly kind: 'fact'; readonly key: string; readonly value: string }
  /** `mask` is empty when all of the value counts. */
  | { readonly kind: 'obs'; readonly key: string; readonly value: string; readonly mask: string }
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

const mostFields = 7;
const numberShape = new RegExp(`^-?[0-9]{1,${hostBounds.digits.limit}}$`);

/** A clock that was set back makes a time less than nothing; nobody counts anything else below it. */
function countOf(text: string): number {
  return numberShape.test(text) ? Math.max(0, Number(text)) : Number.NaN;
}

/** Parses one line of the event log; a line of no known shape becomes `unknown`, never an exception. */
export function parseHostLine(line: string): HostLine {
  // No event has more fields; a line may be nothing but bars.
  const [kind = '', ...raw] = line.split('|', mostFields + 1);
  const fields = raw.map(unescapeField);
  const text = (index: number): string => fields[index] ?? '';
  const count = (index: number): number => countOf(text(index));
  switch (kind) {
    case 'begin':
      return { kind, runId: text(0), action: text(1) };
    case 'fact':
      return { kind, key: text(0), value: text(1) };
    case 'obs':
      return { kind, key: text(0), value: text(1), mask: text(2) };
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
