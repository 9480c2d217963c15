import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldAlike } from '../../../src/compare/alike.ts';
import { failuresOf, foldFailures, foldLosses } from '../../../src/compare/index.ts';
import type { HostResult } from '../../../src/model/result.ts';
import { checkResult, hostResult, resourceResult, stepResult } from './fleet.ts';

const nothing = { step: '', subject: '', message: '', diff: [], hint: undefined, stderr: '' };

describe('failuresOf', () => {
  it('tells a failed step by its failed resource, with what the step wrote to stderr', () => {
    const host = hostResult('ns1', {
      outcome: 'failed',
      reason: 'step cage failed',
      hint: 'remount it',
      steps: [stepResult('cage', { outcome: 'failed', reason: 'mkdir failed', stderr: 'Read-only' })],
      resources: [resourceResult('cage', 'directory /x', { status: 'failed', reason: 'cannot make it' })],
    });
    expect(failuresOf(host)).toEqual([
      {
        ...nothing,
        kind: 'resource',
        step: 'cage',
        subject: 'directory /x',
        message: 'cannot make it',
        hint: 'remount it',
        stderr: 'Read-only',
      },
    ]);
  });

  it('tells a failed step by its reason when nothing more precise is known', () => {
    const host = hostResult('ns1', {
      outcome: 'failed',
      steps: [stepResult('cage', { outcome: 'failed', reason: 'timed out' })],
    });
    expect(failuresOf(host)).toEqual([{ ...nothing, kind: 'step', step: 'cage', message: 'timed out' }]);
  });

  it('tells the reason of a host that failed outside any step', () => {
    const host = hostResult('ns1', { outcome: 'failed', reason: 'locked', hint: 'muster unlock' });
    expect(failuresOf(host)).toEqual([
      { ...nothing, kind: 'host', message: 'locked', hint: 'muster unlock' },
    ]);
  });

  it('does not let drift explain why a host failed', () => {
    const host = hostResult('ns1', {
      outcome: 'failed',
      reason: 'lost its lock',
      resources: [resourceResult('rc', 'rc_conf named', { status: 'change' })],
    });
    expect(failuresOf(host).map(({ kind }) => kind)).toEqual(['drift', 'host']);
  });

  it('lists drift, checks and conflicts in order of the steps', () => {
    const host = hostResult('ns1', {
      steps: [stepResult('one'), stepResult('two')],
      resources: [
        resourceResult('two', 'file /b', { status: 'change', reason: 'differs' }),
        resourceResult('two', 'file /c', { status: 'conflict', reason: 'edited' }),
      ],
      checks: [checkResult('one', 'socket', 'no socket'), checkResult('one', 'held')],
    });
    expect(failuresOf(host).map(({ kind, subject }) => [kind, subject])).toEqual([
      ['check', 'socket'],
      ['drift', 'file /b'],
      ['conflict', 'file /c'],
    ]);
  });

  it.each(['unreachable', 'unknown', 'skipped'] as const)(
    'has nothing to say about an %s host',
    (outcome) => {
      const checks = [checkResult('proof', 'root', 'is /')];
      expect(failuresOf(hostResult('ns1', { outcome, reason: 'gone', checks }))).toEqual([]);
    },
  );

  it('still tells what the controller itself found on a host that it could not log in to', () => {
    const checks = [
      checkResult('probe zones', 'SOA example.net over udp', 'no answer'),
      checkResult('probe www', 'A www over udp'),
    ];
    const host = hostResult('ns1', { outcome: 'unreachable', reason: 'refused', checks });
    expect(failuresOf(host)).toMatchObject([
      { kind: 'probe', step: 'zones', subject: 'SOA example.net over udp', message: 'no answer' },
    ]);
  });
});

describe('foldFailures', () => {
  it('folds hosts with the same trouble at the same place, whatever they wrote to stderr', () => {
    const host = (name: string, stderr: string, message: string): ReturnType<typeof hostResult> =>
      hostResult(name, { steps: [stepResult('s', { stderr })], checks: [checkResult('s', 'c', message)] });
    const folds = foldFailures([
      host('ns1', 'pid 1', 'no'),
      host('ns2', 'pid 2', 'no'),
      host('ns3', '', 'never'),
    ]);
    expect(folds.map(({ hosts, value }) => [hosts, value.message, value.stderr])).toEqual([
      [['ns1', 'ns2'], 'no', 'pid 1'],
      [['ns3'], 'never', ''],
    ]);
  });
});

describe('foldLosses', () => {
  it('folds by outcome and reason and leaves reached hosts out', () => {
    const hosts = [
      hostResult('ns1'),
      hostResult('ns2', { outcome: 'unreachable', reason: 'refused' }),
      hostResult('ns3', { outcome: 'unreachable', reason: 'refused' }),
      hostResult('ns4', { outcome: 'unknown', reason: 'refused' }),
    ];
    expect(foldLosses(hosts).map((fold) => [fold.hosts, fold.value.outcome])).toEqual([
      [['ns2', 'ns3'], 'unreachable'],
      [['ns4'], 'unknown'],
    ]);
  });
});

describe('foldFailures of drift', () => {
  const drifted = (host: string, diff: readonly string[]): HostResult =>
    hostResult(host, {
      steps: [stepResult('rc')],
      resources: [resourceResult('rc', 'file /etc/x', { status: 'change', reason: 'content', diff })],
    });

  it('shows every change that there is, although the words are the same', () => {
    const hosts = [1, 2, 3, 4, 5].map((number) => drifted(`ns${number}`, [`-limit ${number}`, '+limit 9']));
    const folds = foldFailures([...hosts, drifted('ns6', ['@@ -8 +8 @@', ' x', '-limit 1', '+limit 9'])]);
    expect(folds.map(({ hosts: names, value, alike }) => [names, value.diff[0], alike])).toEqual([
      [['ns1', 'ns6'], '-limit 1', false],
      [['ns2'], '-limit 2', false],
      [['ns3'], '-limit 3', false],
      [['ns4'], '-limit 4', false],
      [['ns5'], '-limit 5', false],
    ]);
  });
});

describe('foldAlike', () => {
  const saying = (texts: readonly string[]): { host: string; value: string }[] =>
    texts.map((value, index) => ({ host: `ns${index + 1}`, value }));
  const same = (text: string): string => text;

  it('keeps a few wordings apart', () => {
    const folds = foldAlike(saying(['pid 1', 'pid 2', 'pid 3']), { text: same });
    expect(folds.map(({ hosts, alike }) => [hosts, alike])).toEqual([
      [['ns1'], false],
      [['ns2'], false],
      [['ns3'], false],
    ]);
  });

  it('folds many wordings that differ in numbers and host names only', () => {
    const folds = foldAlike(saying(['ns1: pid 7', 'ns2: pid 20', 'ns3: pid 3', 'ns4: pid 4', 'other']), {
      text: same,
    });
    expect(folds).toEqual([
      { hosts: ['ns1', 'ns2', 'ns3', 'ns4'], value: 'ns1: pid 7', alike: true },
      { hosts: ['ns5'], value: 'other', alike: false },
    ]);
  });

  it('keeps every host exactly once', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a1', 'a2', 'a3', 'a4', 'b', 'c9')), (texts) => {
        const hosts = foldAlike(saying(texts), { text: same }).flatMap((fold) => fold.hosts);
        expect(hosts.toSorted()).toEqual(
          saying(texts)
            .map(({ host }) => host)
            .toSorted(),
        );
      }),
    );
  });
});
