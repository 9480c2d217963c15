// Moments of a command line.
import { describe, expect, it } from 'vitest';
import { parseTime } from '../../../src/cli/times.ts';

const now = new Date('2026-11-28T05:30:00.000Z');

describe('a moment', () => {
  it.each([
    ['45m', '2026-11-28T04:45:00.000Z'],
    ['12h', '2026-11-27T17:30:00.000Z'],
    ['7d', '2026-11-21T05:30:00.000Z'],
    ['2w', '2026-11-14T05:30:00.000Z'],
    ['today', '2026-11-28T00:00:00.000Z'],
    ['yesterday', '2026-11-27T00:00:00.000Z'],
    ['2026-11-01', '2026-11-01T00:00:00.000Z'],
    ['2026-11-01 06:07', '2026-11-01T06:07:00.000Z'],
    ['2026-11-01T06:07:08+02:00', '2026-11-01T04:07:08.000Z'],
  ])('%s is %s', (text, moment) => {
    expect(parseTime(text, now)).toBe(moment);
  });

  it.each(['', '7', 'd', '-7d', '7 days', '2026-13-01', '2026-02-01T25:00', 'now()'])('is not %j', (text) => {
    expect(() => parseTime(text, now)).toThrow('is no time');
  });
});
