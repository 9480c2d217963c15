// What a verify found: hosts that pass folded together, each failure and drift once, divergences, totals.
import {
  type Divergence,
  failuresOf,
  foldByEquality,
  foldFailures,
  foldLosses,
  type Sighting,
} from '../compare/index.ts';
import type { HostResult, RunResult } from '../model/index.ts';
import { divergenceLines } from './comparison.ts';
import { type Row, count, hostLabel, layOut } from './layout.ts';
import { otherRunRows } from './other-runs.ts';
import type { Style } from './style.ts';
import { countOf, failureRows, lossRows, totalLine } from './trouble.ts';

export interface VerifyExtra {
  readonly divergences?: readonly Divergence[];
  readonly sightings?: readonly Sighting[];
}

/** Trouble first, then the hosts that pass; a host that has both drift and failures counts as failed. */
export function renderVerify(result: RunResult, style: Style, extra: VerifyExtra = {}): string {
  const divergences = extra.divergences ?? [];
  const conditions = result.hosts.map((host) => ({ host, condition: conditionOf(host) }));
  const number = (condition: string): number =>
    conditions.filter((entry) => entry.condition === condition).length;
  const good = conditions.filter(({ condition }) => condition === 'good').map(({ host }) => host);
  const rows = [
    ...otherRunRows(result.hosts),
    ...failureRows(foldFailures(result.hosts), style, extra.sightings),
    ...lossRows(foldLosses(result.hosts), style, extra.sightings),
    ...goodRows(good),
  ];
  const counts: [number, string][] = [
    [number('good'), 'good'],
    [number('failed'), 'failed'],
    [number('drifted'), 'drifted'],
    [countOf(result.hosts, 'skipped'), 'skipped'],
    [countOf(result.hosts, 'unreachable', 'unknown'), 'unknown'],
    [divergences.length, divergences.length === 1 ? 'divergence' : 'divergences'],
  ];
  const lines = [
    ...layOut(rows, style),
    ...divergenceLines(divergences, style, extra.sightings),
    totalLine(counts, result),
  ];
  return `${lines.join('\n')}\n`;
}

function goodRows(hosts: readonly HostResult[]): Row[] {
  const entries = hosts.map((host) => ({ host: host.host, value: host.checks.length }));
  return foldByEquality(entries).map(({ hosts: names, value }) => ({
    mark: 'good',
    label: hostLabel(names),
    text: `${count(value, 'check holds', 'checks hold')}, no drift`,
  }));
}

function conditionOf(host: HostResult): 'good' | 'drifted' | 'failed' | 'lost' {
  if (['skipped', 'unreachable', 'unknown'].includes(host.outcome)) return 'lost';
  const failures = failuresOf(host);
  if (failures.length === 0) return 'good';
  return failures.every(({ kind }) => kind === 'drift') ? 'drifted' : 'failed';
}
