// A run as CSV, for a spreadsheet: a line for each thing that is known of a host. No cell is ever a formula there.
import { divergencesOf } from '../compare/index.ts';
import type { HostResult, RunResult } from '../model/index.ts';
import { escapeTerminal } from './escape.ts';

const columns = [
  'run',
  'started',
  'action',
  'playbook',
  'host',
  'kind',
  'step',
  'name',
  'state',
  'text',
  'seconds',
];

/** What stands behind `playbook`: host, kind, step, name, state, text, seconds. */
type Line = readonly [
  host: string,
  kind: string,
  step: string,
  name: string,
  state: string,
  text: string,
  seconds?: number,
];

/**
 * RFC 4180 with a line of names, every cell in quotes, a line of CSV for a line of the table. What cannot be seen is written out
 * as on a terminal; a cell that a spreadsheet would work out has an apostrophe before it.
 */
export function renderCsv(result: RunResult): string {
  const { runId, started, action, playbook } = result;
  const divergent = divergencesOf(result).flatMap(({ group, key, outliers }) =>
    outliers.flatMap(({ hosts, value }) =>
      hosts.map((host): Line => [host, 'divergence', group, key, 'differs', value ?? '(missing)']),
    ),
  );
  const lines = [...result.hosts.flatMap(hostLines), ...divergent];
  const rows = lines.map((line) => [runId, started, action, playbook, ...line.map(String)]);
  return [columns, ...rows].map((row) => `${padded(row).map(cell).join(',')}\r\n`).join('');
}

function hostLines({
  host,
  outcome,
  reason,
  steps,
  resources,
  checks,
  observations,
  facts,
}: HostResult): Line[] {
  const values = (kind: string, map: ReadonlyMap<string, string>): Line[] =>
    [...map].map(([key, value]) => [host, kind, '', key, '', value]);
  return [
    [host, 'host', '', '', outcome, reason],
    ...steps.map((step): Line => [host, 'step', step.id, '', step.outcome, step.reason, step.seconds]),
    ...resources.map((one): Line => [
      ...([host, 'resource', one.step, `${one.resource} ${one.target}`, one.status, one.reason] as const),
    ]),
    ...checks.map((check): Line => {
      const step = check.kind === 'step' ? check.step : check.probe;
      const kind = check.kind === 'step' ? 'check' : 'probe';
      return [host, kind, step, check.name, check.holds ? 'holds' : 'does not hold', check.message];
    }),
    ...values('observation', observations),
    ...values('fact', facts),
  ];
}

function padded(row: readonly string[]): readonly string[] {
  return columns.map((_, at) => row[at] ?? '');
}

/** Spreadsheets of many countries part cells at `;` whatever the quotes say, so that a formula may begin behind one. */
function cell(text: string): string {
  const plain = escapeTerminal(text).replace(/(^|[;,|])([\s"']*)(?=[=+\-@＝＋－＠])/g, "$1$2'");
  return `"${plain.replaceAll('"', '""')}"`;
}
