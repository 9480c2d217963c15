// What a report says of a run beside its result: who ran it from what, and the runs of its kind before it.
import type { RunResult, RunSummary } from '../model/index.ts';
import type { PageContext } from '../report/index.ts';
import type { History } from '../store/index.ts';
import { sightingsIn } from './since.ts';

/** What is known of a run beside its result; empty where no history has it. */
export type ReportContext = Pick<PageContext, 'summary' | 'earlier' | 'sightings'>;

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
  const sightings = await sightingsIn(history, result);
  return { ...(summary === undefined ? {} : { summary }), earlier, sightings };
}
