import { expect, it } from 'vitest';
import { grouped, median, spreadOf, table } from '../../bench/figures.ts';

it('gives the middle of several values, and the mean of the middle two', () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([4, 1, 2, 9])).toBe(3);
  expect(median([])).toBeNaN();
  expect(spreadOf([7, 3, 4])).toEqual({ least: 3, middle: 4, most: 7 });
});

it('groups the digits of large numbers', () => {
  expect([0, 999, 1000, 616_042.4, -1234].map(grouped)).toEqual(['0', '999', '1 000', '616 042', '-1 234']);
});

it('sets words to the left and figures to the right', () => {
  expect(
    table(
      ['action', 'ms'],
      [
        ['ping', '12'],
        ['apply, first', '1 234'],
      ],
    ),
  ).toBe(
    ['action           ms', '------------  -----', 'ping             12', 'apply, first  1 234', ''].join(
      '\n',
    ),
  );
});
