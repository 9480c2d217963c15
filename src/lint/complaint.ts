// What a rule says about an offset of a text, and how it becomes a finding at a place in a file.
import { placeOf } from '../document/index.ts';
import type { Finding, Severity } from './finding.ts';

export interface Complaint {
  readonly severity: Severity;
  readonly code: string;
  readonly message: string;
  readonly start: number;
  readonly hint?: string;
}

/** An error about an offset. */
export function wrong(code: string, start: number, message: string, hint?: string): Complaint {
  return complain('error', code, start, message, hint);
}

/** A warning about an offset. */
export function doubtful(code: string, start: number, message: string, hint?: string): Complaint {
  return complain('warning', code, start, message, hint);
}

function complain(
  severity: Severity,
  code: string,
  start: number,
  message: string,
  hint: string | undefined,
): Complaint {
  return hint === undefined ? { severity, code, start, message } : { severity, code, start, message, hint };
}

/** Complaints about a text as findings in its file. */
export function toFindings(file: string, text: string, complaints: readonly Complaint[]): Finding[] {
  return complaints.map(({ start, ...said }) => ({ ...said, location: placeOf(file, text, start) }));
}
