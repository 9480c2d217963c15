// Rows for what went wrong: failures with their evidence, hosts that were lost, and the counts at the end.
import { type AlikeFold, type Failure, type Loss, type Sighting } from '../compare/index.ts';
import type { HostOutcome, HostResult, RunResult } from '../model/index.ts';
import { escapeLines, escapeTerminal } from './escape.ts';
import { type Row, count, hintLines, hostLabel } from './layout.ts';
import { lostPlace, sinceLines } from './since.ts';
import { type Mark, type Style, paint } from './style.ts';

/** Most lines of a diff, and of stderr (its last ones), that one failure shows. */
const maxDiffLines = 12;
const maxStderrLines = 5;

/** A row for each failure: where and what; below it the diff, the last stderr lines and what to do. */
export function failureRows(
  folds: readonly AlikeFold<Failure>[],
  style: Style,
  sightings: readonly Sighting[] = [],
): Row[] {
  return folds.map(({ hosts, value, ...fold }) => ({
    mark: value.kind === 'drift' ? 'changed' : 'bad',
    label: hostLabel(hosts),
    text: failureText(value) + alikeNote(hosts, fold),
    below: [
      ...diffBlock(value.diff, style),
      ...stderrBlock(value.stderr),
      ...hintLines(value.hint),
      ...sinceLines(sightings, value, hosts, style),
    ],
  }));
}

/** A row for each reason why hosts were not reached, lost or not begun. */
export function lossRows(
  folds: readonly AlikeFold<Loss>[],
  style: Style,
  sightings: readonly Sighting[] = [],
): Row[] {
  const marks: Partial<Record<HostOutcome, Mark>> = { skipped: 'skipped' };
  return folds.map(({ hosts, value, ...fold }) => ({
    mark: marks[value.outcome] ?? 'unknown',
    label: hostLabel(hosts),
    text: withReason(value.outcome, value.reason) + alikeNote(hosts, fold),
    below: [...hintLines(value.hint), ...sinceLines(sightings, lostPlace, hosts, style)],
  }));
}

/** `failed: why`, or the bare word when there is no reason. */
export function withReason(word: string, reason: string): string {
  return reason === '' ? word : `${word}: ${escapeTerminal(reason)}`;
}

/** Lines of a unified diff, escaped, coloured and capped. */
export function diffBlock(diff: readonly string[], style: Style, cap = maxDiffLines): string[] {
  const lines = diff.slice(0, cap).map((line) => diffLine(escapeTerminal(line, 'tab'), style));
  return diff.length <= cap ? lines : [...lines, `... ${count(diff.length - cap, 'more line')}`];
}

/** `9 hosts: 7 good, 1 failed, 1 unknown`, with the run's id behind it when there is one. */
export function totalLine(
  counts: readonly (readonly [number, string])[],
  run: Pick<RunResult, 'runId' | 'interrupted' | 'finished'> & { readonly hosts: readonly HostResult[] },
): string {
  const parts = counts.filter(([number]) => number > 0).map(([number, word]) => `${number} ${word}`);
  const interrupted =
    (run.interrupted ? ', interrupted' : '') +
    (run.finished === undefined ? ', its record is not complete' : '');
  const id = run.runId === '' ? '' : `   run ${escapeTerminal(run.runId)}`;
  return `${count(run.hosts.length, 'host')}: ${parts.join(', ') || 'nothing to do'}${interrupted}${id}`;
}

/** How many hosts have an outcome. */
export function countOf(hosts: readonly HostResult[], ...outcomes: readonly HostOutcome[]): number {
  return hosts.filter(({ outcome }) => outcomes.includes(outcome)).length;
}

/** What is wrong and where, escaped, on one line. */
export function failureText(failure: Omit<Failure, 'diff' | 'hint' | 'stderr'>): string {
  const { kind, message } = failure;
  const step = escapeTerminal(failure.step);
  const subject = escapeTerminal(failure.subject);
  switch (kind) {
    case 'check':
      return message === ''
        ? `does not hold: ${step}:${subject}`
        : `${escapeTerminal(message)}   ${step}:${subject}`;
    case 'probe':
      return `${escapeTerminal(message)}   probe ${step}:${subject}`;
    case 'drift':
      return withReason(`drift in ${step}: ${subject}`, message);
    case 'conflict':
      return withReason(`conflict in ${step}: ${subject}`, message);
    case 'resource':
      return withReason(`${step}: ${subject}`, message);
    case 'step':
      return withReason(`step ${step} failed`, message);
    case 'host':
      return withReason('failed', message);
  }
}

/** Says that a fold is of hosts whose words are only alike, or not even that. */
export function alikeNote(
  hosts: readonly string[],
  { alike, wordings }: Pick<AlikeFold<unknown>, 'alike' | 'wordings'>,
): string {
  const others = othersSay(alike, wordings);
  return others === '' ? '' : ` (reported by ${escapeTerminal(hosts[0] ?? '')}; ${others})`;
}

/** What the hosts of a fold say besides what the first one says. */
export function othersSay(alike: boolean, wordings: number | undefined): string {
  if (wordings === undefined) return alike ? 'the others alike' : '';
  return alike ? `the others alike, in ${wordings} wordings` : `the others in ${wordings - 1} other wordings`;
}

function stderrBlock(stderr: string): string[] {
  const lines = escapeLines(stderr);
  const left =
    lines.length > maxStderrLines ? [`| ... ${count(lines.length - maxStderrLines, 'line')} before`] : [];
  return [...left, ...lines.slice(-maxStderrLines).map((line) => `| ${line}`)];
}

function diffLine(line: string, style: Style): string {
  if (line.startsWith('+')) return paint(style, 'green', line);
  if (line.startsWith('-')) return paint(style, 'red', line);
  return line.startsWith('@@') ? paint(style, 'cyan', line) : line;
}
