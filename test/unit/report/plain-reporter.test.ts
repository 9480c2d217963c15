import { describe, expect, it } from 'vitest';
import { plainReporter } from '../../../src/report/index.ts';
import { resourceResult, runStarted, stamped } from './renderers.ts';

const events = stamped(
  runStarted('apply', ['ns1', 'ns10'], ['cage']),
  { type: 'host-started', host: 'ns1' },
  { type: 'host-connected', host: 'ns1' },
  { type: 'step-started', host: 'ns1', step: 'cage', index: 1 },
  { type: 'output', host: 'ns1', step: 'cage', index: 1, stream: 'stdout', text: 'copying' },
  { type: 'output', host: 'ns1', step: 'cage', index: 1, stream: 'stdout', text: ' libs\ndone' },
  { type: 'output', host: 'ns1', step: 'cage', index: 1, stream: 'stderr', text: 'no space\n' },
  {
    type: 'resource',
    host: 'ns1',
    result: resourceResult('cage', 'directory /x', { status: 'changed', reason: 'made' }),
  },
  {
    type: 'resource',
    host: 'ns1',
    result: resourceResult('cage', 'file /y', { status: 'failed', reason: 'no space' }),
  },
  {
    type: 'check',
    host: 'ns1',
    result: { kind: 'step', step: 'cage', name: 'root', holds: true, message: '' },
  },
  {
    type: 'check',
    host: 'ns1',
    result: { kind: 'step', step: 'cage', name: 'uid', holds: false, message: 'is root' },
  },
  {
    type: 'step-finished',
    host: 'ns1',
    step: 'cage',
    index: 1,
    outcome: 'failed',
    reason: 'exit status 1',
    seconds: 1,
  },
  { type: 'host-finished', host: 'ns1', outcome: 'failed', reason: '' },
  { type: 'notice', message: 'budget spent' },
  { type: 'notice', host: 'ns10', message: 'retrying' },
  { type: 'run-finished' },
);

function reported(verbose: boolean): string[] {
  const lines: string[] = [];
  const listener = plainReporter({ write: (line) => lines.push(line), verbose });
  events.forEach(listener);
  return lines.join('').split('\n');
}

describe('plainReporter', () => {
  it('writes one aligned line for each thing worth knowing', () => {
    expect(reported(false)).toEqual([
      'apply caged-bind: 2 hosts, run R1',
      'ns1  | cage: file /y failed: no space',
      'ns1  | cage:uid does not hold: is root',
      'ns1  | cage: failed: exit status 1',
      'ns1  | done: failed',
      'note: budget spent',
      'ns10 | note: retrying',
      '',
    ]);
  });

  it('adds output by complete lines, resources and good checks if verbose', () => {
    expect(reported(true)).toEqual([
      'apply caged-bind: 2 hosts, run R1',
      'ns1  | connected',
      'ns1  | cage> copying libs',
      'ns1  | cage! no space',
      'ns1  | cage: directory /x changed: made',
      'ns1  | cage: file /y failed: no space',
      'ns1  | cage:root holds',
      'ns1  | cage:uid does not hold: is root',
      'ns1  | cage> done',
      'ns1  | cage: failed: exit status 1',
      'ns1  | done: failed',
      'note: budget spent',
      'ns10 | note: retrying',
      '',
    ]);
  });

  it('does not hold an endless line back for ever', () => {
    const lines: string[] = [];
    const listener = plainReporter({ write: (line) => lines.push(line), verbose: true });
    const text = '.'.repeat(5000);
    stamped({ type: 'output', host: 'ns1', step: 's', index: 1, stream: 'stdout', text }).forEach(listener);
    expect(lines).toHaveLength(1);
  });
});
