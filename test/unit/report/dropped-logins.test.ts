// The line about logins that hosts dropped.
import { describe, expect, it } from 'vitest';
import { droppedLoginsLine } from '../../../src/report/dropped-logins.ts';

describe('the line about dropped logins', () => {
  it('is not there when there was none', () => {
    expect(droppedLoginsLine(new Map())).toBe('');
  });

  it('names the host of one', () => {
    expect(droppedLoginsLine(new Map([['ns1', 1]]))).toBe(
      '1 login that a host dropped was tried again (ns1: 1): too many at once for its MaxStartups, so lower connection_starts\n',
    );
  });

  it('names the first five hosts, escaped, and counts the others', () => {
    const counts = new Map([9, 8, 7, 6, 5, 4, 3].map((each) => [`ns${each}\u001b`, each]));
    expect(droppedLoginsLine(counts)).toMatch(
      /^42 logins that a host dropped were tried again \(ns9\S+: 9, .*ns5\S+: 5, 2 more hosts\): /,
    );
    expect(droppedLoginsLine(counts)).not.toContain('\u001b');
  });
});
