// Writes what a run came to in a file beside its record.
import { randomBytes } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import type { RunFindings, RunSummary } from '../model/index.ts';

/** What stands in the file. */
export interface Ending {
  readonly summary: RunSummary;
  /** Absent for a run that looks for nothing wrong, or of which not all is known. */
  readonly findings?: RunFindings | undefined;
}

/** Writes it, whole or not at all. */
export async function writeSummary(path: string, { summary, findings }: Ending): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.part`;
  try {
    await writeFile(temporary, `${JSON.stringify({ ...summary, findings })}\n`, { flag: 'wx', mode: 0o600 });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
