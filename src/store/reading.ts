// What reads a history. It is loaded when something is asked: a command that only records a run needs none of it.
import { readFile } from 'node:fs/promises';
import { findingsSchema, type RunSummary, summarySchema } from '../model/index.ts';
import type { Ending } from './summary-file.ts';
export { engineHere } from './engine-here.ts';
export { FileFollower } from './follow-run.ts';
export { readAtWork, readRun, sizeOf } from './read-run.ts';
export { askIndex } from './run-index.ts';
export { selectFindings, selectRuns } from './tables.ts';

/** What `writeSummary` wrote: undefined for one that is not there, is damaged, or of another version. */
export async function readSummary(path: string): Promise<Ending | undefined> {
  try {
    const json: unknown = JSON.parse(await readFile(path, 'utf8'));
    const { findings } = json as { readonly findings?: unknown };
    return { summary: summarySchema.parse(json), findings: findingsSchema.safeParse(findings).data };
  } catch {
    return undefined;
  }
}

/** The summary that stands in the index as this text. */
export function summaryOf(text: string): RunSummary {
  return summarySchema.parse(JSON.parse(text));
}
