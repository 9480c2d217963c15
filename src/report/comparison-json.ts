// What a comparison with something else than the hosts of one run is as JSON: one line.
import type { FleetComparison, RunChanges, RunName } from '../compare/index.ts';
import type { JsonObject, RunSummary } from '../model/index.ts';
import { comparisonJson, present } from './json.ts';

/** Goes up when a field changes its meaning or goes away. */
const version = 1;

/** Type `changes`: earlier, later, hosts, onlyEarlier, onlyLater, unseen, changes (hosts, alike, and what `Change` has). */
export function changesJson(changes: RunChanges, baseline?: string): JsonObject {
  const { changes: folds, ...rest } = changes;
  return present({
    ...{ type: 'changes', version, ...rest, baseline },
    changes: folds.map(({ hosts, value, alike }) => ({ hosts, alike, ...value })),
  });
}

/** Type `comparison`: run, and what the comparison of a result has. */
export function fleetComparisonJson(run: RunName, comparison: FleetComparison): JsonObject {
  const { runId, action, playbook, started } = run;
  return present({
    type: 'comparison',
    version,
    run: { runId, action, playbook, started },
    ...comparisonJson(comparison),
  });
}

/** Type `baseline`: its name, and the history's line of its run as `run`; null when that cannot be read. */
export function baselineJson(name: string, run: RunSummary | undefined): JsonObject {
  return present({ type: 'baseline', version, name, run: run ?? null });
}
