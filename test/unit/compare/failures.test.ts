import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldAlike } from '../../../src/compare/alike.ts';
import { failuresOf, foldFailures, foldLosses } from '../../../src/compare/index.ts';
import type { AnyHostResult } from '../../../src/model/index.ts';
import type { HostResult } from '../../../src/model/result.ts';
import { plainStyle, renderVerify } from '../../../src/report/index.ts';
import { runResult } from '../report/renderers.ts';
import { checkResult, hostResult, resourceResult, stepResult } from './fleet.ts';

const nothing = { step: '', subject: '', message: '', diff: [], hint: undefined, stderr: '' };

describe('failuresOf', () => {
  it('describes a failed step by its failed resource, with the stderr of the step', () => {
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

  it('describes a failed step by its reason if nothing more precise is known', () => {
    const host = hostResult('ns1', {
      outcome: 'failed',
      steps: [stepResult('cage', { outcome: 'failed', reason: 'timed out' })],
    });
    expect(failuresOf(host)).toEqual([{ ...nothing, kind: 'step', step: 'cage', message: 'timed out' }]);
  });

  it('has the reason of a host that failed outside any step', () => {
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

  it.each(['unreachable', 'unknown', 'skipped'] as const)('is empty for an %s host', (outcome) => {
    const checks = [checkResult('proof', 'root', 'is /')];
    expect(failuresOf(hostResult('ns1', { outcome, reason: 'gone', checks }))).toEqual([]);
  });

  it('still has what the controller itself found on a host that it could not log in to', () => {
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
  it('folds hosts with the same failure at the same place, whatever they wrote to stderr', () => {
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
  it('folds by outcome and reason, without hosts that were reached', () => {
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

  it('shows every change, although the words are the same', () => {
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

describe('very many different failures of one place', () => {
  const failed = (number: number, reason: string): AnyHostResult =>
    hostResult(`ns${number}`, {
      ...{ outcome: 'failed', reason: 'step one failed' },
      steps: [stepResult('one', { outcome: 'failed', reason })],
    });
  const word = (number: number): string =>
    number
      .toString(26)
      .replaceAll(/\d/g, (digit) => 'qrstuvwxyz'[Number(digit)] ?? '')
      .padStart(4, 'q');

  it('are shown one by one up to twelve', () => {
    const hosts = Array.from({ length: 12 }, (_, at) => failed(at, `${word(at)} is broken`));
    expect(foldFailures(hosts)).toHaveLength(12);
  });

  it('are grouped if their words are alike, the rest is counted, and each host is there once', () => {
    const hosts = Array.from({ length: 1000 }, (_, at) =>
      failed(
        at,
        at % 2 === 0
          ? `cannot write the file ${word(at)}.conf: no space left on device`
          : [at, at * 7, at * 31].map(word).join(' '),
      ),
    );
    const folds = foldFailures(hosts);
    expect(folds).toHaveLength(9);
    expect(folds[0]).toMatchObject({
      ...{ alike: true, wordings: 500 },
      value: { message: expect.stringContaining('no space left') as string },
    });
    expect(folds.at(-1)).toMatchObject({ alike: false });
    expect(new Set(folds.flatMap(({ hosts: names }) => names)).size).toBe(1000);
    expect(folds.flatMap(({ hosts: names }) => names)).toHaveLength(1000);
    const text = renderVerify(runResult('verify', hosts), plainStyle);
    expect(text.replaceAll(/\s+/g, ' ')).toContain('(reported by ns0; the others alike, in 500 wordings)');
    expect(text.split('\n').length).toBeLessThan(120);
  });

  it('are grouped for lost hosts, too', () => {
    const hosts = Array.from({ length: 40 }, (_, at) =>
      hostResult(`ns${at}`, {
        outcome: 'unreachable',
        reason: `proxy ${word(at)} closed the connection early`,
      }),
    );
    expect(foldLosses(hosts)).toMatchObject([{ alike: true, wordings: 40 }]);
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
