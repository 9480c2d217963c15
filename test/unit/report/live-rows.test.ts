import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunFact } from '../../../src/model/events.ts';
import { displayWidth } from '../../../src/report/layout.ts';
import { liveRows } from '../../../src/report/live-rows.ts';
import { Progress } from '../../../src/report/progress.ts';
import { plainStyle } from '../../../src/report/style.ts';
import type { HostOutcome } from '../../../src/model/result.ts';
import { runStarted, stamped } from './renderers.ts';

function started(count: number): RunFact {
  const hosts = Array.from({ length: count }, (_, index) => `ns${index + 1}`);
  return runStarted('apply', hosts, ['user', 'cage', 'log']);
}

function finished(host: string, outcome: HostOutcome, reason = ''): RunFact {
  return { type: 'host-finished', host, outcome, reason };
}

function seen(...facts: readonly RunFact[]): Progress {
  const progress = new Progress();
  for (const event of stamped(...facts)) progress.record(event);
  return progress;
}

describe('liveRows', () => {
  it('has a row per host of a small fleet, with the current step and counts', () => {
    const progress = seen(
      started(6),
      { type: 'host-started', host: 'ns2' },
      { type: 'host-started', host: 'ns3' },
      { type: 'step-started', host: 'ns3', step: 'user', index: 1 },
      {
        type: 'step-finished',
        host: 'ns3',
        step: 'user',
        index: 1,
        seconds: 1,
        outcome: 'changed',
        reason: '',
      },
      { type: 'step-started', host: 'ns3', step: 'cage', index: 1 },
      { type: 'step-started', host: 'ns4', step: 'cage', index: 1 },
      {
        type: 'step-finished',
        host: 'ns4',
        step: 'cage',
        index: 1,
        seconds: 1,
        outcome: 'failed',
        reason: 'no space left',
      },
      finished('ns4', 'failed'),
      finished('ns5', 'unreachable', 'refused'),
      { type: 'step-finished', host: 'ns6', step: 'user', index: 1, seconds: 1, outcome: 'ok', reason: '' },
      finished('ns6', 'ok'),
      { type: 'notice', message: 'wave 2 begins' },
    );
    expect(liveRows(progress, plainStyle)).toEqual([
      'apply caged-bind: 3 of 6 hosts done',
      '  · ns1  waiting',
      '  ▸ ns2  connecting',
      '  ▸ ns3  cage (2 of 3)  ok 0  changed 1',
      '  ✖ ns4  failed in cage: no space left',
      '  ? ns5  unreachable: refused',
      '  ✔ ns6  done  ok 1  changed 0',
      '! wave 2 begins',
    ]);
  });

  it('counts a big fleet and names a few running and failed hosts', () => {
    const events: RunFact[] = [started(300)];
    for (let number = 1; number <= 20; number += 1)
      events.push({ type: 'step-started', host: `ns${number}`, step: 'cage', index: 1 });
    for (let number = 101; number <= 108; number += 1)
      events.push(finished(`ns${number}`, 'failed', 'disk full'));
    for (let number = 201; number <= 240; number += 1)
      events.push(finished(`ns${number}`, number > 230 ? 'ok' : 'changed'));
    expect(liveRows(seen(...events), plainStyle)).toEqual([
      'apply caged-bind: 48 of 300 hosts done',
      '  done 40  changed 30  failed 8  running 20  waiting 232',
      ...[1, 2, 3, 4, 5].map((number) => `  ▸ ns${number}  cage (1 of 3)  ok 0  changed 0`),
      '    +15 more running',
      ...[101, 102, 103, 104, 105].map((number) => `  ✖ ns${number}  failed: disk full`),
      '    +3 more in trouble',
    ]);
  });

  it('stays under 24 rows and within the columns, whatever happens on 300 hosts', () => {
    const outcome = fc.constantFrom<HostOutcome>(
      'ok',
      'changed',
      'failed',
      'skipped',
      'unreachable',
      'unknown',
    );
    const event = fc.oneof(
      fc.integer({ min: 1, max: 300 }).map((number): RunFact => ({
        type: 'step-started',
        host: `ns${number}`,
        step: 'x'.repeat(90),
        index: 1,
      })),
      fc
        .tuple(fc.integer({ min: 1, max: 300 }), outcome, fc.string())
        .map(([number, how, why]) => finished(`ns${number}`, how, why)),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 400 }), fc.constantFrom(40, 80, 200), (events, columns) => {
        const rows = liveRows(seen(started(300), ...events), { ...plainStyle, columns });
        expect(rows.length).toBeLessThan(24);
        for (const row of rows) expect(displayWidth(row)).toBeLessThan(columns);
      }),
      { numRuns: 50 },
    );
  });

  it('counts each host once, in whatever state', () => {
    const progress = seen(
      started(300),
      finished('ns1', 'unknown'),
      finished('ns2', 'skipped'),
      finished('ns2', 'skipped'),
    );
    expect(liveRows(progress, plainStyle)[1]).toBe(
      '  done 0  changed 0  failed 0  unknown 1  skipped 1  waiting 298',
    );
  });

  it('stays within the rows of a very short terminal', () => {
    expect(liveRows(seen(started(10)), plainStyle, 4)).toHaveLength(4);
  });

  it('cuts a notice that is too long for its row', () => {
    const rows = liveRows(
      seen(started(1), { type: 'notice', message: 'x'.repeat(200), host: 'ns1' }),
      plainStyle,
    );
    expect(rows.at(-1)).toMatch(/^! ns1: x+…$/);
    expect(displayWidth(rows.at(-1)!)).toBeLessThan(100);
  });
});
