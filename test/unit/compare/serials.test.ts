import { describe, expect, it } from 'vitest';
import { compareSerials } from '../../../src/compare/index.ts';
import { behindBy } from '../../../src/compare/serials.ts';

function served(
  serials: Readonly<Record<string, number>>,
  key = 'zone',
): Parameters<typeof compareSerials>[0] {
  return Object.entries(serials).map(([host, serial]) => ({ key, host, serial }));
}

/** Each comparison as `key: value hosts; value hosts`, with a mark when it diverges. */
function told(...args: Parameters<typeof compareSerials>): string[] {
  return compareSerials(...args).map(({ key, folds, outliers }) => {
    const values = folds.map(({ value, hosts }) => `${String(value)} ${hosts.join(',')}`);
    return `${outliers.length > 0 ? '!' : ''}${key}: ${values.join('; ')}`;
  });
}

describe('behindBy', () => {
  it.each([
    [5, 5, 0],
    [5, 7, 2],
    [7, 5, -2],
    [4_294_967_295, 0, 1],
    [0, 4_294_967_295, -1],
    [4_294_967_290, 4, 10],
    [0, 2_147_483_647, 2_147_483_647],
    [0, 2_147_483_648, undefined],
    [2_147_483_648, 0, undefined],
    [1, 2_147_483_650, -2_147_483_647],
  ])('of %i against %i is %s', (serial, other, expected) => {
    expect(behindBy(serial, other)).toBe(expected);
  });
});

describe('compareSerials', () => {
  it('has no outlier if all hosts serve the same', () => {
    expect(told(served({ ns1: 7, ns2: 7 }))).toEqual(['zone: 7 ns1,ns2']);
  });

  it('names the host that is behind, and by how much', () => {
    expect(told(served({ ns1: 7, ns2: 5, ns3: 7 }))).toEqual(['!zone: 7 ns1,ns3; 5 (2 behind) ns2']);
  });

  it('reports a majority that is behind', () => {
    expect(told(served({ ns1: 8, ns2: 7, ns3: 7 }))).toEqual(['!zone: 7 (1 behind) ns2,ns3; 8 ns1']);
  });

  it('counts across the end of the numbers', () => {
    expect(told(served({ ns1: 1, ns2: 4_294_967_295 }))).toEqual(['!zone: 1 ns1; 4294967295 (2 behind) ns2']);
  });

  it('calls no host behind if serials are half the circle apart', () => {
    expect(told(served({ ns1: 0, ns2: 2_147_483_648 }))).toEqual(['!zone: 0 ns1; 2147483648 ns2']);
  });

  it('reports a host that gives two serials', () => {
    const twice = [...served({ ns1: 7, ns2: 7 }), ...served({ ns1: 6 }), ...served({ ns1: 7 })];
    expect(told(twice)).toEqual(['!zone: 7 ns1,ns2; 6 (1 behind) ns1']);
  });

  it('compares each key by itself', () => {
    expect(told([...served({ ns1: 1, ns2: 1 }, 'a'), ...served({ ns1: 2, ns2: 3 }, 'b')])).toEqual([
      'a: 1 ns1,ns2',
      '!b: 2 (1 behind) ns1; 3 ns2',
    ]);
  });
});
