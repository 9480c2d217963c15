import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expandHostNames, foldHostNames } from '../../../src/model/host-names.ts';

describe('expandHostNames', () => {
  it.each([
    ['ns1', ['ns1']],
    ['ns[1-3]', ['ns1', 'ns2', 'ns3']],
    ['ns[1-3,7].example.net', ['ns1.example.net', 'ns2.example.net', 'ns3.example.net', 'ns7.example.net']],
    ['ns[08-10]', ['ns08', 'ns09', 'ns10']],
    ['ns[8-10]', ['ns8', 'ns9', 'ns10']],
    ['ns[99-101]', ['ns99', 'ns100', 'ns101']],
    ['ns[099-101]', ['ns099', 'ns100', 'ns101']],
    ['ns[0-1]', ['ns0', 'ns1']],
    ['ns[5]', ['ns5']],
    ['r[1-2]-ns[3, 5]', ['r1-ns3', 'r1-ns5', 'r2-ns3', 'r2-ns5']],
    ['192.0.2.[11-12]', ['192.0.2.11', '192.0.2.12']],
  ])('writes out %s', (pattern, names) => {
    expect(expandHostNames(pattern)).toEqual(names);
  });

  it.each([
    ['', 'cannot be empty'],
    ['ns[3-1]', 'the range 3-1 counts down'],
    ['ns[1-3', '"[" without "]"'],
    ['ns1-3]', '"]" without "["'],
    ['ns[]', '"" is not a number'],
    ['ns[1-]', '"1-" is not a number'],
    ['ns[1,,2]', '"" is not a number'],
    ['ns[a-c]', '"a-c" is not a number'],
    ['ns[[1-2]]', '"]" without "["'],
    ['ns[1-010]', 'different numbers of digits'],
    ['ns[001-01]', 'different numbers of digits'],
    ['ns1,ns2', 'no spaces or commas'],
    ['ns 1', 'no spaces or commas'],
    ['ns[1-10001]', 'more than 10000 names'],
    ['ns[1-999999999999999]', 'more than 10000 names'],
    ['r[1-200]-ns[1-51]', 'more than 10000 names'],
  ])('refuses %j', (pattern, problem) => {
    expect(() => expandHostNames(pattern)).toThrow(
      expect.objectContaining({ code: 'HOST_RANGE', message: expect.stringContaining(problem) }),
    );
  });

  it('allows ten thousand names', () => {
    expect(expandHostNames('r[1-100]-ns[1-100]')).toHaveLength(10_000);
  });
});

describe('foldHostNames', () => {
  it.each([
    [[], ''],
    [['ns1'], 'ns1'],
    [['ns1', 'ns2'], 'ns[1-2]'],
    [['ns9', 'ns1', 'ns3', 'ns2', 'ns2'], 'ns[1-3,9]'],
    [['ns10', 'ns9', 'ns8'], 'ns[8-10]'],
    [['ns08', 'ns09', 'ns10'], 'ns[08-10]'],
    [['ns1', 'ns01', 'ns2', 'ns02'], 'ns[1-2,01-02]'],
    [['ns2', 'mail1', 'ns1', 'www'], 'mail1,ns[1-2],www'],
    [['ns1.example.net', 'ns2.example.net'], 'ns[1-2].example.net'],
    [['r1-ns1', 'r1-ns2', 'r2-ns1', 'r2-ns2'], 'r[1-2]-ns[1-2]'],
    [['b3c2', 'b3c1', 'b2c1', 'b2c2'], 'b[2-3]c[1-2]'],
    [['a1b1', 'a2b2'], 'a1b1,a2b2'],
    [['192.0.2.11', '192.0.2.12', '192.0.2.14'], '192.0.2.[11-12,14]'],
    [['ns10', 'ns2', 'x'], 'ns[2,10],x'],
    [['n1234567890123456', 'n1234567890123457'], 'n1234567890123456,n1234567890123457'],
  ])('writes %j as %s', (names, folded) => {
    expect(foldHostNames(names)).toBe(folded);
  });

  it('loses and invents no name, whatever the names are', () => {
    const piece = fc.oneof(
      fc.constantFrom('ns', 'r', '-', '.', 'x'),
      fc.integer({ min: 0, max: 30 }).map(String),
      fc.constantFrom('00', '01', '02', '09', '010', '99', '100'),
    );
    const name = fc.array(piece, { minLength: 1, maxLength: 5 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 40 }), (names) => {
        const parts = foldHostNames(names).split(/,(?![^[]*\])/);
        const back = parts.flatMap(expandHostNames);
        expect(back.toSorted()).toEqual([...new Set(names)].toSorted());
      }),
      { numRuns: 500 },
    );
  });

  it('says the same for any order of the names', () => {
    const names = fc.array(fc.constantFrom('a1', 'a2', 'a03', 'a3', 'b1', 'b2c1', 'b2c2', 'b3c1', 'b3c2'));
    fc.assert(
      fc.property(names, (some) => {
        expect(foldHostNames(some.toReversed())).toBe(foldHostNames(some));
      }),
    );
  });
});
