// Which runs of the history somebody asks for, on the command line or in a browser.
import { selectHosts } from '../inventory/index.ts';
import { expandHostNames, type RunSummary } from '../model/index.ts';
import type { History, RunList } from '../store/index.ts';
import { parseTime } from './times.ts';

/** What is wanted; what is absent does not matter. */
export interface RunFilter {
  readonly host?: string;
  readonly playbook?: string;
  readonly verb?: string;
  readonly since?: string;
  readonly failed?: boolean;
}

/** The newest first. Throws UsageError for a filter that says nothing, StoreError. */
export async function listRuns(history: History, filter: RunFilter): Promise<RunList> {
  const { host, playbook, verb, since, failed } = filter;
  const { runs, unreadable } = await history.list({
    ...(verb === undefined ? {} : { action: verb }),
    ...(playbook === undefined ? {} : { playbook }),
    ...(since === undefined ? {} : { since: parseTime(since, new Date()) }),
    ...(failed === undefined ? {} : { failed }),
  });
  return { runs: withHosts(runs, host, history.place), unreadable };
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
