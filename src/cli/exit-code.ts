// The exit code, computed once from the result; no reporter has a say. README.md has the table. That a result could
// not be written is known later, and wins: see outputs.ts.
import type { RunResult } from '../model/index.ts';

export const exitCodes = {
  good: 0,
  failed: 1,
  usage: 2,
  drift: 3,
  incomplete: 4,
  bug: 70,
  output: 74,
  interrupted: 130,
} as const;

/** The exit code of a run; the worst wins: interrupted, failed, incomplete, drift or divergence, good. */
export function exitCodeOf(result: RunResult, divergences = 0): number {
  const outcomes = new Set(result.hosts.map(({ outcome }) => outcome));
  if (result.interrupted) return exitCodes.interrupted;
  if (outcomes.has('failed')) return exitCodes.failed;
  // A host that was skipped was asked for and not done, so the run is not complete.
  if (outcomes.has('unreachable') || outcomes.has('unknown') || outcomes.has('skipped'))
    return exitCodes.incomplete;
  const drifted = result.action === 'verify' && outcomes.has('changed');
  return drifted || divergences > 0 ? exitCodes.drift : exitCodes.good;
}
