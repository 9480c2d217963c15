import { describe, expect, it } from 'vitest';
import { changingSteps, foldPlans } from '../../../src/compare/index.ts';
import type { HostResult, ResourceResult } from '../../../src/model/result.ts';
import { hostResult, resourceResult, stepResult } from './fleet.ts';

const cage = resourceResult('cage', 'directory /home/named', { status: 'change', reason: 'does not exist' });
const user = resourceResult('user', 'user named');
const noUser = resourceResult('user', 'user named', { status: 'change', reason: 'no such user' });

function planned(
  host: string,
  resources: readonly ResourceResult[],
  fields: Partial<HostResult> = {},
): HostResult {
  const ids = [...new Set(resources.map(({ step }) => step))];
  return hostResult(host, { steps: ids.map((id) => stepResult(id)), resources, ...fields });
}

describe('foldPlans', () => {
  it('shows the biggest group in full and the others as differences', () => {
    const { groups, unplanned } = foldPlans([
      planned('ns1', [noUser, cage]),
      planned('ns2', [user, cage]),
      planned('ns3', [user, cage]),
    ]);
    expect(unplanned).toEqual([]);
    expect(groups.map(({ hosts, differences }) => ({ hosts, differences }))).toEqual([
      { hosts: ['ns2', 'ns3'], differences: [] },
      {
        hosts: ['ns1'],
        differences: [{ step: 'user', kind: 'instead', resource: noUser, skipped: undefined }],
      },
    ]);
  });

  it.each([
    ['status', { status: 'ok' }],
    ['reason', { reason: 'is a file' }],
    ['diff', { diff: ['+x'] }],
    ['target', { target: '/var/named' }],
    ['irreversibility', { irreversible: true }],
  ] as const)('distinguishes plans by %s', (_what, fields) => {
    expect(foldPlans([planned('ns1', [cage]), planned('ns2', [{ ...cage, ...fields }])]).groups).toHaveLength(
      2,
    );
  });

  it('names resources and steps that only one of two plans has', () => {
    const { groups } = foldPlans([
      planned('ns1', [user, cage]),
      planned('ns2', [user, cage]),
      planned('ns3', [user, { ...user, target: 'extra' }]),
    ]);
    expect(groups[1]?.differences).toEqual([
      { step: 'user', kind: 'also', resource: { ...user, target: 'extra' }, skipped: undefined },
      { step: 'cage', kind: 'not', resource: undefined, skipped: undefined },
    ]);
  });

  it('names a resource that is missing within a step', () => {
    const { groups } = foldPlans([
      planned('ns1', [user, { ...cage, step: 'user' }]),
      planned('ns2', [user, { ...cage, step: 'user' }]),
      planned('ns3', [user]),
    ]);
    expect(groups[1]?.differences).toEqual([
      { step: 'user', kind: 'not', resource: { ...cage, step: 'user' }, skipped: undefined },
    ]);
  });

  it('distinguishes two uses of a resource in a step', () => {
    const first = resourceResult('rc', 'line /etc/rc.conf', { reason: 'one' });
    const second = { ...first, reason: 'two' };
    const { groups } = foldPlans([
      planned('ns1', [first, second]),
      planned('ns2', [first, second]),
      planned('ns3', [{ ...first, reason: 'three' }, second]),
    ]);
    expect(groups[1]?.differences).toMatchObject([{ kind: 'instead', resource: { reason: 'three' } }]);
  });

  it('says that a step is skipped on some hosts', () => {
    const skipping = hostResult('ns3', {
      steps: [stepResult('user', { outcome: 'skipped', reason: 'no pkgsrc here' })],
    });
    const { groups } = foldPlans([planned('ns1', [user]), planned('ns2', [user]), skipping]);
    expect(groups[1]?.differences).toEqual([
      { step: 'user', kind: 'instead', resource: undefined, skipped: 'no pkgsrc here' },
    ]);
  });

  it.each(['failed', 'skipped', 'unreachable', 'unknown'] as const)('keeps an %s host apart', (outcome) => {
    const { groups, unplanned } = foldPlans([planned('ns1', [user]), planned('ns2', [user], { outcome })]);
    expect(groups.map(({ hosts }) => hosts)).toEqual([['ns1']]);
    expect(unplanned.map(({ host }) => host)).toEqual(['ns2']);
  });
});

describe('changingSteps', () => {
  it('gives the steps with a resource that would change', () => {
    const plan = foldPlans([planned('ns1', [user, cage])]).groups[0]!.plan;
    expect(changingSteps(plan).map(({ id }) => id)).toEqual(['cage']);
  });
});

describe('a host that says the most that it may', () => {
  it('is folded with another one, with work in proportion to the size', () => {
    const many = Array.from({ length: 50_000 }, () => resourceResult('user', 'user named'));
    const { groups } = foldPlans([planned('bad', many), planned('ns1', [user])]);
    expect(groups.map(({ hosts }) => hosts)).toEqual([['bad'], ['ns1']]);
    expect(groups[1]?.differences).toHaveLength(49_999);
  });
});
