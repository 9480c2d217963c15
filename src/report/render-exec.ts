// What one command said on many hosts: equal status and equal output folded under one header.
import { type Fold, foldByEquality, foldFailures, foldLosses } from '../compare/index.ts';
import type { CommandResult, HostResult, RunResult } from '../result.ts';
import { escapeLines } from './escape.ts';
import { hostLabel, layOut, wrap } from './layout.ts';
import { type Style, paint } from './style.ts';
import { countOf, failureRows, lossRows, totalLine } from './trouble.ts';

/** Successes first, biggest group first, so that trouble stands last, above the prompt. */
export function renderExec(result: RunResult, style: Style): string {
  const answered = result.hosts.flatMap(({ host, command, outcome }) =>
    command === undefined || outcome === 'unreachable' || outcome === 'unknown'
      ? []
      : [{ host, value: command }],
  );
  const silent = result.hosts.filter(({ host }) => !answered.some((entry) => entry.host === host));
  const folds = foldByEquality(answered);
  const ordered = [...folds.filter(isSuccess), ...folds.filter((fold) => !isSuccess(fold))];
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
  const lines = [
    ...ordered.flatMap((fold) => foldLines(fold, style)),
    ...layOut(troubles, style),
    totalLine(counts, result),
  ];
  return `${lines.join('\n')}\n`;
}

function foldLines({ hosts, value }: Fold<CommandResult>, style: Style): string[] {
  const ended = value.status === null ? 'ended without an exit status' : `exit ${value.status}`;
  const header = wrap(`${hostLabel(hosts)} ${ended}`, style.columns);
  return [
    ...header.map((line) => paint(style, 'bold', line)),
    ...escapeLines(value.stdout).map((line) => `  ${line}`.trimEnd()),
    ...escapeLines(value.stderr).map((line) => `  ${paint(style, 'red', '!')} ${line}`.trimEnd()),
  ];
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
