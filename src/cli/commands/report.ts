// report: a run that was recorded with --json, shown as the run itself was.
import { createReadStream } from 'node:fs';
import { verdict } from '../../compare/index.ts';
import { isMusterError, type ReadRecord, readRecord, UsageError } from '../../model/index.ts';
import { styleFor, writeResult } from '../../report/index.ts';
import type { GlobalOptions } from '../options.ts';
import { systemWords, writeOut } from '../outputs.ts';
import { colorEnvironment, printText } from '../print-text.ts';
import { proveReports, writeReports } from '../report-file.ts';
import { takeFiles, tell } from '../taken-fleet.ts';

export interface ReportOptions extends GlobalOptions {
  readonly all?: boolean;
  readonly json?: boolean;
  readonly report?: readonly string[];
}

/** `muster report FILE`: `-` is standard input. The exit code is that of the run. */
export async function reportCommand(file: string, options: ReportOptions): Promise<number> {
  await proveReports(options.report ?? []);
  const { config } = await takeFiles(options);
  const { result, isCut } = await read(file);
  if (isCut) tell(`${nameOf(file)} ends before the run did: what follows is what was recorded of it`);
  if (options.json === true) writeResult({ write: writeOut }, result);
  else printText(result, styleFor(colorEnvironment(config), process.stdout), { all: options.all === true });
  await writeReports(options.report ?? [], result);
  return verdict(result).exitCode;
}

async function read(file: string): Promise<ReadRecord> {
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
  return new UsageError('RECORD', `${nameOf(file)} cannot be shown: ${problem}`, { hint });
}

function nameOf(file: string): string {
  return file === '-' ? 'standard input' : file;
}
