// Builders of results for the tests of compare.
import type { AnyHostResult } from '../../../src/model/index.ts';
import type { CheckResult, ResourceResult, StepResult } from '../../../src/model/result.ts';

/** A host that is fine and has nothing to say, with the given fields instead. */
export function hostResult(host: string, fields: Partial<AnyHostResult> = {}): AnyHostResult {
  return {
    host,
    outcome: 'ok',
    reason: '',
    steps: [],
    resources: [],
    checks: [],
    observations: new Map(),
    facts: new Map(),
    connections: 1,
    execs: 1,
    ...fields,
  };
}

export function stepResult(id: string, fields: Partial<StepResult> = {}): StepResult {
  return { id, outcome: 'ok', reason: '', stdout: '', stderr: '', seconds: 0, ...fields };
}

export function resourceResult(
  step: string,
  name: string,
  fields: Partial<ResourceResult> = {},
): ResourceResult {
  const [resource = '', target = ''] = name.split(' ');
  return { step, resource, target, status: 'ok', reason: '', diff: [], irreversible: false, ...fields };
}

/** `step` is `probe ID` for a probe. */
export function checkResult(step: string, name: string, message?: string): CheckResult {
  const said = { name, holds: message === undefined, message: message ?? '' };
  const [, probe] = /^probe (.*)$/.exec(step) ?? [];
  return probe === undefined ? { kind: 'step', step, ...said } : { kind: 'probe', probe, ...said };
}

/** A host with observations. */
export function observed(
  host: string,
  values: Record<string, string>,
  fields: Partial<AnyHostResult> = {},
): AnyHostResult {
  return hostResult(host, { observations: new Map(Object.entries(values)), ...fields });
}
