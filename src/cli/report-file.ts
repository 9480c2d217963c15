// Reports in files, beside what the terminal gets. That a file can be written is proved before any host is asked; an old
// report stays whole until the new one is.
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, open, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UsageError } from '../model/index.ts';
import { systemWords, OutputError } from './outputs.ts';
import { renderReport } from './render-report.ts';
import type { ReportContext } from './report-context.ts';
import type { WantedReport } from './report-options.ts';
import type { RunResult } from '../model/index.ts';

/** Proves that each file can be written, and leaves all as it was. Throws UsageError that names every one that cannot. */
export async function proveReports(reports: readonly WantedReport[]): Promise<void> {
  const problems = await failuresOf(reports, async ({ file }) => {
    const way = await wayTo(file);
    if (way.temporary === undefined) return;
    await writeFile(way.temporary, '', { flag: 'wx' });
    await rm(way.temporary);
  });
  if (problems.length === 0) return;
  throw new UsageError('REPORT_WRITE', problems.join('; '), {
    hint: 'name a file in an existing directory that you may write; no host was contacted',
  });
}

/** Writes each report, and goes on to the next when one fails. Throws OutputError that names every one that failed. */
export async function writeReports(
  reports: readonly WantedReport[],
  result: RunResult,
  context: ReportContext = {},
): Promise<void> {
  const problems = await failuresOf(reports, async ({ format, file }) => {
    const text = await renderReport(format, result, context);
    const { target, temporary } = await wayTo(file);
    if (temporary === undefined) await writeInPlace(target, text);
    else await replace(target, temporary, text);
  });
  if (problems.length > 0) throw new OutputError('REPORT_WRITE', problems.join('; '));
}

/** How a file is written: what a symbolic link leads to, and a name beside it for the time until the text is whole. */
interface Way {
  readonly target: string;
  /** Undefined for what is written as it is: a pipe, a terminal, or a file whose directory takes no other name. */
  readonly temporary: string | undefined;
}

/** Throws the system's error when the file cannot be opened for writing; it is not emptied. */
async function wayTo(file: string): Promise<Way> {
  const target = await realpath(file).catch(() => file);
  const temporary = join(dirname(target), `.${basename(target)}.${randomBytes(4).toString('hex')}`);
  const found = await stat(target).catch(() => undefined);
  if (found === undefined) return { target, temporary };
  if (found.isDirectory()) throw new Error('it is a directory');
  if (!found.isFile()) return { target, temporary: undefined };
  await (await open(target, 'r+')).close();
  try {
    await writeFile(temporary, '', { flag: 'wx' });
    await rm(temporary);
    return { target, temporary };
  } catch {
    return { target, temporary: undefined };
  }
}

/** A pipe that nobody reads would be waited for without end: opened without waiting, it says so. */
async function writeInPlace(target: string, text: Iterable<string>): Promise<void> {
  const isPipe = (await stat(target)).isFIFO();
  const held = isPipe ? await open(target, constants.O_WRONLY | constants.O_NONBLOCK) : undefined;
  try {
    await writeFile(target, text);
  } finally {
    await held?.close();
  }
}

async function replace(target: string, temporary: string, text: Iterable<string>): Promise<void> {
  const mode = (await stat(target).catch(() => undefined))?.mode;
  try {
    await writeFile(temporary, text, { flag: 'wx' });
    if (mode !== undefined) await chmod(temporary, mode);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** What went wrong, a sentence for each file that failed. */
async function failuresOf(
  reports: readonly WantedReport[],
  work: (report: WantedReport) => Promise<void>,
): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const report of reports) {
    await work(report).catch((error: unknown) => {
      const isUnread = error instanceof Error && 'code' in error && error.code === 'ENXIO';
      const why = isUnread ? 'it is a pipe that no program reads' : systemWords(error);
      problems.push(`the report ${report.file} cannot be written: ${why}`);
    });
  }
  return problems;
}
