// Whatever the outcome of a host, every form of a result says why: verbs by outcomes by renderers.
import { describe, expect, it } from 'vitest';
import {
  plainStyle,
  renderExec,
  renderJunit,
  renderMarkdown,
  renderResult,
  renderRollback,
  renderUndo,
  stringifyJson,
  toJson,
} from '../../../src/report/index.ts';
import type { AnyHostResult } from '../../../src/model/index.ts';
import type { Action, RunResult } from '../../../src/model/result.ts';
import { checkResult, hostResult, resourceResult, runResult, stepResult } from './renderers.ts';

const reason = 'sudo is missing';
const hint = 'install sudo';
const outcomes = ['failed', 'unreachable', 'unknown', 'skipped'] as const;

/** In what state a host may be when it comes to such an end. */
const states: readonly (readonly [string, Partial<AnyHostResult>])[] = [
  ['before anything was begun', {}],
  ['with a command that has no status', { command: { status: null, stdout: 'x', stderr: '' } }],
  ['with drift seen', { resources: [resourceResult('one', 'file /a', { status: 'change' })] }],
  ['with a probe that does not hold', { checks: [checkResult('probe soa', 'SOA over udp', 'no answer')] }],
  ['with a step that ended well', { steps: [stepResult('one')] }],
];

const actions: readonly Action[] = [
  ...(['plan', 'apply', 'verify', 'compare', 'rollback', 'exec', 'facts', 'ping'] as const),
];

const everyForm: readonly (readonly [string, (result: RunResult) => string])[] = [
  ['text', (result) => renderResult(result, plainStyle)],
  ['JSON', (result) => stringifyJson(toJson(result))],
  ['JUnit', renderJunit],
  ['Markdown', renderMarkdown],
  ['the preview of a rollback', ({ hosts }) => renderUndo(hosts, plainStyle)],
];

const cases = actions.flatMap((action) =>
  outcomes.flatMap((outcome) => states.map(([state, fields]) => ({ action, outcome, state, fields }))),
);

describe.each(cases)('a host of $action that is $outcome $state', ({ action, outcome, fields }) => {
  const result = runResult(action, [
    hostResult('ns1'),
    hostResult('ns2', { outcome, reason, hint, ...fields }),
  ]);

  it('is reported with its reason and what to do, as text and in every other form', () => {
    for (const [form, render] of everyForm) {
      const shown = render(result).replaceAll(/\s+/g, ' ');
      expect(shown, form).toContain('ns2');
      expect(shown, form).toContain(reason);
      // JUnit's `skipped` has one text.
      if (form !== 'JUnit' || outcome !== 'skipped') expect(shown, form).toContain(hint);
    }
  });
});

describe('a host that has nothing to undo', () => {
  it('says so in the host’s words, if it gave any', () => {
    const words = 'run r1 failed and was rolled back already; to undo an older one, name it (--run)';
    const host = hostResult('ns1', { outcome: 'ok', reason: words });
    expect(renderUndo([host], plainStyle)).toBe(`ns1: ${words}\n`);
    expect(renderRollback(runResult('rollback', [host]), plainStyle)).toContain(words);
  });
});

describe('answers that look alike', () => {
  it('are found without comparing every answer with every other one', () => {
    let reads = 0;
    const hosts = Array.from({ length: 100 }, (_, index) => {
      const command = {
        status: 0,
        stderr: '',
        get stdout() {
          reads += 1;
          return `${String(index)}\n`;
        },
      };
      return hostResult(`ns${String(index)}`, { command });
    });
    const result = runResult('exec', hosts);
    expect(renderExec(result, plainStyle, { all: true })).toContain('ns99 exit 0');
    expect(reads).toBeLessThan(20 * hosts.length);
    reads = 0;
    expect(renderExec(result, plainStyle)).toContain('and 99 answers like');
    expect(reads).toBeLessThan(20 * hosts.length);
  });

  it('are distinguished by their ends, and cuts are marked', () => {
    const hosts = [
      hostResult('ns1', { command: { status: 0, stdout: 'a\n', stderr: '' } }),
      hostResult('ns2', { command: { status: 0, stdout: 'a', stderr: '' } }),
      hostResult('ns3', { command: { status: 0, stdout: 'a\udcff\n', stderr: '', cut: ['stdout'] } }),
    ];
    expect(renderExec(runResult('exec', hosts), plainStyle).split('\n').slice(0, -2)).toEqual([
      'ns1 exit 0',
      '  a',
      'ns2 exit 0',
      '  a',
      '  (no newline at the end)',
      'ns3 exit 0',
      '  a\\xff',
      '  ... cut here: only this much is kept',
    ]);
    expect(toJson(runResult('exec', hosts))['hosts']).toMatchObject([
      { command: { stdout: 'a\n' } },
      {},
      { command: { stdout: 'a\ufffd\n', stdoutBase64: 'Yf8K', cut: ['stdout'] } },
    ]);
  });

  it('need no such mark if none is like them', () => {
    const hosts = [hostResult('ns1', { command: { status: 0, stdout: 'a', stderr: '' } })];
    expect(renderExec(runResult('exec', hosts), plainStyle)).toContain('ns1 exit 0\n  a\n1 host');
  });
});
