// The preview of a rollback: which run, and what of it.
import { describe, expect, it } from 'vitest';
import { plainStyle, renderUndo } from '../../../src/report/index.ts';
import type { RollbackHostResult, ResourceResult } from '../../../src/model/result.ts';

function host(targets: readonly string[], change: Partial<RollbackHostResult> = {}): RollbackHostResult {
  const resources = targets.map((target): ResourceResult => ({
    step: 's',
    resource: 'path',
    target,
    status: 'change',
    reason: 'would be undone',
    diff: [],
    irreversible: false,
  }));
  return {
    host: 'ns2',
    outcome: 'ok',
    reason: '',
    steps: [],
    resources,
    checks: [],
    observations: new Map(),
    facts: new Map(),
    connections: 1,
    execs: 1,
    ...change,
  };
}

const receipt = {
  runId: '20261123-205812-3f9c',
  playbook: 'caged-bind',
  operator: 'ops@bastion',
  started: '2026-11-23T20:58:12Z',
  entries: 3,
};

describe('renderUndo', () => {
  it('names the run, its operator and time, and each target once', () => {
    const text = renderUndo(
      [host(['/etc/rc.conf', '/etc/rc.conf', '/etc/a\u001b[2J'], { receipt })],
      plainStyle,
    );
    expect(text).toBe(
      'ns2: undo run 20261123-205812-3f9c (caged-bind, applied 2026-11-23T20:58:12Z by ops@bastion), 3 entries\n' +
        '  - path /etc/rc.conf\n' +
        '  - path /etc/a\\x1b[2J\n',
    );
  });

  it('reports that there is nothing to roll back, and why a host could not be asked', () => {
    const gone = host([], { host: 'ns9', outcome: 'unreachable', reason: 'no answer' });
    const text = renderUndo([host([]), gone], plainStyle);
    expect(text).toBe('ns2: nothing to roll back\nns9: unreachable: no answer\n');
  });

  it('cuts a long list', () => {
    const many = Array.from({ length: 45 }, (_, index) => `/f${String(index)}`);
    expect(renderUndo([host(many, { receipt })], plainStyle)).toContain('  ... 5 more\n');
  });
});
