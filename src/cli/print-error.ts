// Errors for people: what, where, what to do. No stack without --debug, but for bugs of ours.
import { ConfigError, isMusterError } from '../errors.ts';
import { escapeTerminal } from '../report/index.ts';
import { exitCodes } from './exit-code.ts';
import { OutputError } from './outputs.ts';

/** Prints an error to standard error and gives the exit code that it means. */
export function printError(error: unknown, debug: boolean): number {
  if (!isMusterError(error)) {
    process.stderr.write(
      `muster: a bug: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    process.stderr.write('Please report it, with the command that led to it.\n');
    return exitCodes.bug;
  }
  if (error instanceof ConfigError) {
    const count = error.issues.length;
    process.stderr.write(`${escapeTerminal(error.message, 'tab-newline')}\n`);
    process.stderr.write(`${count} ${count === 1 ? 'problem' : 'problems'}; no host was touched.\n`);
  } else {
    const at = error.location;
    const place = at === undefined ? '' : `${at.file}:${at.line}:${at.column}: `;
    process.stderr.write(`muster: ${escapeTerminal(`${place}${error.message}`)}\n`);
    if (error.hint !== undefined)
      process.stderr.write(`    hint: ${escapeTerminal(error.hint, 'tab-newline')}\n`);
  }
  if (debug) process.stderr.write(`${error.stack ?? ''}\n`);
  return error instanceof OutputError ? exitCodes.output : exitCodes.usage;
}
