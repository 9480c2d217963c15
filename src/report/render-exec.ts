// What one command said on many hosts: equal status and equal output folded under one header.
import { type Fold, foldByEquality, foldFailures, foldLosses } from '../compare/index.ts';
import type { CommandResult, HostOutcome, ExecResult, HostResult, OutputStream } from '../model/index.ts';
import { escapeLines } from './escape.ts';
import { hostLabel, layOut, wrap } from './layout.ts';
import { type Style, paint } from './style.ts';
import { countOf, failureRows, lossRows, totalLine } from './trouble.ts';

/** Successes first, biggest group first, so that trouble stands last, above the prompt. */
export function renderExec(result: ExecResult, style: Style): string {
  const answered = result.hosts.flatMap(({ host, command, outcome, reason }) =>
    command === undefined || (command.status === null && reason !== '') || isLost(outcome)
      ? []
      : [{ host, value: command }],
  );
  const heard = new Set(answered.map(({ host }) => host));
  const silent = result.hosts.filter(({ host }) => !heard.has(host));
  const partial = silent.flatMap(({ host, command }) =>
    command === undefined || command.stdout + command.stderr === ''
      ? []
      : [{ host, value: { ...command, status: null } }],
  );
  const folds = foldByEquality(answered);
  const ordered = [
    ...folds.filter(isSuccess),
    ...folds.filter((fold) => !isSuccess(fold)),
    ...foldByEquality(partial),
  ];
  const troubles = [
    ...failureRows(foldFailures(silent), style),
    ...lossRows(foldLosses(silent)),
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
  const alike = byLooks(ordered);
  const lines = [
    ...ordered.flatMap((fold) => foldLines(fold, alike.get(looks(fold.value)) ?? [], style)),
    ...layOut(troubles, style),
    totalLine(counts, result),
  ];
  return `${lines.join('\n')}\n`;
}

function isLost(outcome: HostOutcome): boolean {
  return outcome === 'unreachable' || outcome === 'unknown';
}

function foldLines(
  { hosts, value }: Fold<CommandResult>,
  twins: readonly Fold<CommandResult>[],
  style: Style,
): string[] {
  const ended = value.status === null ? 'ended without an exit status' : `exit ${value.status}`;
  const header = wrap(`${hostLabel(hosts)} ${ended}`, style.columns);
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
  twins: readonly Fold<CommandResult>[],
  mark: string,
  style: Style,
): string[] {
  const text = value[stream];
  const isCut = value.cut?.includes(stream) === true;
  const isOpen = text !== '' && !text.endsWith('\n') && twins.some((twin) => twin.value[stream] !== text);
  return [
    ...escapeLines(text).map((line) => (line === '' ? `  ${mark}`.trimEnd() : `  ${mark}${line}`)),
    ...(isCut ? [`  ${mark}${paint(style, 'dim', '... cut here: there was more than is kept')}`] : []),
    ...(isOpen && !isCut ? [`  ${mark}${paint(style, 'dim', '(no newline at the end)')}`] : []),
  ];
}

/** The same for answers that differ only in whether their last line has an end. */
function looks({ status, stdout, stderr }: CommandResult): string {
  const [out, problems] = [stdout, stderr].map((text) => text.replace(/\n$/, ''));
  return `${status ?? ''} ${out?.length ?? 0} ${out ?? ''}${problems ?? ''}`;
}

function byLooks(folds: readonly Fold<CommandResult>[]): ReadonlyMap<string, Fold<CommandResult>[]> {
  const alike = new Map<string, Fold<CommandResult>[]>();
  for (const fold of folds) {
    const look = looks(fold.value);
    const known = alike.get(look);
    if (known === undefined) alike.set(look, [fold]);
    else known.push(fold);
  }
  return alike;
}

function isSuccess({ value }: Fold<CommandResult>): boolean {
  return value.status === 0;
}

/** Hosts that are neither lost nor failed and yet brought no command result still have to appear. */
function emptyRows(hosts: readonly HostResult[]): { mark: 'unknown'; label: string; text: string }[] {
  const names = hosts
    .filter(({ outcome }) => outcome === 'ok' || outcome === 'changed')
    .map(({ host }) => host);
  return names.length === 0 ? [] : [{ mark: 'unknown', label: hostLabel(names), text: 'no result' }];
}
