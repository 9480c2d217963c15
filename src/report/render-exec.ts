// What one command said on many hosts: equal status and equal output folded under one header.
import {
  type AnswerFold,
  type AnsweringHost,
  type Cluster,
  clusterAlike,
  foldAnswers,
  foldFailures,
  foldLosses,
} from '../compare/index.ts';
import type { CommandResult, HostOutcome, ExecResult, HostResult, OutputStream } from '../model/index.ts';
import { maskedNote } from './comparison.ts';
import { escapeLines } from './escape.ts';
import { count, hostLabel, layOut, wrap } from './layout.ts';
import { type Style, paint } from './style.ts';
import { countOf, failureRows, lossRows, totalLine } from './trouble.ts';

/** More different answers than this are not read one by one: those that are alike stand together, unless all are asked for. */
const mostAnswers = 30;
/** Of so many clusters an answer is shown, and so many lines of it. */
const mostClusters = 8;
const mostLines = 8;

/** Successes first, biggest group first, so that trouble stands last, above the prompt. */
export function renderExec(
  result: ExecResult,
  style: Style,
  { all = false }: { readonly all?: boolean } = {},
): string {
  const answered = result.hosts.flatMap(({ command, outcome, reason, ...host }): AnsweringHost[] =>
    command === undefined || (command.status === null && reason !== '') || isLost(outcome)
      ? []
      : [{ ...host, command }],
  );
  const heard = new Set(answered.map(({ host }) => host));
  const silent = result.hosts.filter(({ host }) => !heard.has(host));
  const partial = silent.flatMap(({ command, ...host }): AnsweringHost[] =>
    command === undefined || (command.stdout === '' && command.stderr === '')
      ? []
      : [{ ...host, command: { ...command, status: null } }],
  );
  const folds = foldAnswers(answered, result.mask);
  const ordered = [
    ...folds.filter(isSuccess),
    ...folds.filter((fold) => !isSuccess(fold)),
    ...foldAnswers(partial, result.mask),
  ];
  const troubles = [
    ...failureRows(foldFailures(silent), style),
    ...lossRows(foldLosses(silent), style),
    ...emptyRows(silent),
  ];
  const good = folds.filter(isSuccess).reduce((sum, { hosts }) => sum + hosts.length, 0);
  const counts: [number, string][] = [
    [good, 'exit 0'],
    [answered.length - good + countOf(silent, 'failed'), 'failed'],
    [countOf(silent, 'skipped'), 'skipped'],
    [countOf(silent, 'unreachable'), 'unreachable'],
    [countOf(silent, 'unknown'), 'unknown'],
  ];
  const shown =
    all || ordered.length <= mostAnswers ? allLines(ordered, style) : digestLines(ordered, result, style);
  const lines = [...shown, ...layOut(troubles, style), totalLine(counts, result)];
  return `${lines.join('\n')}\n`;
}

function isLost(outcome: HostOutcome): boolean {
  return outcome === 'unreachable' || outcome === 'unknown';
}

function allLines(folds: readonly AnswerFold[], style: Style): string[] {
  const alike = byLooks(folds);
  return folds.flatMap((fold) => foldLines(fold, alike.get(looks(fold.value)) ?? [], style));
}

/** Answers with the same status that are alike, one of each kind cut to some lines; the others are counted. */
function digestLines(folds: readonly AnswerFold[], { runId }: ExecResult, style: Style): string[] {
  const statuses = [...new Set(folds.map(({ value }) => value.status))];
  const clusters = statuses.flatMap((status) =>
    clusterAlike(
      folds.filter(({ value }) => value.status === status),
      ({ value }) => value.stdout + value.stderr,
    ),
  );
  const isGood = ({ first }: Cluster<AnswerFold>): boolean => first.value.status === 0;
  const bySize = clusters.toSorted((a, b) => hostsIn(b).length - hostsIn(a).length);
  const chosen = bySize.slice(0, mostClusters);
  const left = bySize.slice(mostClusters);
  const ordered = [...chosen.filter(isGood), ...chosen.filter((cluster) => !isGood(cluster))];
  const leftHosts = left.flatMap(hostsIn);
  return [
    ...ordered.flatMap((cluster) => clusterLines(cluster, style)),
    ...(left.length === 0
      ? []
      : wrap(`${hostLabel(leftHosts)}: ${count(answersIn(left), 'other answer')}`, style.columns)),
    paint(
      style,
      'dim',
      `${count(folds.length, 'different answer')}: --all shows them, muster show ${runId} HOST one of them`,
    ),
  ];
}

function clusterLines(cluster: Cluster<AnswerFold>, style: Style): string[] {
  const { first, others } = cluster;
  const lines = foldLines(first, [], style);
  const cut = lines.length - mostLines - 1;
  const alike = `and ${count(others.length, 'answer')} like it, of ${hostLabel(others.flatMap(({ hosts }) => hosts))}`;
  return [
    ...(cut > 0
      ? [...lines.slice(0, -cut), `  ${paint(style, 'dim', `... ${count(cut, 'more line')}`)}`]
      : lines),
    ...(others.length === 0
      ? []
      : wrap(alike, style.columns - 2).map((line) => `  ${paint(style, 'dim', line)}`)),
  ];
}

function hostsIn({ first, others }: Cluster<AnswerFold>): readonly string[] {
  return [first, ...others].flatMap(({ hosts }) => hosts);
}

function answersIn(clusters: readonly Cluster<AnswerFold>[]): number {
  return clusters.reduce((sum, { others }) => sum + 1 + others.length, 0);
}

function foldLines(
  { hosts, value, masked }: AnswerFold,
  twins: readonly AnswerFold[],
  style: Style,
): string[] {
  const ended = value.status === null ? 'ended without an exit status' : `exit ${value.status}`;
  const note = masked === undefined ? '' : `, ${maskedNote(masked)}`;
  const header = wrap(`${hostLabel(hosts)} ${ended}${note}`, style.columns);
  return [
    ...header.map((line) => paint(style, 'bold', line)),
    ...streamLines(value, 'stdout', twins, '', style),
    ...streamLines(value, 'stderr', twins, `${paint(style, 'red', '!')} `, style),
  ];
}

/** The lines of a stream; what its end is like is said where it is cut, or else would look like another answer. */
function streamLines(
  value: CommandResult,
  stream: OutputStream,
  twins: readonly AnswerFold[],
  mark: string,
  style: Style,
): string[] {
  const text = value[stream];
  const isCut = value.cut?.includes(stream) === true;
  const isOpen = text !== '' && !text.endsWith('\n') && twins.some((twin) => twin.value[stream] !== text);
  return [
    ...escapeLines(text).map((line) => (line === '' ? `  ${mark}`.trimEnd() : `  ${mark}${line}`)),
    ...(isCut ? [`  ${mark}${paint(style, 'dim', '... cut here: only this much is kept')}`] : []),
    ...(isOpen && !isCut ? [`  ${mark}${paint(style, 'dim', '(no newline at the end)')}`] : []),
  ];
}

/** The same for answers that differ only in whether their last line has an end. */
function looks({ status, stdout, stderr }: CommandResult): string {
  const [out, problems] = [stdout, stderr].map((text) => text.replace(/\n$/, ''));
  return `${status ?? ''} ${out?.length ?? 0} ${out ?? ''}${problems ?? ''}`;
}

function byLooks(folds: readonly AnswerFold[]): ReadonlyMap<string, AnswerFold[]> {
  const alike = new Map<string, AnswerFold[]>();
  for (const fold of folds) {
    const look = looks(fold.value);
    const known = alike.get(look);
    if (known === undefined) alike.set(look, [fold]);
    else known.push(fold);
  }
  return alike;
}

function isSuccess({ value }: AnswerFold): boolean {
  return value.status === 0;
}

/** Hosts that are neither lost nor failed and yet brought no command result still have to appear. */
function emptyRows(hosts: readonly HostResult[]): { mark: 'unknown'; label: string; text: string }[] {
  const names = hosts
    .filter(({ outcome }) => outcome === 'ok' || outcome === 'changed')
    .map(({ host }) => host);
  return names.length === 0 ? [] : [{ mark: 'unknown', label: hostLabel(names), text: 'no result' }];
}
