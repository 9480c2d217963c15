// Writes one run's record as it happens: each event is with the system before the next one is taken, so a controller that is
// killed loses nothing that was reported. Whatever goes wrong here is said once, and the run goes on.
import {
  closeSync,
  createReadStream,
  createWriteStream,
  fsyncSync,
  ftruncateSync,
  openSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { getSystemErrorMap } from 'node:util';
import { createGzip } from 'node:zlib';
import {
  isMusterError,
  type JsonObject,
  RecordWriter,
  type RunEvent,
  type RunOrigin,
  type RunResult,
} from '../model/index.ts';
import { makePrivate, pathsOf } from './directory.ts';
import { findingsOf } from '../compare/index.ts';
import type { RunRecorder } from './port.ts';
import { summarize } from './summarize.ts';
import { writeSummary } from './summary-file.ts';

/** A record that was not continued ends with a notice that begins so. */
export const stopWords = 'the rest was not recorded: ';

/** The start of a line of the record, and its event's number. */
interface LineStart {
  readonly at: number;
  readonly sequence: number;
}

/** More than the notice at the end of a record takes. */
const noticeBytes = 512;
const keptStarts = 16;

/** The record of one run. `say` tells the operator, once. */
export class FileRecorder implements RunRecorder {
  readonly #directory: string;
  readonly #origin: RunOrigin;
  readonly #say: (message: string) => void;
  readonly #lines = new RecordWriter((line, sequence) => {
    this.#line(line, sequence);
  });
  #file: number | undefined;
  #size = 0;
  #steps = 0;
  /** Of the last lines. */
  #starts: LineStart[] = [];
  #problem: string | undefined;

  constructor(directory: string, origin: RunOrigin, say: (message: string) => void) {
    this.#directory = directory;
    this.#origin = origin;
    this.#say = say;
  }

  readonly take = (event: RunEvent): void => {
    if (this.#problem !== undefined) return;
    try {
      if (event.type === 'run-started') this.#begin(event);
      this.#lines.take(event);
      this.#lines.flush();
    } catch (error) {
      this.#stop(error, event);
    }
  };

  async end(result: RunResult): Promise<void> {
    if (this.#file === undefined) return;
    const paths = pathsOf(this.#directory, result.runId);
    try {
      fsyncSync(this.#file);
      closeSync(this.#file);
      await pack(paths.plain, paths.packed);
      const [steps, origin, cut] = [this.#steps, this.#origin, this.#problem];
      const summary = summarize(result, { state: 'ended', steps, origin, cut });
      const isLookout = (result.action === 'verify' || result.action === 'compare') && cut === undefined;
      await writeSummary(paths.summary, {
        summary,
        findings: isLookout ? findingsOf(result) : undefined,
      });
      await rm(paths.plain);
    } catch (error) {
      if (this.#problem === undefined)
        this.#say(`the record of this run ends here, and is kept in ${paths.plain}: ${wordsOf(error)}`);
    }
  }

  #begin(event: Extract<RunEvent, { type: 'run-started' }>): void {
    makePrivate(this.#directory);
    this.#steps = event.steps.length;
    this.#file = openSync(pathsOf(this.#directory, event.runId).plain, 'wx', 0o600);
  }

  #line(line: JsonObject, sequence: number): void {
    const json = sequence === 1 ? { ...line, origin: this.#origin } : line;
    const length = this.#starts.push({ at: this.#size, sequence });
    if (length > 2 * keptStarts) this.#starts = this.#starts.slice(-keptStarts);
    this.#write(`${JSON.stringify(json)}\n`);
  }

  #write(text: string): void {
    if (this.#file === undefined) return;
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length;)
      at += writeSync(this.#file, bytes, at, bytes.length - at, this.#size + at);
    this.#size += bytes.length;
  }

  #stop(error: unknown, event: RunEvent): void {
    this.#problem = wordsOf(error);
    const isBegun = this.#size > 0;
    const what = isBegun ? 'only the beginning of this run is recorded' : 'this run is not recorded';
    const hint = isMusterError(error) && error.hint !== undefined ? ` (${error.hint})` : '';
    this.#say(`${what}: ${this.#directory}: ${this.#problem}${hint}`);
    if (isBegun) this.#noteStop(this.#problem, event);
    else this.#forget(event);
  }

  /** A file in which no run begins is no record. */
  #forget({ runId }: RunEvent): void {
    if (this.#file === undefined) return;
    closeSync(this.#file);
    this.#file = undefined;
    rmSync(pathsOf(this.#directory, runId).plain, { force: true });
  }

  /** Says in the record that it stops, in the room of its last lines: there may be no more. */
  #noteStop(problem: string, { runId, time }: RunEvent): void {
    const first = this.#starts.findLast(({ at }) => this.#size - at >= noticeBytes) ?? this.#starts.at(-1);
    if (first === undefined || first.sequence === 1 || this.#file === undefined) return;
    const stamp = { sequence: first.sequence, time, runId };
    try {
      ftruncateSync(this.#file, first.at);
      this.#size = first.at;
      this.#lines.take({ type: 'notice', message: stopWords + problem, ...stamp });
    } catch {
      // What was recorded is a record all the same.
    }
  }
}

/** Writes the packed form of a record, whole or not at all. */
async function pack(plain: string, packed: string): Promise<void> {
  const temporary = `${packed}.part`;
  try {
    const options = { flags: 'w', mode: 0o600 };
    await pipeline(createReadStream(plain), createGzip({ level: 5 }), createWriteStream(temporary, options));
    const handle = await open(temporary, 'r');
    await handle.sync().finally(() => handle.close());
    await rename(temporary, packed);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** The system's words, as of `no space left on device`. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // zlib has numbers of its own.
  const { errno, syscall } = error as NodeJS.ErrnoException;
  if (syscall === undefined) return error.message;
  return (errno === undefined ? undefined : getSystemErrorMap().get(errno)?.[1]) ?? error.message;
}
