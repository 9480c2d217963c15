// history: which runs there were, and which go.
import { parseTime } from '../times.ts';
import { exitCodes, expandHostNames, type RunSummary, UsageError } from '../../model/index.ts';
import { selectHosts } from '../../inventory/index.ts';
import { count, escapeTerminal, renderHistory, stringifyJson, styleFor } from '../../report/index.ts';
import type { History } from '../../store/index.ts';
import type { GlobalOptions } from '../options.ts';
import { type HistoryChoice, historyOf } from '../origin.ts';
import { writeOut } from '../outputs.ts';
import { colorEnvironment } from '../print-text.ts';
import { takeFiles, tell } from '../taken-fleet.ts';

export interface HistoryOptions extends GlobalOptions {
  readonly host?: string;
  readonly playbook?: string;
  readonly verb?: string;
  readonly since?: string;
  readonly failed?: boolean;
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
  const { playbook, verb, since, failed } = options;
  const { runs, unreadable } = await history.list({
    ...(verb === undefined ? {} : { action: verb }),
    ...(playbook === undefined ? {} : { playbook }),
    ...(since === undefined ? {} : { since: parseTime(since, new Date()) }),
    ...(failed === undefined ? {} : { failed }),
  });
  const wanted = withHosts(runs, options.host, history.place).slice(0, options.number);
  if (options.json === true) for (const run of wanted) writeOut(`${stringifyJson(run)}\n`);
  else writeOut(renderHistory(wanted, styleFor(colorEnvironment(taken.config), process.stdout)));
  for (const [runId, why] of unreadable) tell(`run ${runId} is passed over: ${why}`);
  return exitCodes.good;
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

/** Runs with one of the hosts that a pattern chooses from all that any of them had. */
function withHosts(
  runs: readonly RunSummary[],
  pattern: string | undefined,
  place: string,
): readonly RunSummary[] {
  if (pattern === undefined || runs.length === 0) return runs;
  const namesByRun = new Map(runs.map((run) => [run, hostsOf(run)]));
  const chosen = new Set(
    selectHosts(namesOnly([...namesByRun.values()].flat(), place), pattern).map(({ name }) => name),
  );
  return runs.filter((run) => namesByRun.get(run)?.some((name) => chosen.has(name)) === true);
}

function hostsOf({ hosts }: RunSummary): readonly string[] {
  return Object.values(hosts).flatMap((folded) => folded.split(/,(?![^[]*\])/).flatMap(expandHostNames));
}

interface Named {
  readonly name: string;
}

/** As much of an inventory as a pattern asks for. */
function namesOnly(names: readonly string[], place: string): Parameters<typeof selectHosts<Named>>[0] {
  const unique = [...new Set(names)];
  return {
    file: `the history in ${place}`,
    hosts: new Map(unique.map((name) => [name, { name }])),
    groups: new Map([['all', unique]]),
  };
}
