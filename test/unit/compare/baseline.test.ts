import { describe, expect, it } from 'vitest';
import { compareToBaseline, valuesOf } from '../../../src/compare/index.ts';
import { observed } from './fleet.ts';

type Values = Record<string, Record<string, string>>;

function fleet(values: Values): ReadonlyMap<string, ReadonlyMap<string, string>> {
  return new Map(Object.entries(values).map(([host, own]) => [host, new Map(Object.entries(own))]));
}

describe('compareToBaseline', () => {
  it('folds hosts by equal changes and orders them by key', () => {
    const baseline = fleet({ ns1: { v: '1', old: 'x' }, ns2: { v: '1' }, ns3: { v: '1' } });
    const current = fleet({ ns1: { v: '2' }, ns2: { v: '2', new: 'y' }, ns3: { v: '1' } });
    expect(compareToBaseline(current, baseline)).toEqual({
      changes: [
        { hosts: ['ns2'], value: { kind: 'added', key: 'new', before: undefined, after: 'y' } },
        { hosts: ['ns1'], value: { kind: 'removed', key: 'old', before: 'x', after: undefined } },
        { hosts: ['ns1', 'ns2'], value: { kind: 'changed', key: 'v', before: '1', after: '2' } },
      ],
      same: ['ns3'],
      newHosts: [],
      absentHosts: [],
    });
  });

  it('names hosts that only one side knows and reports no changes for them', () => {
    const comparison = compareToBaseline(fleet({ ns1: { v: '1' } }), fleet({ ns9: { v: '2' } }));
    expect(comparison).toEqual({ changes: [], same: [], newHosts: ['ns1'], absentHosts: ['ns9'] });
  });

  it('tells an empty value from an absent one', () => {
    const { changes } = compareToBaseline(fleet({ ns1: { v: '' } }), fleet({ ns1: {} }));
    expect(changes).toMatchObject([{ value: { kind: 'added', after: '' } }]);
    const filled = compareToBaseline(fleet({ ns1: { v: 'x' } }), fleet({ ns1: { v: '' } }));
    expect(filled.changes).toMatchObject([{ value: { kind: 'changed', before: '' } }]);
  });

  it('leaves keys alone that are expected to differ', () => {
    expect(compareToBaseline(fleet({ ns1: { '~pid': '1' } }), fleet({ ns1: { '~pid': '2' } })).same).toEqual([
      'ns1',
    ]);
  });
});

describe('valuesOf', () => {
  it('leaves out hosts that were not seen', () => {
    const hosts = [observed('ns1', { v: '1' }), observed('ns2', { v: '1' }, { outcome: 'unknown' })];
    expect([...valuesOf(hosts).keys()]).toEqual(['ns1']);
  });
});
