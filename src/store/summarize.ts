// From a run's result to its line in the history.
import { verdict } from '../compare/index.ts';
import {
  foldHostNames,
  type RunOrigin,
  type RunResult,
  type RunState,
  type RunSummary,
} from '../model/index.ts';

/** What a result does not say of its run. */
export interface SummaryExtra {
  readonly state: RunState;
  readonly steps: number;
  /** Absent when its record does not say. */
  readonly origin?: RunOrigin | undefined;
  /** Why not all of it was recorded. */
  readonly cut?: string | undefined;
}

/** The line of a run in the history. */
export function summarize(result: RunResult, { state, steps, origin, cut }: SummaryExtra): RunSummary {
  const { runId, action, playbook, started, finished } = result;
  const { word, exitCode } = verdict(result);
  const namesByOutcome = new Map<string, string[]>();
  for (const { host, outcome } of result.hosts) {
    const names = namesByOutcome.get(outcome) ?? [];
    namesByOutcome.set(outcome, names);
    names.push(host);
  }
  return {
    ...{ version: 1, runId, action, playbook, preview: result.action === 'rollback' && result.preview },
    ...{ state, started, ...(finished === undefined ? {} : { finished }) },
    ...{ word, exitCode, steps },
    hosts: Object.fromEntries([...namesByOutcome].map(([outcome, names]) => [outcome, foldHostNames(names)])),
    ...(cut === undefined ? {} : { cut }),
    ...(origin === undefined ? {} : { origin }),
  };
}
