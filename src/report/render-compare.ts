// The fleet compared with itself: what differs first, what agrees in one line.
import { type FleetComparison, foldFailures, foldLosses, type Sighting } from '../compare/index.ts';
import type { HostResult } from '../model/index.ts';
import { comparisonLines, divergenceLines } from './comparison.ts';
import { type Row, count, hostLabel, layOut } from './layout.ts';
import { otherRunRows } from './other-runs.ts';
import { type Style, paint } from './style.ts';
import { failureRows, lossRows } from './trouble.ts';

export interface CompareExtra {
  /** Also show the keys on which all agree. */
  readonly all?: boolean;
  /** The hosts that were looked at: for what else goes on there, and for why some of them were not seen. */
  readonly looked?: readonly HostResult[];
  readonly sightings?: readonly Sighting[];
}

/** Divergences by group, hosts that could not be looked at, and the totals. */
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
    ...divergenceLines(divergences, style, extra.sightings),
    ...(extra.all === true && quiet.length > 0
      ? [paint(style, 'bold', 'no divergence:'), ...comparisonLines(quiet, style)]
      : []),
    ...layOut(whyUnseen(unseen, extra, style), style),
    ...layOut(rows, style),
  ];
  return `${lines.join('\n')}\n`;
}

function whyUnseen(unseen: readonly string[], { looked = [], sightings }: CompareExtra, style: Style): Row[] {
  const hosts = looked.filter(({ host }) => unseen.includes(host));
  const failures = foldFailures(hosts).filter(({ value }) => value.kind !== 'drift');
  return [...failureRows(failures, style, sightings), ...lossRows(foldLosses(hosts), style, sightings)];
}
