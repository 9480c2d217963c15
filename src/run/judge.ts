// What becomes of a host whose driver came to its end: from the command's exit status, or from what was found.
import type { CheckResult, ResourceResult } from '../model/index.ts';
import type { Ending } from './early-end.ts';

/** exec: by the command's exit status; undefined when none came. */
export function judgeCommand(status: number | undefined): Ending | undefined {
  if (status === undefined) return undefined;
  if (status === 0) return { outcome: 'ok', reason: '' };
  return { outcome: 'failed', reason: `exit status ${String(status)}` };
}

/** A run that ended well has failed all the same when a check does not hold, and is `changed` by a change. */
export function judgeFindings(
  said: Ending,
  checks: readonly CheckResult[],
  resources: readonly ResourceResult[],
): Ending {
  const broken = checks.filter(({ holds }) => !holds).length;
  if (broken > 0) return { outcome: 'failed', reason: `${broken} of ${checks.length} checks do not hold` };
  return resources.some(isChange) ? { ...said, outcome: 'changed' } : said;
}

/** A resource that was changed, or would be. */
export function isChange({ status }: Pick<ResourceResult, 'status'>): boolean {
  return status === 'change' || status === 'changed';
}
