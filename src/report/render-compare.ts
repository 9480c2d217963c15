// The fleet compared with itself and with a baseline: what differs first, what agrees in one line.
import {
  type BaselineChange,
  type BaselineComparison,
  type FleetComparison,
  foldFailures,
  foldLosses,
} from '../compare/index.ts';
import type { HostResult } from '../model/index.ts';
import { comparisonLines, divergenceLines } from './comparison.ts';
import { escapeTerminal } from './escape.ts';
import { type Row, count, hostLabel, layOut } from './layout.ts';
import { otherRunRows } from './other-runs.ts';
import { type Mark, type Style, paint } from './style.ts';
import { failureRows, lossRows } from './trouble.ts';

export interface CompareExtra {
  readonly baseline?: BaselineComparison;
  /** Also show the keys on which all agree. */
  readonly all?: boolean;
  /** The hosts that were looked at: for what else goes on there, and for why some of them were not seen. */
  readonly looked?: readonly HostResult[];
}

/** Divergences by group, changes against the baseline, hosts that could not be looked at, and the totals. */
export function renderCompare(comparison: FleetComparison, style: Style, extra: CompareExtra = {}): string {
  const { divergences, unseen, hosts, keys } = comparison;
  const seen = hosts.filter((host) => !unseen.includes(host));
  const quiet = keys.filter((key) => !divergences.includes(key));
  const agreeing = quiet.filter(({ compared }) => compared);
  const summary = `${count(agreeing.length, 'key agrees', 'keys agree')}, ${count(divergences.length, 'diverges', 'diverge')}`;
  const rows: Row[] = [
    ...(unseen.length > 0
      ? [{ mark: 'unknown' as const, label: hostLabel(unseen), text: 'not seen, so not compared' }]
      : []),
    ...(seen.length > 0
      ? [
          {
            mark: divergences.length > 0 ? ('bad' as const) : ('good' as const),
            label: hostLabel(seen),
            text: summary,
          },
        ]
      : []),
  ];
  const lines = [
    ...layOut(otherRunRows(extra.looked ?? []), style),
    ...divergenceLines(divergences, style),
    ...(extra.all === true && quiet.length > 0
      ? [paint(style, 'bold', 'no divergence:'), ...comparisonLines(quiet, style)]
      : []),
    ...(extra.baseline === undefined ? [] : baselineLines(extra.baseline, style)),
    ...layOut(whyUnseen(unseen, extra.looked ?? [], style), style),
    ...layOut(rows, style),
  ];
  return `${lines.join('\n')}\n`;
}

function whyUnseen(unseen: readonly string[], looked: readonly HostResult[], style: Style): Row[] {
  const hosts = looked.filter(({ host }) => unseen.includes(host));
  const failures = foldFailures(hosts).filter(({ value }) => value.kind !== 'drift');
  return [...failureRows(failures, style), ...lossRows(foldLosses(hosts))];
}

function baselineLines(baseline: BaselineComparison, style: Style): string[] {
  const { changes, same, newHosts, absentHosts } = baseline;
  const marks = { added: 'added', removed: 'removed', changed: 'changed' } as const;
  const group = (hosts: readonly string[], mark: Mark, text: string): Row[] =>
    hosts.length === 0 ? [] : [{ mark, label: hostLabel(hosts), text }];
  const rows: Row[] = [
    ...changes.map(({ hosts, value }) => ({
      mark: marks[value.kind],
      label: hostLabel(hosts),
      text: changeText(value),
    })),
    ...group(newHosts, 'added', 'not in the baseline'),
    ...group(absentHosts, 'unknown', 'in the baseline, not seen now'),
    ...group(same, 'good', 'as in the baseline'),
  ];
  return [paint(style, 'bold', 'against the baseline:'), ...layOut(rows, style)];
}

function changeText({ key, before, after }: BaselineChange): string {
  const show = (value: string | undefined): string =>
    value === undefined ? '(missing)' : value === '' ? '""' : escapeTerminal(value);
  return `${escapeTerminal(key)}: ${show(before)} -> ${show(after)}`;
}
