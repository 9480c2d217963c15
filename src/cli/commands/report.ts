// report: a run of the history, or one that was recorded with --json, shown as the run itself was; and reports of it in files.
import { statSync } from 'node:fs';
import { verdict } from '../../compare/index.ts';
import { type RunResult, UsageError } from '../../model/index.ts';
import { styleFor } from '../../report/index.ts';
import type { GlobalOptions } from '../options.ts';
import { writeOut } from '../outputs.ts';
import { colorEnvironment, printText } from '../print-text.ts';
import { renderReport } from '../render-report.ts';
import { contextOf, type ReportContext } from '../report-context.ts';
import { proveReports, writeReports } from '../report-file.ts';
import { type ReportOptions, reportsOf } from '../report-options.ts';
import { readRecordFile, recordName, runIdOf } from '../stored-runs.ts';
import { takeFiles, type TakenFiles, tell } from '../taken-fleet.ts';
import { existingHistory } from './history.ts';
import type { ServeOptions } from './serve.ts';

export type ReportCommandOptions = GlobalOptions & ReportOptions & ServeOptions & { readonly all?: boolean };

interface ReportedRun {
  readonly result: RunResult;
  /** Asked for only where a report is written. */
  readonly context: () => Promise<ReportContext>;
}

/**
 * `muster report [RUN|FILE]`: `-` is standard input; a report whose file is `-` takes the place of the text. The exit code is
 * that of the run. With --serve it shows all runs in a browser.
 */
export async function reportCommand(
  word: string | undefined,
  options: ReportCommandOptions,
): Promise<number> {
  const reports = reportsOf(options);
  if (options.serve !== undefined) {
    if (reports.length > 0) throw new UsageError('SERVE', '--serve shows every run, and writes no report');
    const { serve } = await import('./serve.ts');
    return await serve(word, options, await takeFiles(options));
  }
  const [printed, ...more] = reports.filter(({ file }) => file === '-');
  if (more.length > 0) throw new UsageError('REPORT_WRITE', 'only one report can go to standard output');
  const files = reports.filter(({ file }) => file !== '-');
  await proveReports(files);
  const taken = await takeFiles(options);
  const { result, context } = await reportedRun(word, taken);
  if (printed === undefined) {
    const style = styleFor(colorEnvironment(taken.config), process.stdout);
    printText(result, style, { all: options.all === true });
  } else {
    for (const piece of await renderReport(printed.format, result, await context())) writeOut(piece);
  }
  if (files.length > 0) await writeReports(files, result, await context());
  return verdict(result).exitCode;
}

async function reportedRun(word: string | undefined, taken: TakenFiles): Promise<ReportedRun> {
  if (word !== undefined && isFileName(word)) {
    const { result, isCut } = await readRecordFile(word);
    if (isCut) tell(`${recordName(word)} ends before the run did: what follows is what was recorded of it`);
    return { result, context: () => Promise.resolve({}) };
  }
  const { history } = existingHistory(taken);
  const { result, summary } = await history.read(await runIdOf(history, word));
  return { result, context: () => contextOf(history, result, summary) };
}

/** A file wins over a run of the same name; what is neither is reported as what it looks like. */
function isFileName(word: string): boolean {
  if (word === '-' || word.includes('/') || word.includes('.')) return true;
  return statSync(word, { throwIfNoEntry: false })?.isDirectory() === false;
}
