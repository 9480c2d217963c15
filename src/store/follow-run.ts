// Follows a run while it goes on: each look reads what its record has grown by, and says what is known by then.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { isMusterError, linesOf, originSchema, RecordReader, type RunOrigin } from '../model/index.ts';
import { isAtWork } from './controller.ts';
import { pathsOf } from './directory.ts';
import { type RunFollower, type RunView, StoreError, type StoredRun } from './port.ts';
import { wordsOf } from './recorder.ts';
import { summarize } from './summarize.ts';

const mostLineBytes = 256 * 1024 * 1024;

/** What was read of a record that grows. */
class GrowingRecord {
  readonly reader = new RecordReader((event) => {
    if (event.type === 'run-started') {
      this.steps = event.steps.length;
      for (const host of event.hosts) this.open.add(host);
    } else if (event.type === 'host-finished') this.open.delete(event.host);
  });
  /** Hosts whose verdict was not spoken. */
  readonly open = new Set<string>();
  steps = 0;
  origin: RunOrigin | undefined;
  /** Bytes of whole lines that were read. */
  bytes = 0;

  /** Reads the whole lines that are new. Throws MusterError and the system's errors. */
  async read(path: string): Promise<void> {
    const added = createReadStream(path, { start: this.bytes });
    for await (const { text, isWhole } of linesOf(added, { most: mostLineBytes, isUnwanted: () => false })) {
      if (!isWhole || text === undefined) return;
      if (this.bytes === 0) this.origin = originOf(text);
      this.reader.take(text);
      this.bytes += Buffer.byteLength(text) + 1;
    }
  }
}

function originOf(text: string): RunOrigin | undefined {
  try {
    return originSchema.safeParse((JSON.parse(text) as { readonly origin?: unknown }).origin).data;
  } catch {
    return undefined;
  }
}

/** The place of a run, and what reads it as a whole when it does not go on. */
export interface Followed {
  readonly directory: string;
  readonly runId: string;
  readonly clock: () => Date;
  readonly readWhole: () => Promise<StoredRun>;
}

/** Follows a run. Several readers at once get the same. */
export class FileFollower implements RunFollower {
  readonly #run: Followed;
  #record = new GrowingRecord();
  #looking: Promise<RunView> | undefined;

  constructor(run: Followed) {
    this.#run = run;
  }

  look(): Promise<RunView> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(): Promise<RunView> {
    const { directory, runId, clock, readWhole } = this.#run;
    const { plain } = pathsOf(directory, runId);
    const record = await this.#grown(plain);
    if (record?.origin === undefined || !isThereAtWork(record.origin, plain, clock()))
      return { ...(await readWhole()), version: 0, open: [] };
    const { result } = record.reader.end();
    const { steps, origin, bytes, open } = record;
    return {
      ...{ result, summary: summarize(result, { state: 'at-work', steps, origin }) },
      ...{ version: bytes, open: [...open] },
    };
  }

  /** Undefined when there is no such record, because the run ended or there is none. */
  async #grown(path: string): Promise<GrowingRecord | undefined> {
    try {
      // A record that could not be continued is cut back, to say so at its end.
      if ((await stat(path)).size < this.#record.bytes) this.#record = new GrowingRecord();
      await this.#record.read(path).catch(async (error: unknown) => {
        if (!isMusterError(error)) throw error;
        this.#record = new GrowingRecord();
        await this.#record.read(path);
      });
      return this.#record.bytes === 0 ? undefined : this.#record;
    } catch (cause) {
      if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
      throw new StoreError('STORE_RECORD', `the record ${path} cannot be read: ${wordsOf(cause)}`, { cause });
    }
  }
}

/** The record of a run that ends is gone at once. */
function isThereAtWork({ controller }: RunOrigin, path: string, now: Date): boolean {
  try {
    return isAtWork(controller, path, now);
  } catch {
    return false;
  }
}
