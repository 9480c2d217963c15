// Builders and checks that the tests of the renderers share.
import type { Action, HostResult, RunResult } from '../../../src/model/result.ts';
import { hostResult } from '../compare/fleet.ts';

export { checkResult, hostResult, observed, resourceResult, stepResult } from '../compare/fleet.ts';

/** Would clear the screen, reorder, ring, and forge a line of its own. */
export const hostile = '\u001b[2J\u202e\u0007\u009b\nFORGED';

export function runResult(action: Action, hosts: readonly HostResult[]): RunResult {
  return { runId: 'R1', action, playbook: 'caged-bind', hosts, interrupted: false };
}

/** Lines joined as a renderer gives them. */
export function text(...lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}

/** `count` hosts named ns1 and on. */
export function fleetOf(
  count: number,
  fields: (index: number) => Partial<HostResult> = () => ({}),
): HostResult[] {
  return Array.from({ length: count }, (_, index) => hostResult(`ns${index + 1}`, fields(index)));
}

/** A host on which every text that could come from outside is hostile. */
export function hostileHost(host: string, fields: Partial<HostResult>): HostResult {
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
    checks: [{ step: 's', name: hostile, holds: false, message: hostile }],
    observations: new Map([[hostile, `${hostile}${host}`]]),
    facts: new Map([[hostile, `${hostile}${host}`]]),
    command: { status: 1, stdout: hostile, stderr: hostile },
    ...fields,
  });
}
