// Builders and checks that the tests of the renderers share.
import type { AnyHostResult, RunEvent, RunFact } from '../../../src/model/index.ts';
import type { Action, ResultOf, RunResult } from '../../../src/model/result.ts';
import { resultOf } from '../../../src/model/result.ts';
import { hostResult } from '../compare/fleet.ts';

export { checkResult, hostResult, observed, resourceResult, stepResult } from '../compare/fleet.ts';

/** Would clear the screen, reorder, ring, and forge a line of its own. */
export const hostile = '\u001b[2J\u202e\u0007\u009b\nFORGED';

/** A run that came to its end. What a verb has beside hosts is empty. */
export function runResult<A extends Action>(action: A, hosts: readonly AnyHostResult[]): ResultOf<A> {
  const compared = { groups: [], serials: [] };
  const time = '2026-11-28T05:00:00.000Z';
  const run = {
    ...{ runId: 'R1', playbook: 'caged-bind', hosts, interrupted: false, started: time, finished: time },
    ...(action === 'plan' ? { waves: [] } : {}),
    ...(action === 'verify' || action === 'compare' ? compared : {}),
    ...(action === 'rollback' ? { preview: false } : {}),
  };
  return resultOf({ ...run, action } as RunResult, action);
}

/** Lines joined as a renderer gives them. */
export function text(...lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}

/** `count` hosts named ns1 and on. */
export function fleetOf(
  count: number,
  fields: (index: number) => Partial<AnyHostResult> = () => ({}),
): AnyHostResult[] {
  return Array.from({ length: count }, (_, index) => hostResult(`ns${index + 1}`, fields(index)));
}

/** A host on which every text that could come from outside is hostile. */
export function hostileHost(host: string, fields: Partial<AnyHostResult>): AnyHostResult {
  const resource = { step: 's', resource: hostile, target: hostile, reason: hostile, diff: [`+${hostile}`] };
  return hostResult(host, {
    reason: hostile,
    hint: hostile,
    steps: [{ id: 's', outcome: 'failed', reason: hostile, stdout: hostile, stderr: hostile, seconds: 1 }],
    resources: (['change', 'failed', 'conflict', 'ok'] as const).map((status) => ({
      ...resource,
      status,
      irreversible: true,
    })),
    checks: [{ kind: 'step', step: 's', name: hostile, holds: false, message: hostile }],
    observations: new Map([[hostile, `${hostile}${host}`]]),
    facts: new Map([[hostile, `${hostile}${host}`]]),
    command: { status: 1, stdout: hostile, stderr: hostile },
    ...fields,
  });
}

/** Facts as a run R1 records them, one after another. */
export function stamped(...facts: readonly RunFact[]): readonly RunEvent[] {
  return facts.map((fact, index) => ({
    ...fact,
    ...{ sequence: index + 1, time: '2026-11-28T05:00:00.000Z', runId: 'R1' },
  }));
}

/** A run's first fact. */
export function runStarted(action: Action, hosts: readonly string[], steps: readonly string[]): RunFact {
  return { type: 'run-started', action, playbook: 'caged-bind', hosts, steps, outputCap: 1000 };
}
