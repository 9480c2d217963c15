// What a run came to, in a file beside its record.
import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { type RunSummary, summarySchema } from '../model/index.ts';

/** Writes it, whole or not at all. */
export async function writeSummary(path: string, summary: RunSummary): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.part`;
  try {
    await writeFile(temporary, `${JSON.stringify(summary)}\n`, { flag: 'wx', mode: 0o600 });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Undefined for one that is not there, is damaged, or of another version. */
export async function readSummary(path: string): Promise<RunSummary | undefined> {
  try {
    return summarySchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
}
