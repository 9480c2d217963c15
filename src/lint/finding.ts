// One thing that lint has to say about a place in a text, how it is shown, and in which order.
import type { Issue, Location } from '../model/index.ts';

export type Severity = 'error' | 'warning';

export interface Finding {
  readonly severity: Severity;
  /** Stable; what `# muster-lint: allow CODE reason` names. */
  readonly code: string;
  readonly message: string;
  readonly location: Location;
  /** What to do about it. */
  readonly hint?: string;
}

/** An error of a parser as a finding. */
export function findingOf(issue: Issue): Finding {
  return { severity: 'error', ...issue };
}

/** Findings by file, line, column and code; what is said twice of one place is kept once. */
export function sortFindings(findings: readonly Finding[]): Finding[] {
  const sorted = findings.toSorted(({ location: a, code: one }, { location: b, code: other }) => {
    if (a.file !== b.file) return a.file < b.file ? -1 : 1;
    return a.line - b.line || a.column - b.column || (one < other ? -1 : Number(one > other));
  });
  const seen = new Set<string>();
  return sorted.filter(({ location, code, message }) => {
    const key = JSON.stringify([location.file, location.line, location.column, code, message]);
    return !seen.has(key) && seen.add(key);
  });
}

/** `file:line:col: error[CODE]: message`, and below it the hint, indented. */
export function formatFinding({ severity, code, message, location, hint }: Finding): string {
  const head = `${location.file}:${location.line}:${location.column}: ${severity}[${code}]: ${message}`;
  return hint === undefined ? head : `${head}\n    hint: ${hint}`;
}

/** `2 errors and 1 warning in 14 files`; without any, `nothing to complain about in 14 files`. */
export function summarize(findings: readonly Finding[], files: number): string {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const parts = [amount(errors, 'error'), amount(findings.length - errors, 'warning')].filter(
    (part) => part !== '',
  );
  const said = parts.length === 0 ? 'nothing to complain about' : parts.join(' and ');
  return `${said} in ${amount(files, 'file') || 'no file'}`;
}

function amount(count: number, what: string): string {
  return count === 0 ? '' : `${count} ${what}${count === 1 ? '' : 's'}`;
}
