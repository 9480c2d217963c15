// Answers of many hosts folded, held against what clubak(1) of ClusterShell makes of the same; and how much that takes.
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import {
  clusterAlike,
  compareFleet,
  foldAnswers,
  foldByEquality,
  foldFailures,
  foldLosses,
  foldMasked,
  foldPlans,
} from '../../../src/compare/index.ts';
import { type AnyHostResult, foldHostNames } from '../../../src/model/index.ts';
import { checkResult, hostResult, resourceResult, stepResult } from './fleet.ts';

const answer = (host: string, stdout: string, stderr = '', status = 0) => ({
  host,
  facts: new Map<string, string>(),
  command: { status, stdout, stderr },
});

describe('folding answers', () => {
  it('compares status, both streams and cuts', () => {
    const hosts = [
      answer('a', 'x\n'),
      answer('b', 'x\n'),
      answer('c', '', 'x\n'),
      answer('d', 'x\n', '', 1),
      { ...answer('e', 'x\n'), command: { status: 0, stdout: 'x\n', stderr: '', cut: ['stdout'] as const } },
    ];
    expect(foldAnswers(hosts).map(({ hosts: names }) => names.join())).toEqual(['a,b', 'c', 'd', 'e']);
  });

  it('names what was masked', () => {
    const hosts = [answer('ns1', 'ns1 pid 3\n'), answer('ns2', 'ns2 pid 3\n'), answer('ns3', 'ns2 pid 3\n')];
    expect(foldAnswers(hosts, 'host,pid')).toMatchObject([
      { hosts: ['ns1', 'ns2'], masked: ['host name'] },
      { hosts: ['ns3'] },
    ]);
    expect(foldAnswers(hosts)).toHaveLength(2);
  });
});

const clubak = spawnSync('clubak', ['--version']).status === 0;

describe.skipIf(!clubak)('clubak -b on the same data', () => {
  const values = ['one\n', 'two\nlines\n', 'two\nline\n', ' one\n', 'ONE\n'];
  const said = Array.from({ length: 40 }, (_, at) => ({
    host: `ns${String(at + 1)}`,
    value: values[(at * 7 + Math.floor(at / 3)) % values.length] ?? '',
  }));
  /** Folded host names and the text below them, sorted. */
  const ofClubak = (): readonly string[] => {
    const input = said
      .flatMap(({ host, value }) =>
        value
          .replace(/\n$/, '')
          .split('\n')
          .map((line) => `${host}:${line}\n`),
      )
      .join('');
    const { stdout } = spawnSync('clubak', ['-b'], { input, encoding: 'utf8' });
    const [, ...parts] = stdout.split(/^-{15,}\n/m);
    const pairs = Array.from({ length: parts.length / 2 }, (_, at) => {
      const [head = '', text = ''] = parts.slice(2 * at);
      return `${head.replace(/ \(\d+\)\n$/, '').trimEnd()} ${text}`;
    });
    return pairs.sort();
  };
  const own = (folds: readonly { readonly hosts: readonly string[]; readonly value: string | undefined }[]) =>
    folds.map(({ hosts, value = '' }) => `${foldHostNames(hosts)} ${value}`).sort();

  it('folds as muster does: answers, values, and anything that is compared as text', () => {
    const answers = foldAnswers(said.map(({ host, value }) => answer(host, value)));
    const theirs = ofClubak();
    expect(theirs.length).toBeGreaterThan(2);
    expect(own(answers.map(({ hosts, value }) => ({ hosts, value: value.stdout })))).toEqual(theirs);
    expect(own(foldByEquality(said))).toEqual(theirs);
    const self = { names: [], addresses: [] };
    expect(own(foldMasked(said.map((one) => ({ ...one, masks: ['host'], self }))))).toEqual(theirs);
    const of = (fields: (value: string) => Partial<AnyHostResult>) =>
      said.map(({ host, value }) => hostResult(host, fields(value)));
    const [facts] = compareFleet(
      of((value) => ({ facts: new Map([['k', value]]) })),
      { source: 'facts' },
    ).keys;
    expect(own(facts?.folds ?? [])).toEqual(theirs);
    const [observations] = compareFleet(of((value) => ({ observations: new Map([['k', value]]) }))).keys;
    expect(own(observations?.folds ?? [])).toEqual(theirs);
    const checks = foldFailures(of((value) => ({ checks: [checkResult('one', 'served', value)] })));
    expect(own(checks.map(({ hosts, value }) => ({ hosts, value: value.message })))).toEqual(theirs);
    const losses = foldLosses(of((reason) => ({ outcome: 'unreachable', reason })));
    expect(own(losses.map(({ hosts, value }) => ({ hosts, value: value.reason })))).toEqual(theirs);
    const errors = foldFailures(of((reason) => ({ outcome: 'failed', reason })));
    expect(own(errors.map(({ hosts, value }) => ({ hosts, value: value.message })))).toEqual(theirs);
    const plans = foldPlans(
      of((value) => ({
        steps: [stepResult('one')],
        resources: [
          resourceResult('one', 'file /x', {
            status: 'change',
            diff: value.split('\n').map((line) => `+${line}`),
          }),
        ],
      })),
    ).groups.map(({ hosts, plan }) => ({
      hosts,
      value: plan[0]?.resources[0]?.diff.map((line) => line.slice(1)).join('\n'),
    }));
    expect(own(plans)).toEqual(theirs);
  });
});

describe('very many different answers', () => {
  const line = (at: number): string => `line ${String(at)} ${'x'.repeat(50)}\n`;
  const page = (kind: string): string =>
    Array.from({ length: 1000 }, (_, at) => `${kind}${String.fromCharCode(97 + (at % 26))} ${line(at)}`).join(
      '',
    );

  it('are grouped by what they share, and the others stay apart', () => {
    const words = Array.from({ length: 26 }, (_, at) => String.fromCharCode(97 + at));
    const texts = [
      ...words.map((word) => `${words.join('\n')}\nonly ${word}\n`),
      'quite\nanother\nthing\n',
      ...[1, 2, 3].map((at) => `status ${String(at)}\n`),
    ];
    const clusters = clusterAlike(texts, (text) => text);
    expect(clusters.map(({ others }) => others.length)).toEqual([25, 2, 0]);
    expect(clusters[2]?.first).toBe('quite\nanother\nthing\n');
  });

  it('of 64 KiB from 1,000 hosts take less than two seconds of processor time', () => {
    const pages = ['a', 'b', 'c'].map(page);
    const hosts = Array.from({ length: 1000 }, (_, at) =>
      answer(`ns${String(at + 1)}`, `${pages[at % 3] ?? ''}own ${String(at)}\n`),
    );
    expect(hosts[0]?.command.stdout.length).toBeGreaterThan(60_000);
    const before = process.cpuUsage();
    const folds = foldAnswers(hosts);
    const clusters = clusterAlike(folds, ({ value }) => value.stdout);
    const { user, system } = process.cpuUsage(before);
    expect([folds.length, clusters.length]).toEqual([1000, 3]);
    expect((user + system) / 1e6).toBeLessThan(2);
  });
});
