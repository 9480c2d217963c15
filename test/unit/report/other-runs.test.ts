// Another run on a host is reported before anything that was seen there, folded over the hosts.
import { describe, expect, it } from 'vitest';
import { compareFleet } from '../../../src/compare/index.ts';
import {
  plainStyle,
  renderCompare,
  renderFacts,
  renderMarkdown,
  renderPlan,
  renderUndo,
  renderVerify,
  toJson,
} from '../../../src/report/index.ts';
import type { OtherRun } from '../../../src/model/result.ts';
import { hostResult, runResult } from './renderers.ts';

const atWork: OtherRun = {
  state: 'at-work',
  runId: '20261128-050000-ab12',
  action: 'apply',
  playbook: 'caged-bind',
  operator: 'ops@bastion',
  since: '2026-11-28T05:00:02Z',
};
const died: OtherRun = { ...atWork, state: 'died' };
const style = { ...plainStyle, columns: 300 };

const hosts = [
  hostResult('ns1', { otherRun: atWork }),
  hostResult('ns2', {
    outcome: 'failed',
    reason: 'no',
    otherRun: { ...atWork, since: '2026-11-28T05:00:01Z' },
  }),
  hostResult('ns3'),
  hostResult('ns4', { otherRun: died }),
];
const told = [
  '? ns[1-2] (2 hosts)   another run is at work here: apply of caged-bind, run 20261128-050000-ab12 by ops@bastion, since 2026-11-28T05:00:01Z; so this result is a snapshot (--wait waits for its end)',
  '✖ ns4                 an earlier run was killed here: apply of caged-bind, run 20261128-050000-ab12 by ops@bastion, since 2026-11-28T05:00:02Z; its journal records what it changed',
  '                      do: apply again, or roll it back (--run 20261128-050000-ab12)',
];

describe('another run', () => {
  it.each([
    ['plan', renderPlan(runResult('plan', hosts), style)],
    ['verify', renderVerify(runResult('verify', hosts), style)],
    ['facts', renderFacts(runResult('facts', hosts), style)],
    ['compare', renderCompare(compareFleet(hosts), style, { looked: hosts })],
    ['rollback', renderUndo(hosts, style)],
  ])('is first in the output of a %s', (_verb, text) => {
    expect(
      text
        .split('\n')
        .slice(0, 3)
        .map((line) => line.replace(/ {2,}/, '   ')),
    ).toEqual(told.map((line) => line.replace(/ {2,}/, '   ')));
  });

  it('prints nothing if there is none', () => {
    const quiet = [hostResult('ns3')];
    for (const text of [
      renderPlan(runResult('plan', quiet), style),
      renderVerify(runResult('verify', quiet), style),
    ])
      expect(text).not.toMatch(/run (is at work|died)/);
  });

  it('that began and ended meanwhile is reported as such', () => {
    const text = renderPlan(
      runResult('plan', [hostResult('ns1', { otherRun: { ...atWork, state: 'was-at-work', action: '' } })]),
      style,
    );
    expect(text).toContain('another run was at work here meanwhile: caged-bind, run ');
  });

  it('is a field of a host in JSON, and a section in Markdown', () => {
    const [first, , third] = toJson(runResult('plan', hosts))['hosts'] as Record<string, unknown>[];
    expect(first?.['otherRun']).toEqual(atWork);
    expect(third).not.toHaveProperty('otherRun');
    expect(renderMarkdown(runResult('plan', hosts))).toContain(
      '## Other runs\n\n- **ns\\[1-2\\] \\(2 hosts\\)**',
    );
  });
});
