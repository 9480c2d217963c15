// Errors that end a command. A failing host is never one of these: that is data, see result.ts.
// Checked by `code` or brand, not by instanceof, so duplicated packages do not hide them.

const brand = Symbol.for('muster.error');

/** A place in a text file; line and column count from 1. */
export interface Location {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface FailureDetails {
  /** What the reader can do about it. */
  readonly hint?: string;
  readonly location?: Location;
  readonly host?: string;
  readonly cause?: unknown;
}

/** The root of every error that muster throws on purpose. `code` is stable; the text is not. */
export class MusterError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  readonly location: Location | undefined;
  readonly host: string | undefined;
  readonly [brand] = true;

  constructor(code: string, message: string, details: FailureDetails = {}) {
    super(message, { cause: details.cause });
    this.name = new.target.name;
    this.code = code;
    this.hint = details.hint;
    this.location = details.location;
    this.host = details.host;
  }
}

/** The command line asks for something that cannot be (exit 2). */
export class UsageError extends MusterError {}

/** One thing wrong in a file that a person wrote. */
export interface Issue {
  readonly code: string;
  readonly message: string;
  readonly location: Location;
  readonly hint?: string;
}

/** Everything wrong in the files that a person wrote, all at once, in file order (exit 2). */
export class ConfigError extends MusterError {
  readonly issues: readonly Issue[];

  constructor(issues: readonly Issue[]) {
    super('CONFIG', issues.map(formatIssue).join('\n'));
    this.issues = issues;
  }
}

/** Renders an issue as `file:line:col: error[CODE]: message` with an indented hint line below. */
export function formatIssue(issue: Issue): string {
  const { file, line, column } = issue.location;
  const head = `${file}:${line}:${column}: error[${issue.code}]: ${issue.message}`;
  return issue.hint === undefined ? head : `${head}\n    hint: ${issue.hint}`;
}

/** A host could not be connected to; becomes the host's outcome `unreachable`. */
export class ConnectError extends MusterError {}

/** True for errors of this family, also across duplicated copies of the package. */
export function isMusterError(value: unknown): value is MusterError {
  return typeof value === 'object' && value !== null && brand in value;
}
