import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldByEquality } from '../../../src/compare/index.ts';

const entriesArbitrary = fc
  .array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 30 })
  .map((values) => values.map((value, index) => ({ host: `ns${index + 1}`, value })));

describe('foldByEquality', () => {
  it('puts the biggest group first and breaks ties by first host', () => {
    const entries = [
      { host: 'ns1', value: 'odd' },
      { host: 'ns2', value: 'other' },
      { host: 'ns3', value: 'same' },
      { host: 'ns4', value: 'same' },
    ];
    expect(foldByEquality(entries)).toEqual([
      { hosts: ['ns3', 'ns4'], value: 'same' },
      { hosts: ['ns1'], value: 'odd' },
      { hosts: ['ns2'], value: 'other' },
    ]);
  });

  it('keeps every host exactly once, in its own order', () => {
    fc.assert(
      fc.property(entriesArbitrary, (entries) => {
        const folds = foldByEquality(entries);
        const order = new Map(entries.map(({ host }, index) => [host, index]));
        expect(folds.flatMap(({ hosts }) => hosts).sort()).toEqual(entries.map(({ host }) => host).sort());
        for (const { hosts } of folds) {
          const places = hosts.map((host) => order.get(host)!);
          expect(places).toEqual(places.toSorted((a, b) => a - b));
        }
      }),
    );
  });

  it('gives each value one group, sizes going down', () => {
    fc.assert(
      fc.property(entriesArbitrary, (entries) => {
        const folds = foldByEquality(entries);
        expect(new Set(folds.map(({ value }) => value)).size).toBe(folds.length);
        const sizes = folds.map(({ hosts }) => hosts.length);
        expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
        for (const { hosts, value } of folds) {
          for (const host of hosts) expect(entries.find((entry) => entry.host === host)?.value).toBe(value);
        }
      }),
    );
  });

  it.each([
    ['maps by content', new Map([['a', 1]]), new Map([['a', 2]])],
    ['sets by content', new Set(['a']), new Set(['b'])],
    ['numbers and their text', 1, '1'],
    ['undefined and its text', undefined, 'undefined'],
    ['missing and empty', undefined, ''],
    ['lists and their joined text', ['a', 'b'], ['a,b']],
    ['nested objects', { a: { b: 1 } }, { a: { b: 2 } }],
    ['an object and a map', { a: 1 }, new Map([['a', 1]])],
  ])('distinguishes %s', (_what, one, other) => {
    expect(
      foldByEquality<unknown>([
        { host: 'ns1', value: one },
        { host: 'ns2', value: other },
      ]),
    ).toHaveLength(2);
  });

  it('treats objects and maps as equal in any order of their keys', () => {
    const one = {
      a: new Map([
        ['x', 1],
        ['y', 2],
      ]),
      b: 1,
    };
    const other = {
      b: 1,
      a: new Map([
        ['y', 2],
        ['x', 1],
      ]),
    };
    expect(
      foldByEquality([
        { host: 'ns1', value: one },
        { host: 'ns2', value: other },
      ]),
    ).toHaveLength(1);
  });

  it('folds by a key of the caller', () => {
    const entries = [
      { host: 'ns1', value: 'A' },
      { host: 'ns2', value: 'a' },
    ];
    expect(foldByEquality(entries, (value) => value.toLowerCase())).toEqual([
      { hosts: ['ns1', 'ns2'], value: 'A' },
    ]);
  });
});
