// report: a run of the history, or one that was recorded with --json, shown as the run itself was; and reports of it in files.
import { createReadStream, statSync } from 'node:fs';
import { verdict } from '../../compare/index.ts';
import { isMusterError, readRecord, type RunResult, UsageError } from '../../model/index.ts';
import { styleFor } from '../../report/index.ts';
import type { History } from '../../store/index.ts';
import type { GlobalOptions } from '../options.ts';
import { systemWords } from '../outputs.ts';
import { colorEnvironment, printText } from '../print-text.ts';
import { contextOf, type ReportContext } from '../report-context.ts';
import { proveReports, writeReports } from '../report-file.ts';
import { type ReportOptions, reportsOf } from '../report-options.ts';
import { takeFiles, tell } from '../taken-fleet.ts';
import { findRun } from './find-run.ts';
import { existingHistory } from './history.ts';

export type ReportCommandOptions = GlobalOptions & ReportOptions & { readonly all?: boolean };

/** `muster report [RUN|FILE]`: `-` is standard input. The exit code is that of the run. */
export async function reportCommand(
  word: string | undefined,
  options: ReportCommandOptions,
): Promise<number> {
  const reports = reportsOf(options);
  await proveReports(reports);
  const taken = await takeFiles(options);
  const isFile = word !== undefined && isFileName(word);
  const { result, context } = isFile
    ? { result: await readFile(word), context: {} }
    : await readStored(existingHistory(taken).history, word);
  const style = styleFor(colorEnvironment(taken.config), process.stdout);
  printText(result, style, { all: options.all === true });
  if (reports.length > 0) await writeReports(reports, result, await context);
  return verdict(result).exitCode;
}

/** A file wins over a run of the same name; what is neither is told as what it looks like. */
function isFileName(word: string): boolean {
  if (word === '-' || word.includes('/') || word.includes('.')) return true;
  return statSync(word, { throwIfNoEntry: false })?.isDirectory() === false;
}

async function readStored(
  history: History,
  word: string | undefined,
): Promise<{ result: RunResult; context: Promise<ReportContext> }> {
  const { result, summary } = await history.read(await findRun(history, word));
  return { result, context: contextOf(history, result, summary) };
}

async function readFile(file: string): Promise<RunResult> {
  try {
    const { result, isCut } = await readRecord(file === '-' ? process.stdin : createReadStream(file));
    if (isCut) tell(`${nameOf(file)} ends before the run did: what follows is what was recorded of it`);
    return result;
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
  return new UsageError('RECORD', `${nameOf(file)} cannot be shown: ${problem}`, { hint });
}

function nameOf(file: string): string {
  return file === '-' ? 'standard input' : file;
}
