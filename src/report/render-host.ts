// All that a run knows of one host, or of one step there, in full: nothing is folded and no diff is cut.
import type { AnyHostResult, CheckResult, ResourceResult, StepResult } from '../model/index.ts';
import { escapeLines, escapeTerminal } from './escape.ts';
import { count, hintLines, layOut, type Row, sentenceLines } from './layout.ts';
import { type Mark, paint, type Style } from './style.ts';
import { diffBlock, withReason } from './trouble.ts';

const marks: Readonly<Record<string, Mark>> = {
  ok: 'good',
  changed: 'changed',
  change: 'changed',
  failed: 'bad',
  conflict: 'bad',
  skipped: 'skipped',
  'rolled-back': 'changed',
  undone: 'changed',
  kept: 'same',
};

/** Lines of output that a step shows here; the rest is behind --output. */
const mostOutputLines = 40;

/** A host: its outcome, steps, changes, checks, observations and facts. */
export function renderHost(host: AnyHostResult, style: Style): string {
  const { steps, resources, checks, observations, facts } = host;
  const lone = resources.filter(({ step }) => !steps.some(({ id }) => id === step));
  return joined([
    paint(style, 'bold', `${escapeTerminal(host.host)} ${withReason(host.outcome, host.reason)}`),
    ...hintLines(host.hint).flatMap((hint) => sentenceLines(hint, style.columns)),
    ...section(
      'steps',
      layOut(
        steps.map((step) => stepRow(step, host)),
        style,
      ),
      style,
    ),
    ...section(
      'resources',
      layOut(
        lone.map((one) => resourceRow(one, style)),
        style,
      ),
      style,
    ),
    ...section(
      'changes',
      layOut(
        changesOf(host).map((one) => resourceRow(one, style)),
        style,
      ),
      style,
    ),
    ...section('checks', layOut(checks.map(checkRow), style), style),
    ...section('observations', layOut(valueRows(observations), style), style),
    ...section('facts', layOut(valueRows(facts), style), style),
    ...(host.command === undefined ? [] : outputLines({ ...host.command }, style)),
    paint(style, 'dim', `${count(host.connections, 'connection')}, ${count(host.execs, 'exec')}`),
  ]);
}

/** A step of a host: its outcome, resources with their diffs, checks, and the end of what it printed. */
export function renderStep(host: AnyHostResult, step: StepResult, style: Style): string {
  const resources = host.resources.filter((one) => one.step === step.id);
  const checks = host.checks.filter((check) => check.kind === 'step' && check.step === step.id);
  const title = `${escapeTerminal(host.host)} ${escapeTerminal(step.id)} ${withReason(step.outcome, step.reason)}`;
  return joined([
    paint(style, 'bold', `${title}   ${step.seconds}s`),
    ...section(
      'resources',
      layOut(
        resources.map((one) => resourceRow(one, style)),
        style,
      ),
      style,
    ),
    ...section('checks', layOut(checks.map(checkRow), style), style),
    ...outputLines(step, style),
  ]);
}

function joined(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}

function section(name: string, lines: readonly string[], style: Style): string[] {
  return lines.length === 0
    ? []
    : [paint(style, 'bold', name), ...lines.map((line) => `  ${line}`.trimEnd())];
}

function stepRow({ id, outcome, reason, seconds }: StepResult, { resources, checks }: AnyHostResult): Row {
  const own = resources.filter(({ step }) => step === id).length;
  const asked = checks.filter((check) => check.kind === 'step' && check.step === id).length;
  const counts = [
    ...(own > 0 ? [count(own, 'resource')] : []),
    ...(asked > 0 ? [count(asked, 'check')] : []),
  ];
  const text = [withReason(outcome, reason), `${seconds}s`, ...counts].join('   ');
  return { mark: marks[outcome] ?? 'unknown', label: escapeTerminal(id), text };
}

/** What did not stay as it was, of steps that are listed. */
function changesOf({ steps, resources }: AnyHostResult): readonly ResourceResult[] {
  const ids = new Set(steps.map(({ id }) => id));
  return resources.filter(({ step, status }) => ids.has(step) && status !== 'ok' && status !== 'kept');
}

function resourceRow({ step, resource, target, status, reason, diff }: ResourceResult, style: Style): Row {
  return {
    mark: marks[status] ?? 'unknown',
    label: escapeTerminal(step),
    text: withReason(`${escapeTerminal(resource)} ${escapeTerminal(target)} ${status}`, reason),
    below: diffBlock(diff, style, diff.length),
  };
}

function checkRow(check: CheckResult): Row {
  const place = check.kind === 'step' ? check.step : `probe ${check.probe}`;
  return {
    mark: check.holds ? 'good' : 'bad',
    label: escapeTerminal(place),
    text: withReason(escapeTerminal(check.name), check.message),
  };
}

function valueRows(values: ReadonlyMap<string, string>): Row[] {
  return [...values].map(([key, value]) => {
    const [first = '', ...rest] = escapeLines(value);
    return { mark: 'waiting', label: escapeTerminal(key), text: first, below: rest };
  });
}

function outputLines(
  { stdout, stderr, cut = [] }: Pick<StepResult, 'stdout' | 'stderr' | 'cut'>,
  style: Style,
): string[] {
  return (
    [
      ['stdout', stdout],
      ['stderr', stderr],
    ] as const
  ).flatMap(([stream, text]) => {
    const lines = escapeLines(text);
    const left = lines.length - mostOutputLines;
    const note = left > 0 ? [`... ${count(left, 'line')} before; --output shows all`] : [];
    const name = cut.includes(stream) ? `${stream} (only its end was kept)` : stream;
    return section(name, [...note, ...lines.slice(-mostOutputLines)], style);
  });
}
