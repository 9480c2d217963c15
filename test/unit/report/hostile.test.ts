import { describe, expect, it } from 'vitest';
import { compareFleet } from '../../../src/compare/index.ts';
import type { RunEvent, RunFact } from '../../../src/model/events.ts';
import * as report from '../../../src/report/index.ts';
import { liveRows } from '../../../src/report/live-rows.ts';
import { Progress } from '../../../src/report/progress.ts';
import type { HostOutcome } from '../../../src/model/result.ts';
import { hostile, hostileHost, runResult, runStarted, stamped } from './renderers.ts';

// Names are hostile too: an inventory may come from a program.
const outcomes: HostOutcome[] = [
  'ok',
  'changed',
  'failed',
  'skipped',
  'unreachable',
  'unknown',
  'rolled-back',
];
const hosts = outcomes.map((outcome, index) => hostileHost(`h${hostile}-${index}`, { outcome }));
const names = { runId: hostile, playbook: hostile };
const result = { ...runResult('verify', hosts), ...names };
const comparison = compareFleet(hosts, { groups: new Map([[hostile, hosts.map(({ host }) => host)]]) });
const { divergences } = comparison;
const style = report.plainStyle;
const view = {
  hosts: [{ name: hostile, address: hostile, groups: [hostile] }],
  groups: [{ name: hostile, hosts: [hostile], listed: [hostile], children: [] }],
};

function events(): readonly RunEvent[] {
  const host = hostile;
  const resource = hosts[0]!.resources[1]!;
  const where = { host, step: hostile, index: 1 };
  const said = { name: hostile, holds: false, message: hostile };
  const failed = { outcome: 'failed', reason: hostile } as const;
  return stamped(
    { ...runStarted('apply', [host], [hostile]), playbook: hostile } as RunFact,
    { type: 'host-started', host },
    { type: 'step-started', ...where },
    { type: 'output', ...where, stream: 'stdout', text: hostile },
    { type: 'output', ...where, stream: 'stderr', text: hostile },
    { type: 'resource', host, result: resource },
    { type: 'check', host, result: { kind: 'step', step: hostile, ...said } },
    { type: 'probe', host, result: { kind: 'probe', probe: hostile, ...said } },
    { type: 'step-finished', ...where, ...failed, seconds: 1 },
    { type: 'notice', host, message: hostile },
    { type: 'host-finished', host, ...failed },
  ).map((event) => ({ ...event, runId: hostile }));
}

function plainLines(): string {
  const lines: string[] = [];
  const listener = report.plainReporter({ write: (line) => lines.push(line), verbose: true });
  events().forEach(listener);
  return lines.join('');
}

function rows(): string {
  const progress = new Progress();
  const pictures = events().map((event) => {
    progress.record(event);
    return liveRows(progress, style).join('\n');
  });
  return pictures.join('\n');
}

function ndjson(): string {
  const lines: string[] = [];
  const reporter = report.ndjsonReporter({ write: (line) => lines.push(line) });
  events().forEach(reporter);
  reporter.finish(result);
  return lines.join('');
}

describe('what hosts and inventories say never reaches the terminal raw', () => {
  it.each([
    ['renderPlan', report.renderPlan(result, style, { waves: [[hostile]] })],
    ['renderApply', report.renderApply(result, style)],
    ['renderRollback', report.renderRollback({ ...runResult('rollback', hosts), ...names }, style)],
    ['renderVerify', report.renderVerify(result, style, { divergences })],
    ['renderCompare', report.renderCompare(comparison, style, { all: true })],
    ['renderExec', report.renderExec({ ...runResult('exec', hosts), ...names }, style)],
    ['renderFacts', report.renderFacts(result, style)],
    ['renderPing', report.renderPing(result, style)],
    ['renderInventory', report.renderInventory(view, style)],
    ['renderInventoryTree', report.renderInventoryTree(view, style)],
    ['renderMarkdown', report.renderMarkdown(result, { divergences })],
    ['renderJunit', report.renderJunit(result, { divergences })],
    ['plainReporter', plainLines()],
    ['liveRows', rows()],
    ['ndjsonReporter', ndjson()],
  ])('from %s', (name, shown) => {
    expect(shown).toContain('202e');
    // Text inside an XML element keeps its lines; there, tags are what could be forged.
    if (name !== 'renderJunit') expect(shown).not.toMatch(/^FORGED/m);
    expect(shown).not.toMatch(/[^\P{Cc}\n]|[\u202e]/u);
  });
});
