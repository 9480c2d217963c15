// The index of a history: what all runs came to, so that a question about many of them reads none of their records. It is
// made from the files of the runs by each query, and made again when it is gone, damaged or locked; a run never waits for it.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { SqlEngine, SqlEngineKind } from './engine.ts';
import { StoreError } from './port.ts';
import type { Ending } from './summary-file.ts';
import { dropRun, migrate, putRun, stampsOf } from './tables.ts';

/** What the index should hold of a run: `stamp` is another one when the files are. */
export interface IndexedRun {
  readonly runId: string;
  readonly stamp: string;
  /** Reads what the run came to; undefined when it cannot be known. */
  readonly read: () => Promise<Ending | undefined>;
}

/** What is asked of the index. */
type Question<T> = (engine: SqlEngine) => T;

/** Brings the index up to these runs, and asks it. */
export async function askIndex<T>(
  kind: SqlEngineKind,
  directory: string,
  runs: readonly IndexedRun[],
  question: Question<T>,
): Promise<T> {
  const path = join(directory, kind.file);
  try {
    return await ask(kind, path, runs, question);
  } catch (error) {
    if (!isDamage(error)) return await ask(kind, undefined, runs, question);
  }
  try {
    for (const ending of ['', '-journal', '-wal', '-shm']) rmSync(path + ending, { force: true });
    return await ask(kind, path, runs, question);
  } catch {
    return await ask(kind, undefined, runs, question);
  }
}

async function ask<T>(
  kind: SqlEngineKind,
  path: string | undefined,
  runs: readonly IndexedRun[],
  question: Question<T>,
): Promise<T> {
  const engine = kind.open(path);
  try {
    migrate(engine);
    await update(engine, runs);
    return question(engine);
  } finally {
    engine.close();
  }
}

async function update(engine: SqlEngine, runs: readonly IndexedRun[]): Promise<void> {
  const known = stampsOf(engine);
  const read: (readonly [Ending, string])[] = [];
  for (const run of runs) {
    if (known.get(run.runId) === run.stamp) continue;
    const ending = await run.read();
    if (ending !== undefined) read.push([ending, run.stamp]);
  }
  const wanted = new Set(runs.map(({ runId }) => runId));
  const gone = [...known.keys()].filter((runId) => !wanted.has(runId));
  if (read.length + gone.length === 0) return;
  engine.alone(() => {
    for (const runId of gone) dropRun(engine, runId);
    for (const [ending, stamp] of read) putRun(engine, ending, stamp);
  });
}

/** What is no index, or a broken one; not one that is locked, read-only, or a newer muster's. */
function isDamage(error: unknown): boolean {
  if (error instanceof StoreError) return false;
  const words = error instanceof Error ? error.message : '';
  return !/locked|busy|readonly|read-only|permission|EACCES|EROFS|unable to open|disk is full|ENOSPC/i.test(
    words,
  );
}
