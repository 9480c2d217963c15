// Runs that were recorded: by their id in the history, or in a file that --json wrote.
import { createReadStream } from 'node:fs';
import {
  didYouMean,
  isMusterError,
  type ReadRecord,
  readRecord,
  type RunSummary,
  UsageError,
} from '../model/index.ts';
import type { History } from '../store/index.ts';
import { systemWords } from './outputs.ts';

/** The run that a word means: its id, the beginning of it, or what is after its last dash. Throws UsageError. */
export async function runIdOf(history: History, word = 'newest'): Promise<string> {
  if (word === 'newest') {
    const [newest] = (await history.list({})).runs;
    if (newest !== undefined) return newest.runId;
    throw new UsageError('SHOW_NONE', `there is no run in ${history.place}`, {
      hint: 'runs are recorded unless --no-history or history: false in the configuration turns that off',
    });
  }
  const found = await runsLike(history, word);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  if (found.length === 0)
    throw new UsageError('SHOW_RUN', `no run in ${history.place} begins with ${word}`, {
      hint:
        didYouMean(word, await wordsForRuns(history)) ??
        '`muster history` shows them; `muster show newest HOST` is about the newest',
    });
  const newestFirst = await inOrderOfHistory(history, found);
  throw new UsageError('SHOW_RUN', `${word} may be ${found.length} runs`, {
    hint: `${newestFirst.slice(0, 5).join(', ')}${found.length > 5 ? ', ...' : ''}`,
  });
}

/** As `muster history` lists them: an id does not say which of two runs of the same second is the newer one. */
async function inOrderOfHistory(history: History, ids: readonly string[]): Promise<readonly string[]> {
  const { runs } = await history.list({});
  const wanted = new Set(ids);
  const listed = runs.flatMap(({ runId }) => (wanted.has(runId) ? [runId] : []));
  return [...new Set([...listed, ...ids.toReversed()])];
}

/** The ids that a word may mean; the whole id is only itself. Throws StoreError. */
export async function runsLike(history: History, word: string): Promise<readonly string[]> {
  const ids = await history.ids();
  if (ids.includes(word)) return [word];
  return ids.filter((id) => id.startsWith(word) || id.slice(id.lastIndexOf('-') + 1).startsWith(word));
}

/** What may be typed for a run: `newest`, its id, and what is after its last dash. */
async function wordsForRuns(history: History): Promise<readonly string[]> {
  const ids = (await history.ids()).toSorted().toReversed();
  return ['newest', ...ids, ...ids.map((id) => id.slice(id.lastIndexOf('-') + 1))];
}

/** A hint for a playbook of which no run is recorded: the one that was meant; undefined if there is a run, or none is near. */
export async function playbookMeant(history: History, name: string | undefined): Promise<string | undefined> {
  if (name === undefined) return undefined;
  const { runs } = await history.list({});
  const names = new Set(runs.map(({ playbook }) => playbook));
  return names.has(name) ? undefined : didYouMean(name, names);
}

/** Which verifies are wanted; what is absent does not matter. */
export interface VerifyQuery {
  readonly playbook?: string | undefined;
  /** Only runs that began before another one. */
  readonly before?: string;
  /** A moment: the newest run that began by then. */
  readonly by?: string;
}

/** The newest verify that was recorded to its end, or undefined. Throws StoreError. */
export async function newestVerify(
  history: History,
  { playbook, before, by }: VerifyQuery,
): Promise<RunSummary | undefined> {
  const { runs } = await history.list({ action: 'verify', ...(playbook === undefined ? {} : { playbook }) });
  return runs.find(
    ({ state, cut, started }) =>
      state === 'ended' &&
      cut === undefined &&
      (before === undefined || started < before) &&
      (by === undefined || started <= by),
  );
}

/** Reads what --json wrote; `-` is standard input. Throws UsageError. */
export async function readRecordFile(file: string): Promise<ReadRecord> {
  try {
    return await readRecord(file === '-' ? process.stdin : createReadStream(file));
  } catch (error) {
    if (isMusterError(error)) throw usageError(file, error.message, error.hint);
    if (error instanceof Error && 'code' in error) throw usageError(file, systemWords(error), undefined);
    throw error;
  }
}

function usageError(
  file: string,
  problem: string,
  hint = 'give what a command with --json printed',
): UsageError {
  return new UsageError('RECORD', `${recordName(file)} cannot be shown: ${problem}`, { hint });
}

/** A record's file, for messages. */
export function recordName(file: string): string {
  return file === '-' ? 'standard input' : file;
}
