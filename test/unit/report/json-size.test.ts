// What --json costs, so that a fact that is said twice is seen in review. The budgets are bytes a host, of 200 hosts.
import { describe, expect, it } from 'vitest';
import { jsonBytes } from '../../support/scaled-run.ts';

const hosts = 200;

describe('the bytes of --json', () => {
  it.each([
    ['exec', 620],
    ['plan', 6_000],
    ['verify', 11_500],
  ] as const)('are within the budget of a host: %s', (recorded, budget) => {
    expect(jsonBytes(recorded, hosts) / hosts).toBeLessThan(budget);
  });

  it('grow with the hosts and no faster', () => {
    const [few, many] = [jsonBytes('verify', 50), jsonBytes('verify', hosts)];
    expect(many / few).toBeLessThan(hosts / 50);
  });
});
