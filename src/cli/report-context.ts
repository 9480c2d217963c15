// What a report says of a run beside its result: who ran it from what, and the runs of its kind before it.
import type { RunResult, RunSummary } from '../model/index.ts';
import { type PageContext, SinceWhen } from '../report/index.ts';
import type { History } from '../store/index.ts';

/** What is known of a run beside its result; empty where no history has it. */
export type ReportContext = PageContext;

/** So many runs are read whole, and for so long, to find since when something has been so. */
const mostRuns = 30;
const mostMs = 5000;

/** Asks the history; what it cannot say a report does without. */
export async function contextOf(
  history: History | undefined,
  result: RunResult,
  known?: RunSummary,
): Promise<ReportContext> {
  const { runId, action, playbook, started } = result;
  const { runs } = (await history?.list({ action, playbook }).catch(() => undefined)) ?? { runs: [] };
  const summary = known ?? runs.find((run) => run.runId === runId);
  // One command says nothing about another.
  const earlier = (action === 'exec' ? [] : runs).filter(
    (run) => run.started < started && run.runId !== runId && !run.preview,
  );
  const since = await sinceWhen(history, result, earlier);
  return { ...(summary === undefined ? {} : { summary }), earlier, since };
}

async function sinceWhen(
  history: History | undefined,
  result: RunResult,
  earlier: readonly RunSummary[],
): Promise<SinceWhen> {
  const since = new SinceWhen(result);
  const end = Date.now() + mostMs;
  for (const { runId } of earlier.filter(({ state }) => state === 'ended').slice(0, mostRuns)) {
    if (!since.isOpen || Date.now() > end) break;
    const stored = await history?.read(runId).catch(() => undefined);
    if (stored !== undefined) since.take(stored.result);
  }
  return since;
}
