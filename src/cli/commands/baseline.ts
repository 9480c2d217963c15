// baseline: runs that are kept under a name, to compare later ones with.
import { verdict } from '../../compare/index.ts';
import { exitCodes, UsageError } from '../../model/index.ts';
import {
  baselineJson,
  escapeTerminal,
  originLines,
  renderHistory,
  stringifyJson,
  styleFor,
} from '../../report/index.ts';
import type { GlobalOptions } from '../options.ts';
import { writeOut } from '../outputs.ts';
import { colorEnvironment, printText } from '../print-text.ts';
import { newestVerify, playbookMeant, runIdOf } from '../stored-runs.ts';
import { takeFiles, tell } from '../taken-fleet.ts';
import { existingHistory } from './history.ts';

export interface BaselineOptions extends GlobalOptions {
  readonly run?: string;
  readonly playbook?: string;
  readonly json?: boolean;
}

/** `muster baseline save NAME`: keeps the newest verify, or the run that is named. */
export async function saveBaseline(name: string, options: BaselineOptions): Promise<number> {
  const { history } = existingHistory(await takeFiles(options));
  const runId =
    options.run === undefined
      ? (await newestVerify(history, { playbook: options.playbook }))?.runId
      : await runIdOf(history, options.run);
  const summary = runId === undefined ? undefined : (await history.read(runId)).summary;
  if (runId === undefined || summary === undefined)
    throw new UsageError('BASELINE_NONE', `there is no verify in ${history.place}`, {
      hint:
        (await playbookMeant(history, options.playbook)) ??
        'run muster verify PLAYBOOK first, or name a run: --run ID',
    });
  if (summary.state !== 'ended' || summary.cut !== undefined)
    throw new UsageError(
      'BASELINE_RUN',
      `run ${runId} was not recorded completely, so it cannot be a baseline`,
    );
  await history.baselines.save(name, runId);
  tell(
    `baseline ${name} is ${summary.action} ${summary.playbook} of ${summary.started}, run ${runId}: muster compare --baseline ${name}`,
  );
  return exitCodes.good;
}

/** `muster baseline list`. */
export async function listBaselines(options: BaselineOptions): Promise<number> {
  const taken = await takeFiles(options);
  const { history } = existingHistory(taken);
  const style = styleFor(colorEnvironment(taken.config), process.stdout);
  for (const { name, summary } of await history.baselines.list()) {
    if (options.json === true) writeOut(`${stringifyJson(baselineJson(name, summary))}\n`);
    else if (summary === undefined) writeOut(`${escapeTerminal(name)}: its record cannot be read\n`);
    else writeOut(`${escapeTerminal(name)}: ${renderHistory([summary], style).split('\n')[0] ?? ''}\n`);
  }
  return exitCodes.good;
}

/** `muster baseline show NAME`: the run, as it was shown live. */
export async function showBaseline(name: string, options: BaselineOptions): Promise<number> {
  const taken = await takeFiles(options);
  const { result, summary } = await existingHistory(taken).history.baselines.read(name);
  for (const line of originLines(summary)) tell(line);
  printText(result, styleFor(colorEnvironment(taken.config), process.stdout));
  return verdict(result).exitCode;
}

/** `muster baseline drop NAME`. */
export async function dropBaseline(name: string, options: BaselineOptions): Promise<number> {
  await existingHistory(await takeFiles(options)).history.baselines.drop(name);
  return exitCodes.good;
}
