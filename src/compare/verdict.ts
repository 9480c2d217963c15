// The verdict on a whole run, and its exit code. No reporter and no command has a say. README.md has the table. That a result
// could not be written is known later, and wins.
import { type CompareResult, exitCodes, type RunResult } from '../model/index.ts';
import type { RunChanges } from './changes.ts';
import type { FleetComparison } from './observations.ts';
import { comparisonOf, divergencesOf } from './of-run.ts';

/** What a run comes to: the worst of all that it found. */
export interface Verdict {
  readonly word: 'good' | 'failed' | 'drift' | 'incomplete' | 'interrupted';
  readonly exitCode: number;
}

/** The verdict on a run; the worst wins: interrupted, failed, incomplete, drift or divergence, good. */
export function verdict(result: RunResult): Verdict {
  const word = wordOf(result);
  return { word, exitCode: exitCodes[word] };
}

/** The verdict on hosts that are held against something: incomplete when some were not seen, else drift where they differ. */
export function verdictOfComparison({ unseen, divergences }: FleetComparison): Verdict {
  return verdictOf(unseen.length > 0, divergences.length > 0);
}

/** The verdict on what became of the fleet from one run to another: incomplete when some hosts were not seen, else drift. */
export function verdictOfChanges({ unseen, changes }: RunChanges): Verdict {
  return verdictOf(unseen.length > 0, changes.length > 0);
}

function verdictOf(isIncomplete: boolean, isDifferent: boolean): Verdict {
  const word = isIncomplete ? 'incomplete' : isDifferent ? 'drift' : 'good';
  return { word, exitCode: exitCodes[word] };
}

function wordOf(result: RunResult): Verdict['word'] {
  if (result.interrupted) return 'interrupted';
  if (result.action === 'compare') return wordOfCompare(result);
  const outcomes = new Set(result.hosts.map(({ outcome }) => outcome));
  if (outcomes.has('failed')) return 'failed';
  // A host that was skipped was asked for and not done, so the run is not complete.
  const isIncomplete = (['unreachable', 'unknown', 'skipped'] as const).some((word) => outcomes.has(word));
  if (isIncomplete || result.finished === undefined) return 'incomplete';
  const isDrifted = result.action === 'verify' && outcomes.has('changed');
  return isDrifted || divergencesOf(result).length > 0 ? 'drift' : 'good';
}

/** A compare asks only whether the hosts are alike, and whether all were seen. */
function wordOfCompare(result: CompareResult): Verdict['word'] {
  const { unseen, divergences } = comparisonOf(result);
  if (unseen.length > 0 || result.finished === undefined) return 'incomplete';
  return divergences.length > 0 ? 'drift' : 'good';
}
