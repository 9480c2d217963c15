// The embedded history: a directory in which every run writes a file of its own, so that runs wait for nobody and one that is
// killed holds nothing up. Questions go to an index, see run-index.ts.
import { rmSync } from 'node:fs';
import type { EventListener, RunFindings, RunOrigin, RunSummary } from '../model/index.ts';
import { isThere, pathsOf, type RunFiles, runFiles } from './directory.ts';
import type { SqlEngine, SqlEngineKind } from './engine.ts';
import { FileBaselines } from './file-baselines.ts';
import {
  type Baselines,
  type History,
  type Retention,
  type RunFollower,
  type RunList,
  type RunQuery,
  type RunRecorder,
  StoreError,
  type StoredRun,
} from './port.ts';
import { FileRecorder, wordsOf } from './recorder.ts';
import { outlived } from './retention.ts';
import { type Ending, writeSummary } from './summary-file.ts';

/** How an embedded history is opened. */
export interface FileHistoryOptions {
  /** It need not be there. */
  readonly directory: string;
  /** The time now. */
  readonly clock: () => Date;
  /** Tells the operator of a run that is not recorded. */
  readonly say: (message: string) => void;
  /** The engine of the index, unless it is this Node's. */
  readonly engine?: SqlEngineKind;
}

const reading = (): Promise<typeof import('./reading.ts')> => import('./reading.ts');

/** A history in a directory. */
export function fileHistory(options: FileHistoryOptions): History {
  return new FileHistory(options);
}

class FileHistory implements History {
  readonly #options: FileHistoryOptions;
  readonly baselines: Baselines;

  constructor(options: FileHistoryOptions) {
    this.#options = options;
    this.baselines = new FileBaselines(options.directory);
  }

  get place(): string {
    return this.#options.directory;
  }

  record(origin: RunOrigin): RunRecorder {
    return new FileRecorder(this.place, origin, this.#options.say);
  }

  async ids(): Promise<readonly string[]> {
    return await Promise.resolve(this.#files().map(({ runId }) => runId));
  }

  async list(query: RunQuery): Promise<RunList> {
    const unreadable = new Map<string, string>();
    const { selectRuns, summaryOf } = await reading();
    const texts = await this.#ask(unreadable, (engine) => selectRuns(engine, query));
    return { runs: texts.map(summaryOf), unreadable };
  }

  async findings(playbook: string, until: string): Promise<readonly RunFindings[]> {
    const { selectFindings } = await reading();
    return await this.#ask(new Map(), (engine) => selectFindings(engine, playbook, until));
  }

  /** Asks the index, when it holds all runs that are there. */
  async #ask<T>(
    unreadable: Map<string, string>,
    question: (engine: SqlEngine) => readonly T[],
  ): Promise<readonly T[]> {
    const files = this.#files();
    if (files.length === 0) return [];
    const { askIndex, engineHere } = await reading();
    const indexed = files.map(async (run) => ({
      runId: run.runId,
      stamp: await this.#stamp(run),
      read: async () =>
        await this.#ending(run).catch((error: unknown) => {
          unreadable.set(run.runId, wordsOf(error));
          return undefined;
        }),
    }));
    const engine = this.#options.engine ?? (await engineHere());
    return await askIndex(engine, this.place, await Promise.all(indexed), question);
  }

  async read(runId: string, listener?: EventListener): Promise<StoredRun> {
    const files = this.#files().find((run) => run.runId === runId);
    if (files === undefined) throw this.#unknown(runId);
    if (!files.packed && !files.plain)
      throw new StoreError('STORE_RECORD', `the record of run ${runId} is missing from ${this.place}`);
    const { readRun, readSummary } = await reading();
    const stored = await readRun(this.place, files, this.#options.clock(), listener);
    // What it came to was known when it ended, also where the record could not be continued until then.
    const known = files.summary ? await readSummary(pathsOf(this.place, runId).summary) : undefined;
    return { ...stored, summary: known?.summary.state === 'ended' ? known.summary : stored.summary };
  }

  follow(runId: string): RunFollower {
    let follower: Promise<RunFollower> | undefined;
    const { directory, clock } = this.#options;
    const readWhole = async (): Promise<StoredRun> => await this.read(runId);
    return {
      look: async () => {
        if (!this.#files().some((run) => run.runId === runId)) throw this.#unknown(runId);
        follower ??= reading().then(
          ({ FileFollower }) => new FileFollower({ directory, runId, clock, readWhole }),
        );
        return await (await follower).look();
      },
    };
  }

  #unknown(runId: string): StoreError {
    return new StoreError('STORE_RUN', `there is no run ${runId} in ${this.place}`);
  }

  async takeNeverEnded(): Promise<readonly RunSummary[]> {
    const found: RunSummary[] = [];
    for (const run of this.#files().filter(({ packed, summary }) => !packed && !summary)) {
      const { summary } = (await this.#ending(run).catch(() => undefined)) ?? {};
      if (summary?.state !== 'never-ended') continue;
      // The operator saw a notice at the time of a run that could not be recorded to its end.
      if (summary.cut === undefined) found.push(summary);
      // If nothing can be written, it is reported again.
      await writeSummary(pathsOf(this.place, run.runId).summary, { summary }).catch(() => undefined);
    }
    return found;
  }

  async prune(retention: Retention, now: Date, isPreview = false): Promise<readonly string[]> {
    const { runs } = await this.list({});
    const gone = outlived(runs, retention, now);
    for (const runId of isPreview ? [] : gone) this.#remove(runId);
    return gone;
  }

  /** The summary goes last: what is left by a kill in between is found again. */
  #remove(runId: string): void {
    const { plain, packed, summary } = pathsOf(this.place, runId);
    try {
      for (const path of [plain, packed, summary]) rmSync(path, { force: true });
    } catch (cause) {
      throw new StoreError('STORE_WRITE', `run ${runId} cannot be removed: ${wordsOf(cause)}`, { cause });
    }
  }

  #files(): readonly RunFiles[] {
    try {
      return isThere(this.place) ? runFiles(this.place) : [];
    } catch (cause) {
      if (cause instanceof StoreError) throw cause;
      throw new StoreError('STORE_READ', `${this.place} cannot be read: ${wordsOf(cause)}`, { cause });
    }
  }

  /** The record of a run that did not end may grow, and its controller may go away. */
  async #stamp(run: RunFiles): Promise<string> {
    if (run.packed || !run.plain) return 'ended';
    const now = this.#options.clock();
    const { readAtWork, sizeOf } = await reading();
    const atWork = await readAtWork(this.place, run, now).catch(() => undefined);
    if (atWork !== undefined) return `at work ${now.toISOString()}`;
    return await sizeOf(this.place, run).then(String, () => 'gone');
  }

  async #ending(run: RunFiles): Promise<Ending> {
    const now = this.#options.clock();
    const { readAtWork, readRun, readSummary } = await reading();
    const atWork = run.plain ? await readAtWork(this.place, run, now) : undefined;
    if (atWork !== undefined) return { summary: atWork };
    const known = run.summary ? await readSummary(pathsOf(this.place, run.runId).summary) : undefined;
    if (known?.summary.state === 'ended') return known;
    return { summary: (await readRun(this.place, run, now)).summary };
  }
}
