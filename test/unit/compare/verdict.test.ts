// One row for each exit code, and for which of two wins.
import { describe, expect, it } from 'vitest';
import { verdict } from '../../../src/compare/index.ts';
import type { Action, HostOutcome } from '../../../src/model/result.ts';
import { runResult } from '../report/renderers.ts';
import { hostResult } from './fleet.ts';

function code(action: Action, outcomes: HostOutcome[], values: string[] = [], more: object = {}): number {
  const hosts = outcomes.map((outcome, index) => {
    const value = values[index];
    return hostResult(`h${String(index)}`, {
      outcome,
      observations: new Map(value === undefined ? [] : [['k', value]]),
    });
  });
  return verdict({ ...runResult(action, hosts), ...more }).exitCode;
}

describe('verdict', () => {
  it.each<[number, string, Parameters<typeof code>]>([
    [0, 'an apply that changed hosts', ['apply', ['changed', 'ok']]],
    [0, 'a plan that would change hosts', ['plan', ['changed']]],
    [0, 'a rollback', ['rollback', ['rolled-back']]],
    [1, 'a failed host', ['apply', ['ok', 'failed']]],
    [3, 'drift in a verify', ['verify', ['ok', 'changed']]],
    [3, 'divergence alone', ['verify', ['ok', 'ok'], ['1', '2']]],
    [4, 'an unreachable host', ['verify', ['ok', 'unreachable']]],
    [4, 'a host lost from sight', ['apply', ['ok', 'unknown']]],
    [4, 'a host that was never begun', ['apply', ['ok', 'skipped']]],
    [4, 'a run whose end is not known', ['apply', ['ok'], [], { finished: undefined }]],
    [1, 'failed before incomplete', ['verify', ['failed', 'unreachable']]],
    [4, 'incomplete before drift', ['verify', ['changed', 'unreachable', 'ok', 'ok'], ['', '', '1', '2']]],
    [130, 'interrupted before all', ['apply', ['failed', 'unknown'], [], { interrupted: true }]],
    [0, 'hosts that differ in what nobody compares', ['facts', ['ok', 'ok'], ['1', '2']]],
    [
      0,
      'a compare of hosts that are alike, whatever else is wrong there',
      ['compare', ['failed', 'ok'], ['1', '1']],
    ],
    [3, 'a compare of hosts that differ', ['compare', ['ok', 'ok'], ['1', '2']]],
    [4, 'a compare that did not see all', ['compare', ['ok', 'unreachable', 'ok'], ['1', '', '2']]],
    [4, 'a compare whose end is not known', ['compare', ['ok'], ['1'], { finished: undefined }]],
    [130, 'a compare that was interrupted', ['compare', ['skipped', 'ok'], [], { interrupted: true }]],
  ])('is %i for %s', (expected, _, args) => {
    expect(code(...args)).toBe(expected);
  });

  it('counts serials that differ as divergence', () => {
    const serials = ['ns1', 'ns2'].map((host, index) => ({ key: 'probe soa', host, serial: 7 + index }));
    const hosts = [hostResult('ns1'), hostResult('ns2')];
    expect(verdict({ ...runResult('verify', hosts), serials })).toEqual({ word: 'drift', exitCode: 3 });
  });
});
