// report: a run that was recorded with --json, shown as the run itself was.
import { verdict } from '../../compare/index.ts';
import { styleFor } from '../../report/index.ts';
import type { GlobalOptions } from '../options.ts';
import { colorEnvironment, printText } from '../print-text.ts';
import { proveReports, writeReports } from '../report-file.ts';
import { readRecordFile, recordName } from '../stored-runs.ts';
import { takeFiles, tell } from '../taken-fleet.ts';

export interface ReportOptions extends GlobalOptions {
  readonly all?: boolean;
  readonly report?: readonly string[];
}

/** `muster report FILE`: `-` is standard input. The exit code is that of the run. */
export async function reportCommand(file: string, options: ReportOptions): Promise<number> {
  await proveReports(options.report ?? []);
  const { config } = await takeFiles(options);
  const { result, isCut } = await readRecordFile(file);
  if (isCut) tell(`${recordName(file)} ends before the run did: what follows is what was recorded of it`);
  const style = styleFor(colorEnvironment(config), process.stdout);
  printText(result, style, { all: options.all === true });
  await writeReports(options.report ?? [], result);
  return verdict(result).exitCode;
}
