// Which runs of a history go: what is beyond its number or its age, but never the newest good run of a playbook.
import type { RunSummary } from '../model/index.ts';
import type { Retention } from './port.ts';

const dayMs = 24 * 3_600_000;

/** Ids of the runs that go; `runs` are all of them, the newest first. */
export function outlived(runs: readonly RunSummary[], retention: Retention, now: Date): readonly string[] {
  const oldest = new Date(now.getTime() - retention.keepDays * dayMs).toISOString();
  const seen = new Set<string>();
  const isNewestGood = ({ action, playbook, exitCode }: RunSummary): boolean => {
    const key = `${action} ${playbook}`;
    if (exitCode !== 0 || seen.has(key)) return false;
    seen.add(key);
    return true;
  };
  return runs.flatMap((run, index) => {
    const stays = isNewestGood(run) || run.state === 'at-work';
    const isBeyond = index >= retention.keepRuns || run.started < oldest;
    return isBeyond && !stays ? [run.runId] : [];
  });
}
