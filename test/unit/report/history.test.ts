// The list of runs, and a host of a run in full; nothing that was recorded reaches the terminal raw.
import { describe, expect, it } from 'vitest';
import { reduce, type RunSummary } from '../../../src/model/index.ts';
import { originLines, plainStyle, renderHistory, renderHost, renderStep } from '../../../src/report/index.ts';
import { fabricatedRun } from '../../support/fabricated-run.ts';

const summary: RunSummary = {
  ...{ version: 1, runId: '20261128-050000-3f9c', action: 'apply', playbook: 'caged-bind', preview: false },
  ...{ state: 'ended', started: '2026-11-28T05:00:00.000Z', finished: '2026-11-28T05:12:05.400Z' },
  ...{ word: 'failed', exitCode: 1, steps: 12, hosts: { changed: 'ns[1-7]', failed: 'ns8' } },
  origin: {
    ...{ operator: 'ops@bastion', client: '192.0.2.7', directory: '/srv', argv: ['apply', 'caged-bind'] },
    ...{ muster: '0.1.0', controller: { host: 'bastion', pid: 1 }, selection: {} },
    inventory: { file: '/srv/i.yaml', digest: 'a'.repeat(64) },
    playbook: { file: '/srv/p', digest: 'b'.repeat(64), commit: 'c'.repeat(40), dirty: true },
  },
};

describe('the list of runs', () => {
  it('has a line for each, with the failed hosts', () => {
    const { finished, ...open } = summary;
    expect(finished).toBeDefined();
    const runs: RunSummary[] = [
      {
        ...open,
        runId: '20261128-060000-0001',
        state: 'at-work',
        word: 'incomplete',
        hosts: { unknown: 'ns[1-8]' },
      },
      { ...open, runId: '20261128-055900-0002', state: 'never-ended', hosts: { ok: 'ns1', unknown: 'ns2' } },
      {
        ...open,
        runId: '20261128-055800-0003',
        state: 'never-ended',
        cut: 'no space',
        hosts: { unknown: 'ns2' },
      },
      summary,
    ];
    expect(renderHistory(runs, plainStyle).split('\n')).toEqual([
      '▸ 20261128-060000-0001  -       apply caged-bind  8 hosts, at work                             ops@bastion',
      '✖ 20261128-055900-0002  -       apply caged-bind  2 hosts: 1 ok, 1 unknown (ns2), never ended  ops@bastion',
      '✖ 20261128-055800-0003  -       apply caged-bind  1 host: 1 unknown (ns2), recorded in part    ops@bastion',
      '✖ 20261128-050000-3f9c  12m05s  apply caged-bind  8 hosts: 7 changed, 1 failed (ns8)           ops@bastion',
      '4 runs',
      '',
    ]);
  });

  it('escapes what was recorded', () => {
    const hostile = { ...summary, playbook: '\u001b[2J\u202e', runId: '\u001b' };
    expect(renderHistory([hostile], plainStyle)).not.toMatch(/[\u001b\u202e]/);
  });
});

describe('the origin of a run', () => {
  it('is shown in full', () => {
    expect(originLines(summary)).toEqual([
      'run 20261128-050000-3f9c: apply caged-bind by ops@bastion (from 192.0.2.7), begun 2026-11-28T05:00:00.000Z, took 12m05s',
      'in /srv: muster apply caged-bind   (muster 0.1.0)',
      'playbook /srv/p (bbbbbbbbbbbb, commit cccccccccccc, changed since)',
      'inventory /srv/i.yaml (aaaaaaaaaaaa)',
    ]);
  });
});

describe('a host of a run', () => {
  const failing = new Set(['ns1']);
  const result = reduce(fabricatedRun({ runId: 'r', hosts: ['ns1'], steps: ['one', 'two'], failing }));
  const [host] = result.hosts;

  it('is shown with its steps, changes, checks, observations and facts', () => {
    const text = renderHost(host!, plainStyle);
    expect(text).toMatch(
      /^ns1 failed: step two failed\nsteps\n {2}~ one {3}changed {3}0s {3}1 resource {3}1 check\n {2}✖ two/,
    );
    expect(text).toContain('  ~ one   line /etc/one.conf changed: content differs\n');
    expect(text).toContain('+name ns1');
    expect(text).toContain('  · one.version   9.18.24\n');
    expect(text).toContain('  · os        NetBSD\n');
  });

  it('has its steps with complete diffs and output', () => {
    expect(renderStep(host!, host!.steps[1]!, plainStyle)).toBe(
      'ns1 two failed: no   1s\nresources\n  ✔ two   line /etc/two.conf ok\nchecks\n  ✔ two   served\n' +
        'stderr\n  two: looked at /etc/two.conf on ns1, 37 lines\n',
    );
  });
});
