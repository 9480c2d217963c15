// Since when something is wrong, asked of the history.
import { findingsOf, type Sighting, sightingsOf, verdict } from '../compare/index.ts';
import { exitCodes, type RunResult } from '../model/index.ts';
import type { History } from '../store/index.ts';

/**
 * Since when what a verify or compare found is wrong, by the runs of its playbook that began before it. Nothing where the
 * history cannot be read: a run is shown all the same.
 */
export async function sightingsIn(
  history: History | undefined,
  result: RunResult,
): Promise<readonly Sighting[]> {
  const isLookout = result.action === 'verify' || result.action === 'compare';
  if (history === undefined || !isLookout || verdict(result).exitCode === exitCodes.good) return [];
  const findings = findingsOf(result);
  if (findings.found.length === 0) return [];
  try {
    const earlier = await history.findings(result.playbook, result.started);
    return sightingsOf([...earlier.filter(({ runId }) => runId !== result.runId), findings]);
  } catch {
    return [];
  }
}
