import { describe, expect, it } from 'vitest';
import { compareFleet, type Divergence } from '../../../src/compare/index.ts';
import { hostResult, observed } from './fleet.ts';

/** The keys on which hosts differ. */
function compareObservations(...given: Parameters<typeof compareFleet>): readonly Divergence[] {
  return compareFleet(...given).divergences;
}

describe('divergences', () => {
  it('name the majority and the outliers of a key', () => {
    const hosts = [
      observed('ns1', { 'bind.version': '9.9.1' }),
      observed('ns2', { 'bind.version': '9.9.2' }),
      observed('ns3', { 'bind.version': '9.9.2' }),
    ];
    expect(compareObservations(hosts)).toEqual([
      {
        group: 'all',
        key: 'bind.version',
        folds: [
          { hosts: ['ns2', 'ns3'], value: '9.9.2' },
          { hosts: ['ns1'], value: '9.9.1' },
        ],
        majority: '9.9.2',
        tie: false,
        outliers: [{ hosts: ['ns1'], value: '9.9.1' }],
        missing: [],
        compared: true,
      },
    ]);
  });

  it('are empty if all agree', () => {
    expect(compareObservations([observed('ns1', { a: '1' }), observed('ns2', { a: '1' })])).toEqual([]);
  });

  it('treat a missing key as a value of its own, different from an empty one', () => {
    const hosts = [observed('ns1', { a: '' }), observed('ns2', { a: '' }), observed('ns3', {})];
    const [divergence] = compareObservations(hosts);
    expect(divergence?.missing).toEqual(['ns3']);
    expect(divergence?.outliers).toEqual([{ hosts: ['ns3'], value: undefined }]);
  });

  it('mark a tie and prefer the value of the first host', () => {
    const [divergence] = compareObservations([observed('ns1', { a: '1' }), observed('ns2', { a: '2' })]);
    expect(divergence).toMatchObject({
      tie: true,
      majority: '1',
      outliers: [{ hosts: ['ns2'], value: '2' }],
    });
  });

  it('prefer a value to a missing one in a tie', () => {
    const [divergence] = compareObservations([observed('ns1', {}), observed('ns2', { a: '2' })]);
    expect(divergence).toMatchObject({
      tie: true,
      majority: '2',
      outliers: [{ hosts: ['ns1'], value: undefined }],
    });
  });

  it('use the biggest group as the majority if none has more than half', () => {
    const hosts = ['1', '2', '3', '3'].map((a, index) => observed(`ns${index + 1}`, { a }));
    expect(compareObservations(hosts)[0]).toMatchObject({ tie: false, majority: '3' });
  });

  it('show but never compare keys that start with a tilde', () => {
    const comparison = compareFleet([observed('ns1', { '~pid': '1' }), observed('ns2', { '~pid': '2' })]);
    expect(comparison.divergences).toEqual([]);
    expect(comparison.keys).toMatchObject([{ key: '~pid', compared: false, outliers: [] }]);
    expect(comparison.keys[0]?.folds).toHaveLength(2);
  });

  it('compare each group on its own', () => {
    const hosts = [observed('ns1', { a: '1' }), observed('ns2', { a: '1' }), observed('mx1', { a: '2' })];
    const apart = new Map([
      ['auth', ['ns1', 'ns2']],
      ['mail', ['mx1', 'mx9']],
    ]);
    expect(compareObservations(hosts, { groups: apart })).toEqual([]);
    expect(compareObservations(hosts, { groups: new Map([['site', ['ns2', 'mx1']]]) })).toMatchObject([
      { group: 'site', folds: [{ hosts: ['ns2'] }, { hosts: ['mx1'] }] },
    ]);
  });

  it.each([
    ['unreachable', {}],
    ['unreachable', { a: '1' }],
    ['unknown', { a: '1' }],
    ['failed', {}],
    ['skipped', {}],
  ] as const)('list an %s host with %j apart, neither equal nor different', (outcome, values) => {
    const comparison = compareFleet([
      observed('ns1', { a: '1' }),
      observed('ns2', { a: '1' }),
      observed('ns3', values, { outcome }),
    ]);
    expect(comparison.unseen).toEqual(['ns3']);
    expect(comparison.divergences).toEqual([]);
    expect(comparison.keys[0]?.folds).toEqual([{ hosts: ['ns1', 'ns2'], value: '1' }]);
  });

  it('compare what a failed host still reported', () => {
    const hosts = [observed('ns1', { a: '1' }), observed('ns2', { a: '2' }, { outcome: 'failed' })];
    expect(compareObservations(hosts)).toHaveLength(1);
  });

  it('compare facts if requested', () => {
    const hosts = ['5.1', '6.1'].map((release, index) =>
      hostResult(`ns${index + 1}`, { facts: new Map([['release', release]]) }),
    );
    expect(compareObservations(hosts)).toEqual([]);
    expect(compareObservations(hosts, { source: 'facts' })).toMatchObject([{ key: 'release', tie: true }]);
  });
});
