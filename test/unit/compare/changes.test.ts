// Two runs held against each other.
import { describe, expect, it } from 'vitest';
import { changesBetween } from '../../../src/compare/index.ts';
import type { AnyHostResult, VerifyResult } from '../../../src/model/index.ts';
import { checkResult, hostResult, observed, resourceResult, stepResult } from './fleet.ts';

const run = (runId: string, hosts: readonly AnyHostResult[], action = 'verify'): VerifyResult =>
  ({
    ...{ runId, action, playbook: 'p', hosts, interrupted: false, groups: [], serials: [] },
    started: `2026-11-28T05:00:0${runId}.000Z`,
    finished: '2026-11-28T06:00:00.000Z',
  }) as VerifyResult;
const failing = (host: string, message: string): AnyHostResult =>
  hostResult(host, {
    ...{ outcome: 'failed', reason: '1 of 1 checks do not hold' },
    steps: [stepResult('one', { outcome: 'failed' })],
    checks: [checkResult('one', 'served', message)],
  });
const fine = (host: string): AnyHostResult => hostResult(host, { steps: [stepResult('one')] });
const between = (then: readonly AnyHostResult[], now: readonly AnyHostResult[]) =>
  changesBetween(run('1', then), run('2', now)).changes.map(({ hosts, value }) => [
    hosts.join(),
    ...[value.change, value.kind, value.before, value.after],
  ]);

describe('the changes of a fleet', () => {
  it('are what is new, gone and changed, each once over all hosts', () => {
    expect(
      between(
        [fine('a'), fine('b'), failing('c', 'no'), failing('d', 'no'), failing('e', 'no')],
        [failing('a', 'no'), failing('b', 'no'), fine('c'), failing('d', 'never'), failing('e', 'no')],
      ),
    ).toEqual([
      ['a,b', 'new', 'check', undefined, 'no'],
      ['c', 'gone', 'check', 'no', undefined],
      ['d', 'changed', 'check', 'no', 'never'],
    ]);
  });

  it('ignore what differs in every run: a pid, a time, the own name', () => {
    expect(between([failing('a', 'a: pid 3 at 05:00:01')], [failing('a', 'a: pid 77 at 06:11:02')])).toEqual(
      [],
    );
    expect(between([failing('a', 'got 3')], [failing('a', 'got 4')])).toHaveLength(1);
  });

  it('show the values of a host', () => {
    expect(
      between(
        [observed('a', { k: '1', gone: 'x', '~pid': '1' })],
        [observed('a', { k: '2', fresh: '', '~pid': '2' })],
      ),
    ).toEqual([
      ['a', 'changed', 'observation', '1', '2'],
      ['a', 'gone', 'observation', 'x', undefined],
      ['a', 'new', 'observation', undefined, ''],
    ]);
  });

  it('obey the masks of a value, further ones, and none', () => {
    const said = (number: string) =>
      observed('a', { k: `pid ${number}` }, { masks: new Map([['k', 'pid']]) });
    const [then, now] = [run('1', [said('1')]), run('2', [said('2')])];
    expect(changesBetween(then, now).changes).toEqual([]);
    expect(changesBetween(then, now, { mask: 'none' }).changes).toHaveLength(1);
    const plain = [run('1', [observed('a', { k: 'n 1' })]), run('2', [observed('a', { k: 'n 2' })])] as const;
    expect(changesBetween(...plain).changes).toHaveLength(1);
    expect(changesBetween(...plain, { mask: '#' }).changes).toEqual([]);
  });

  it('ignore what one of the runs did not look at', () => {
    const lost = hostResult('a', { outcome: 'unreachable', reason: 'no answer' });
    const skipped = hostResult('a', { steps: [stepResult('one', { outcome: 'skipped' })] });
    const withValue = observed('a', { k: '1' }, { steps: [stepResult('one')] });
    expect(between([failing('a', 'no')], [lost])).toEqual([
      ['a', 'new', 'lost', undefined, 'unreachable: no answer'],
    ]);
    expect(between([failing('a', 'no')], [skipped])).toEqual([]);
    expect(between([withValue], [skipped])).toEqual([]);
    expect(changesBetween(run('1', [failing('a', 'no')]), run('2', [lost])).unseen).toEqual(['a']);
  });

  it('are only values in a compare, and only selected keys with --key', () => {
    const then = run('1', [{ ...failing('a', 'no'), observations: new Map([['k', '1']]) }]);
    const now = run('2', [observed('a', { k: '2', 'other.k': '1' })], 'compare');
    expect(changesBetween(then, now, { keys: ['k'] }).changes.map(({ value }) => value.subject)).toEqual([
      'k',
    ]);
    expect(changesBetween(then, run('2', [observed('a', { k: '1' })], 'compare')).changes).toEqual([]);
  });

  it('name hosts of one run only, and fold what is alike', () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const changes = changesBetween(
      run('1', [fine('x'), ...names.map(fine)]),
      run('2', [fine('y'), ...names.map((name, at) => failing(name, `got ${String(at)}`))]),
    );
    expect(changes).toMatchObject({ onlyEarlier: ['x'], onlyLater: ['y'], hosts: names });
    expect(changes.changes).toMatchObject([{ hosts: names, alike: true }]);
  });

  it('compare drift by its changed lines, and the answers of an exec', () => {
    const drifted = (line: string) =>
      hostResult('a', {
        outcome: 'changed',
        steps: [stepResult('one', { outcome: 'changed' })],
        resources: [
          resourceResult('one', 'file /x', { status: 'change', reason: 'differs', diff: ['@@', ' c', line] }),
        ],
      });
    expect(between([drifted('+1')], [drifted('+2')])).toMatchObject([
      ['a', 'changed', 'drift', expect.anything(), 'differs\n@@\n c\n+2'],
    ]);
    const answering = (stdout: string) => hostResult('a', { command: { status: 0, stdout, stderr: '' } });
    expect(between([answering('1\n')], [answering('2\n')])).toEqual([
      ['a', 'changed', 'answer', 'exit 0\n1\n', 'exit 0\n2\n'],
    ]);
  });
});
