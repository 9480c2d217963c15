// Reads a run from its files: what it came to, and its events.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import {
  decodeEvent,
  type EventListener,
  isMusterError,
  linesOf,
  originSchema,
  readRecord,
  reduce,
  type RunOrigin,
  type RunSummary,
} from '../model/index.ts';
import { isAtWork } from './controller.ts';
import { pathsOf, type RunFiles } from './directory.ts';
import { type StoredRun, StoreError } from './port.ts';
import { stopWords, wordsOf } from './recorder.ts';
import { summarize } from './summarize.ts';

const mostHeadBytes = 64 * 1024 * 1024;

/** What the first line of a record says. */
interface Head {
  readonly origin: RunOrigin | undefined;
  /** What is known of the run by its first event alone. */
  readonly begun: StoredRun['result'];
  readonly steps: number;
}

/** Reads a run from its record; the listener gets its events. Throws StoreError. */
export async function readRun(
  directory: string,
  files: RunFiles,
  now: Date,
  listener?: EventListener,
): Promise<StoredRun> {
  return await named(directory, files, async () => {
    const { origin, steps } = await readHead(directory, files);
    let cut: string | undefined;
    const { result, isCut } = await readRecord(bytesOf(directory, files), (event) => {
      listener?.(event);
      if (event.type === 'notice' && event.host === undefined && event.message.startsWith(stopWords))
        cut = event.message.slice(stopWords.length);
    });
    const { plain } = pathsOf(directory, files.runId);
    const isGone = files.packed || origin === undefined || !isAtWork(origin.controller, plain, now);
    const state = !isCut ? 'ended' : isGone ? 'never-ended' : 'at-work';
    return { result, summary: summarize(result, { state, steps, origin, cut }) };
  });
}

/** What a run that is at work says of itself, without reading all of it; undefined when it is not. Throws StoreError. */
export async function readAtWork(
  directory: string,
  files: RunFiles,
  now: Date,
): Promise<RunSummary | undefined> {
  if (files.packed) return undefined;
  return await named(directory, files, async () => {
    const { origin, begun, steps } = await readHead(directory, files);
    const { plain } = pathsOf(directory, files.runId);
    if (origin === undefined || !isAtWork(origin.controller, plain, now)) return undefined;
    return summarize(begun, { state: 'at-work', steps, origin });
  });
}

/** How large a record is that may still grow. */
export async function sizeOf(directory: string, { runId }: RunFiles): Promise<number> {
  return (await stat(pathsOf(directory, runId).plain)).size;
}

async function readHead(directory: string, files: RunFiles): Promise<Head> {
  const bytes = bytesOf(directory, files);
  for await (const { text } of linesOf(bytes, { most: mostHeadBytes, isUnwanted: () => false })) {
    const json: unknown = JSON.parse(text ?? '');
    const event = decodeEvent(json);
    if (event?.type !== 'run-started') break;
    const origin = originSchema.safeParse((json as { readonly origin?: unknown }).origin);
    return { origin: origin.data, begun: reduce([event]), steps: event.steps.length };
  }
  throw new StoreError('STORE_RECORD', 'the run does not begin in it');
}

function bytesOf(directory: string, files: RunFiles): AsyncIterable<Uint8Array> {
  const { plain, packed } = pathsOf(directory, files.runId);
  if (!files.packed) return createReadStream(plain);
  const unpacked = createGunzip({ chunkSize: 256 * 1024 });
  // The reader gets the errors of both.
  pipeline(createReadStream(packed), unpacked, () => undefined);
  return unpacked;
}

async function named<T>(directory: string, files: RunFiles, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { plain, packed } = pathsOf(directory, files.runId);
    const hint = isMusterError(error) && error.hint !== undefined ? { hint: error.hint } : {};
    const path = files.packed ? packed : plain;
    throw new StoreError('STORE_RECORD', `the record ${path} cannot be read: ${wordsOf(error)}`, {
      cause: error,
      ...hint,
    });
  }
}
