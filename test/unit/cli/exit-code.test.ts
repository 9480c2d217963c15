// One row for each exit code, and for which of two wins.
import { describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../../src/cli/exit-code.ts';
import type { Action, HostOutcome } from '../../../src/model/result.ts';
import { hostResult } from '../compare/fleet.ts';

function code(action: Action, outcomes: HostOutcome[], divergences = 0, interrupted = false): number {
  const hosts = outcomes.map((outcome, index) => hostResult(`h${String(index)}`, { outcome }));
  return exitCodeOf({ runId: 'r', action, playbook: 'p', hosts, interrupted }, divergences);
}

describe('exitCodeOf', () => {
  it.each<[number, string, Parameters<typeof code>]>([
    [0, 'an apply that changed hosts', ['apply', ['changed', 'ok']]],
    [0, 'a plan that would change hosts', ['plan', ['changed']]],
    [0, 'a rollback', ['rollback', ['rolled-back']]],
    [1, 'a failed host', ['apply', ['ok', 'failed']]],
    [3, 'drift in a verify', ['verify', ['ok', 'changed']]],
    [3, 'divergence alone', ['verify', ['ok', 'ok'], 1]],
    [4, 'an unreachable host', ['verify', ['ok', 'unreachable']]],
    [4, 'a host lost from sight', ['apply', ['ok', 'unknown']]],
    [4, 'a host that was never begun', ['apply', ['ok', 'skipped']]],
    [1, 'failed before incomplete', ['verify', ['failed', 'unreachable']]],
    [4, 'incomplete before drift', ['verify', ['changed', 'unreachable'], 2]],
    [130, 'interrupted before all', ['apply', ['failed', 'unknown'], 0, true]],
  ])('is %i for %s', (expected, _, args) => {
    expect(code(...args)).toBe(expected);
  });
});
