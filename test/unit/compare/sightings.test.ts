// Since when something is wrong, over the runs before.
import { describe, expect, it } from 'vitest';
import { findingsOf, sightingsOf } from '../../../src/compare/index.ts';
import type { RunFindings, VerifyResult } from '../../../src/model/index.ts';
import { checkResult, hostResult, observed, resourceResult, stepResult } from './fleet.ts';

const place = { kind: 'drift', step: 'one', subject: 'file /x' };
/** A run that looked at hosts a to c, or at those of `looked`, and found the drift on some. */
const run = (number: number, hosts: string, looked = 'a,b,c'): RunFindings => ({
  runId: `run${String(number)}`,
  started: `2026-11-0${String(number)}T05:00:00.000Z`,
  found: hosts === '' ? [] : [{ ...place, hosts }],
  looked: { 'step one': looked },
});
const first = (number: number) => ({
  runId: `run${String(number)}`,
  started: `2026-11-0${String(number)}T05:00:00.000Z`,
});

describe('since when', () => {
  it('is the first run that had it, the number of runs, and how often it returned', () => {
    const runs = [run(1, ''), run(2, 'a'), run(3, 'a'), run(4, ''), run(5, 'a'), run(6, ''), run(7, 'a,b')];
    expect(sightingsOf(runs)).toEqual([
      { ...place, hosts: 'a', first: first(2), last: first(5), runs: 4, of: 7, returns: 2 },
      { ...place, hosts: 'b', first: first(7), runs: 1, of: 7, returns: 0 },
    ]);
  });

  it('counts no run that did not look at the host', () => {
    const runs = [run(1, 'a'), run(2, '', 'b,c'), run(3, 'a')];
    expect(sightingsOf(runs)).toMatchObject([{ runs: 2, of: 2, returns: 0 }]);
  });

  it('is known for a lost host from every run that selected it', () => {
    const lost = (number: number, hosts: string): RunFindings => ({
      ...{ runId: `run${String(number)}`, started: `2026-11-0${String(number)}T05:00:00.000Z` },
      found: hosts === '' ? [] : [{ kind: 'lost', step: '', subject: '', hosts }],
      looked: { asked: 'a,b' },
    });
    expect(sightingsOf([lost(1, 'a'), lost(2, ''), lost(3, 'a,b')])).toMatchObject([
      { kind: 'lost', hosts: 'a', first: first(1), runs: 2, of: 3, returns: 1 },
      { kind: 'lost', hosts: 'b', runs: 1, of: 3 },
    ]);
  });

  it('is unknown if no earlier run looked, and for what is not wrong now', () => {
    expect(sightingsOf([run(1, '', 'b'), run(2, 'a')])).toEqual([]);
    expect(sightingsOf([run(1, 'a'), run(2, '')])).toEqual([]);
    expect(sightingsOf([])).toEqual([]);
  });

  it('has hosts with the same history as one entry', () => {
    expect(sightingsOf([run(1, 'a,b'), run(2, 'a,b')])).toMatchObject([{ hosts: 'a,b', runs: 2 }]);
  });
});

it('uses drift, checks and divergences of a run, and where it looked', () => {
  const hosts = [
    observed('ns1', { k: '1' }, { steps: [stepResult('one'), stepResult('two', { outcome: 'skipped' })] }),
    observed(
      'ns2',
      { k: '1' },
      {
        ...{ outcome: 'failed', reason: '1 of 1 checks do not hold' },
        steps: [stepResult('one', { outcome: 'failed' })],
        checks: [checkResult('one', 'served', 'no'), checkResult('probe p', 'soa', 'none')],
      },
    ),
    observed(
      'ns3',
      { k: '2' },
      {
        ...{ outcome: 'changed', steps: [stepResult('one', { outcome: 'changed' })] },
        resources: [resourceResult('one', 'file /x', { status: 'change' })],
      },
    ),
    hostResult('ns4', { outcome: 'unreachable', reason: 'no answer' }),
  ];
  const result = {
    ...{ runId: 'r', action: 'verify', playbook: 'p', hosts, groups: [], serials: [], interrupted: false },
    ...{ started: '2026-11-28T05:00:00.000Z', finished: '2026-11-28T05:00:01.000Z' },
  } as VerifyResult;
  expect(findingsOf(result)).toEqual({
    runId: 'r',
    started: '2026-11-28T05:00:00.000Z',
    found: [
      { kind: 'check', step: 'one', subject: 'served', hosts: 'ns2' },
      { kind: 'probe', step: 'p', subject: 'soa', hosts: 'ns2' },
      { kind: 'drift', step: 'one', subject: 'file /x', hosts: 'ns3' },
      { kind: 'lost', step: '', subject: '', hosts: 'ns4' },
      { kind: 'divergence', step: 'all', subject: 'k', hosts: 'ns3' },
    ],
    looked: {
      ...{ 'step one': 'ns[1-3]', values: 'ns[1-3]', host: 'ns[1-3]', 'probe p': 'ns2' },
      asked: 'ns[1-4]',
    },
  });
});
