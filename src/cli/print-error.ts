// Errors for people: what, where, what to do. No stack without --debug, but for bugs of ours.
import { ConfigError, formatIssue, isMusterError, type Issue } from '../model/index.ts';
import { escapeTerminal } from '../report/index.ts';
import { exitCodes } from '../model/index.ts';
import { OutputError } from './outputs.ts';

/** Prints an error to standard error and gives the exit code that it means. */
export function printError(error: unknown, debug: boolean): number {
  if (!isMusterError(error)) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`muster: a bug: ${escapeTerminal(text, 'tab-newline')}\n`);
    process.stderr.write('Please report it, with the command that led to it.\n');
    return exitCodes.bug;
  }
  if (error instanceof ConfigError) {
    const count = error.issues.length;
    for (const issue of error.issues) process.stderr.write(`${formatIssue(printable(issue))}\n`);
    process.stderr.write(`${count} ${count === 1 ? 'problem' : 'problems'}; no host was changed.\n`);
  } else {
    const at = error.location;
    const place = at === undefined ? '' : `${at.file}:${at.line}:${at.column}: `;
    process.stderr.write(`muster: ${escapeTerminal(`${place}${error.message}`)}\n`);
    if (error.hint !== undefined)
      process.stderr.write(`    hint: ${escapeTerminal(error.hint, 'tab-newline')}\n`);
    // For a person; who reads it from a file or a pipe has --debug and the code of the exit.
    if (process.stderr.isTTY) process.stderr.write(`    more: muster explain ${error.code}\n`);
  }
  if (debug) process.stderr.write(`${escapeTerminal(error.stack ?? '', 'tab-newline')}\n`);
  return error instanceof OutputError ? exitCodes.output : exitCodes.usage;
}

/** Each part by itself: a name with a line end in it must not look like another issue. */
function printable({ code, message, location, hint }: Issue): Issue {
  const shown = {
    code,
    message: escapeTerminal(message),
    location: { ...location, file: escapeTerminal(location.file) },
  };
  return hint === undefined ? shown : { ...shown, hint: escapeTerminal(hint, 'tab-newline') };
}
