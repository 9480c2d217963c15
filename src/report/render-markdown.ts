// A run as Markdown, for a change ticket or a CI summary: totals, hosts folded, failures with evidence, divergences.
import { type Divergence, foldByEquality, foldFailures, foldLosses } from '../compare/index.ts';
import { foldHostNames } from '../model/index.ts';
import type { RunResult } from '../model/index.ts';
import { escapeLines, escapeMarkdown } from './escape.ts';
import { count } from './layout.ts';
import { otherRunRows } from './other-runs.ts';

export interface MarkdownExtra {
  readonly divergences?: readonly Divergence[];
}

/** Most lines of stderr per failure, its last ones. */
const maxStderrLines = 5;

/** Most lines of a diff per failure: what makes two failures of the same words differ. */
const maxDiffLines = 12;

/** Headings, a table of outcomes, and a section for each kind of trouble that there is. */
export function renderMarkdown(result: RunResult, extra: MarkdownExtra = {}): string {
  const title = [result.action, result.playbook]
    .filter((word) => word !== '')
    .map(escapeMarkdown)
    .join(' ');
  const outcomes = foldByEquality(result.hosts.map(({ host, outcome }) => ({ host, value: outcome })));
  const sections = [
    `# ${title}`,
    `Run ${escapeMarkdown(result.runId)}, ${count(result.hosts.length, 'host')}${result.interrupted ? ', interrupted' : ''}${result.finished === undefined ? ', its record is not complete' : ''}.`,
    table(
      ['Outcome', 'Hosts'],
      outcomes.map(({ hosts, value }) => [value, names(hosts)]),
    ),
    ...section('Other runs', otherRunItems(result)),
    ...section('Failures', failureItems(result)),
    ...section('Not seen', lossItems(result)),
    ...divergenceSection(extra.divergences ?? []),
  ];
  return `${sections.join('\n\n')}\n`;
}

function section(title: string, items: readonly string[]): string[] {
  return items.length === 0 ? [] : [`## ${title}`, items.join('\n')];
}

function otherRunItems({ hosts }: RunResult): string[] {
  return otherRunRows(hosts).map(
    ({ label, text }) => `- **${escapeMarkdown(label)}** ${escapeMarkdown(text)}`,
  );
}

function failureItems(result: RunResult): string[] {
  const folds = foldFailures(result.hosts).filter(
    ({ value }) => result.action !== 'plan' || value.kind !== 'drift',
  );
  return folds.map(({ hosts, value }) => {
    const place = [value.kind === 'probe' ? `probe ${value.step}` : value.step, value.subject]
      .filter((part) => part !== '')
      .map(escapeMarkdown)
      .join(': ');
    const head = `- **${names(hosts)}** ${place === '' ? '' : `${place}: `}${escapeMarkdown(value.message)}`;
    const left = value.diff.length - maxDiffLines;
    const evidence = [
      ...value.diff.slice(0, maxDiffLines).flatMap((line) => escapeLines(line)),
      ...(left > 0 ? [`... ${count(left, 'more line')}`] : []),
      ...escapeLines(value.stderr).slice(-maxStderrLines),
    ];
    const block = evidence.length === 0 ? [] : ['', ...evidence.map((line) => `      ${line}`), ''];
    return [
      head,
      ...(value.hint === undefined ? [] : [`  Do: ${escapeMarkdown(value.hint)}`]),
      ...block,
    ].join('\n');
  });
}

function lossItems(result: RunResult): string[] {
  return foldLosses(result.hosts).map(({ hosts, value }) => {
    const reason = value.reason === '' ? '' : `: ${escapeMarkdown(value.reason)}`;
    const hint = value.hint === undefined ? '' : `\n  Do: ${escapeMarkdown(value.hint)}`;
    return `- **${names(hosts)}** ${value.outcome}${reason}${hint}`;
  });
}

function divergenceSection(divergences: readonly Divergence[]): string[] {
  const rows = divergences.flatMap(({ group, key, folds }) =>
    folds.map(({ value, hosts }) =>
      [group, key, value ?? '(missing)'].map(escapeMarkdown).concat(names(hosts)),
    ),
  );
  return rows.length === 0 ? [] : ['## Divergences', table(['Group', 'Key', 'Value', 'Hosts'], rows)];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function names(hosts: readonly string[]): string {
  return escapeMarkdown(foldHostNames(hosts)) + (hosts.length === 1 ? '' : ` (${hosts.length})`);
}
