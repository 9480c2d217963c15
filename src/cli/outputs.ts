// Standard output and standard error, which may be full, closed or read by nobody. A run goes on whatever becomes of
// them; that its result was lost is said once, at the end, and is the exit code.
import { fstatSync, writeSync } from 'node:fs';
import { getSystemErrorMap } from 'node:util';
import { MusterError } from '../model/index.ts';
import { exitCodes } from '../model/index.ts';

/** A result could not be written; what was done on hosts is done (exit 74). */
export class OutputError extends MusterError {}

let outputProblem: NodeJS.ErrnoException | undefined;

/** Writes to standard output. That it failed is known later: see `shown` and `watchOutputs`. */
export function writeOut(text: string): void {
  if (held === undefined) process.stdout.write(text);
  else held.push(text);
}

/** What is kept for a pager. */
let held: string[] | undefined;

/** Keeps what is written from now on, until the function that it gives is called, which gives all of it. */
export function holdOutput(): () => string {
  const texts: string[] = [];
  held = texts;
  return () => {
    held = undefined;
    return texts.join('');
  };
}

/** Resolves when everything before is written. Throws OutputError when it is not: nobody can say yes to what nobody has read. */
export async function shown(): Promise<void> {
  await new Promise<void>((resolve) => {
    process.stdout.write('', () => {
      resolve();
    });
  });
  if (outputProblem !== undefined) throw outputError(outputProblem, 'nothing was changed');
}

/**
 * Keeps the process alive when an output breaks, and at its end says what became of standard output. A reader that went
 * away (`muster ... | head`) had what it wanted; standard error is for people, and a run does not fail for it.
 */
export function watchOutputs(): void {
  if (fstatSync(process.stdout.fd).isFile()) process.stdout._write = writeWhole;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') outputProblem ??= error;
  });
  process.stderr.on('error', () => undefined);
  process.once('exit', (code) => {
    if (outputProblem === undefined || code === exitCodes.bug || code === exitCodes.interrupted) return;
    if (code !== exitCodes.output) process.stderr.write(`muster: ${outputError(outputProblem).message}\n`);
    process.exitCode = exitCodes.output;
  });
}

/** Node takes a write to a file for done when only a part of it fitted on the disk: the next one tells why. */
function writeWhole(chunk: Uint8Array, _: BufferEncoding, done: (error?: Error | null) => void): void {
  try {
    for (let at = 0; at < chunk.length;) at += writeSync(process.stdout.fd, chunk, at);
    done();
  } catch (error) {
    done(error instanceof Error ? error : new Error(String(error)));
  }
}

/** The system's words for an error of a write, open or rename: `no space left on device`. */
export function systemWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { errno } = error as NodeJS.ErrnoException;
  return (errno === undefined ? undefined : getSystemErrorMap().get(errno)?.[1]) ?? error.message;
}

function outputError(cause: NodeJS.ErrnoException, hint?: string): OutputError {
  const message = `standard output cannot be written: ${systemWords(cause)}`;
  return new OutputError('OUTPUT', message, { cause, ...(hint === undefined ? {} : { hint }) });
}
