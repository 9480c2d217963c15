// history: which runs there were, and which go.
import { actions, didYouMean, exitCodes, UsageError } from '../../model/index.ts';
import { count, escapeTerminal, renderHistory, stringifyJson, styleFor } from '../../report/index.ts';
import type { History } from '../../store/index.ts';
import type { GlobalOptions } from '../options.ts';
import { type HistoryChoice, historyOf } from '../origin.ts';
import { writeOut } from '../outputs.ts';
import { colorEnvironment } from '../print-text.ts';
import { listRuns, type RunFilter } from '../run-list.ts';
import { playbookMeant } from '../stored-runs.ts';
import { takeFiles, tell } from '../taken-fleet.ts';

export interface HistoryOptions extends GlobalOptions, RunFilter {
  readonly number?: number;
  readonly json?: boolean;
}

export interface PruneOptions extends GlobalOptions {
  readonly show?: boolean;
  readonly json?: boolean;
}

/** `muster history`. */
export async function historyCommand(options: HistoryOptions): Promise<number> {
  const taken = await takeFiles(options);
  const { history } = existingHistory(taken);
  await refuseUnknown(history, options);
  const { runs, unreadable } = await listRuns(history, options);
  const wanted = runs.slice(0, options.number);
  if (options.json === true) for (const run of wanted) writeOut(`${stringifyJson(run)}\n`);
  else writeOut(renderHistory(wanted, styleFor(colorEnvironment(taken.config), process.stdout)));
  for (const [runId, why] of unreadable) tell(`run ${runId} is skipped: ${why}`);
  return exitCodes.good;
}

/** A filter that no run can pass is a slip. Throws UsageError (HISTORY_FILTER). */
async function refuseUnknown(history: History, { verb, playbook }: HistoryOptions): Promise<void> {
  if (verb !== undefined && !actions.some((action) => action === verb))
    throw new UsageError('HISTORY_FILTER', `there is no run of a command '${verb}'`, {
      hint: didYouMean(verb, actions) ?? `take ${actions.join(', ')}`,
    });
  const hint = await playbookMeant(history, playbook);
  if (hint === undefined) return;
  throw new UsageError('HISTORY_FILTER', `there is no run of a playbook ${playbook ?? ''}`, { hint });
}

/** `muster history prune`. */
export async function pruneCommand(options: PruneOptions): Promise<number> {
  const { history, retention } = existingHistory(await takeFiles(options));
  const gone = await history.prune(retention, new Date(), options.show === true);
  if (options.json === true) {
    writeOut(`${stringifyJson({ removed: options.show === true ? [] : gone, outlived: gone })}\n`);
    return exitCodes.good;
  }
  for (const runId of options.show === true ? gone : []) writeOut(`${escapeTerminal(runId)}\n`);
  const what = options.show === true ? 'would go' : 'removed';
  writeOut(`${count(gone.length, 'run')} ${what}, of ${escapeTerminal(history.place)}\n`);
  return exitCodes.good;
}

/** Throws UsageError where the configuration says that there is none. */
export function existingHistory(
  taken: Parameters<typeof historyOf>[0],
): HistoryChoice & { readonly history: History } {
  const { history, retention } = historyOf(taken);
  return { history: neededHistory(history), retention };
}

/** Throws UsageError where the configuration says that there is no history. */
export function neededHistory(history: History | undefined): History {
  if (history !== undefined) return history;
  throw new UsageError('HISTORY_OFF', 'the configuration says that no run is recorded (history: false)');
}
