// What a rule says about an offset of a text; lint-sh.ts turns it into a finding at a place in a file.
import type { Severity } from './finding.ts';

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
