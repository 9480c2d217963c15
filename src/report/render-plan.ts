// A plan as text: the biggest group of hosts in full, the others as they differ from it.
import {
  type ChangeDifference,
  type PlanDifference,
  type PlanGroup,
  type PlannedStep,
  changingSteps,
  foldFailures,
  foldLosses,
  foldPlans,
} from '../compare/index.ts';
import { foldHostNames } from '../model/index.ts';
import type { ResourceResult, RunResult } from '../model/index.ts';
import { escapeTerminal } from './escape.ts';
import { count, displayWidth, hostLabel, layOut, padEnd, widest, wrap } from './layout.ts';
import { otherRunRows } from './other-runs.ts';
import { type Mark, type Style, paint, symbol } from './style.ts';
import { countOf, diffBlock, failureRows, lossRows, totalLine, withReason } from './trouble.ts';

export interface PlanExtra {
  /** The waves that an apply would work in, in order. */
  readonly waves?: readonly (readonly string[])[];
}

/** Most diff lines shown for one resource. */
const maxDiffLines = 40;

/** What would change, folded; every host appears. */
export function renderPlan(result: RunResult, style: Style, extra: PlanExtra = {}): string {
  const { groups, unplanned } = foldPlans(result.hosts);
  const failures = foldFailures(unplanned).filter(({ value }) => value.kind !== 'drift');
  const troubles = [...failureRows(failures, style), ...lossRows(foldLosses(unplanned), style)];
  const lines = [
    ...layOut(otherRunRows(result.hosts), style),
    ...groups.flatMap((group, index) => (index === 0 ? fullGroup(group, style) : otherGroup(group, style))),
    ...layOut(troubles, style),
    ...footer(result, groups, extra),
  ];
  return `${lines.join('\n')}\n`;
}

/** What there is to say about one thing in a step. */
interface Item {
  readonly mark: Mark;
  readonly text: string;
  readonly below?: readonly string[];
}

function fullGroup(group: PlanGroup, style: Style): string[] {
  const changing = changingSteps(group.plan);
  const total = count(group.plan.length, 'step');
  const head =
    changing.length === 0
      ? `${planLabel(group.hosts)}: no changes in ${total}`
      : `${planLabel(group.hosts)}: ${changing.length} of ${total} would change`;
  const width = stepWidth(group.plan.map(({ id }) => id));
  const body = group.plan.flatMap((step) => under(step.id, stepItems(step, style), width, style));
  return [paint(style, 'bold', head), ...body];
}

function otherGroup(group: PlanGroup, style: Style): string[] {
  const width = stepWidth(group.differences.map(({ step }) => step));
  const body = group.differences.flatMap((difference, index) => {
    const repeats = group.differences[index - 1]?.step === difference.step;
    return under(repeats ? '' : difference.step, [differenceItem(difference, style)], width, style);
  });
  return [paint(style, 'bold', `${planLabel(group.hosts)}: as above, but`), ...body];
}

function stepItems(step: PlannedStep, style: Style): Item[] {
  if (step.skipped !== undefined) return [{ mark: 'skipped', text: withReason('skipped', step.skipped) }];
  const changing = step.resources.filter(({ status }) => status !== 'ok');
  if (changing.length > 0) return changing.map((resource) => resourceItem(resource, style));
  const only = step.resources.length === 1 ? step.resources[0] : undefined;
  if (only !== undefined) return [resourceItem(only, style)];
  if (step.resources.length === 0) return [{ mark: 'same', text: 'nothing to declare' }];
  return [{ mark: 'same', text: `${count(step.resources.length, 'resource')} as declared` }];
}

function differenceItem({ kind, resource, skipped, change }: PlanDifference, style: Style): Item {
  if (resource !== undefined) {
    if (kind === 'not') return { mark: 'same', text: `without ${named(resource)}` };
    const item = resourceItem(resource, style);
    return change === undefined ? item : { ...item, below: changeBlock(change, style) };
  }
  if (skipped !== undefined) return { mark: 'skipped', text: withReason('skipped', skipped) };
  return kind === 'not'
    ? { mark: 'removed', text: 'no such step' }
    : { mark: 'changed', text: 'not skipped' };
}

function resourceItem(resource: ResourceResult, style: Style): Item {
  return {
    mark: markOf(resource),
    text: withReason(named(resource), resource.reason) + (resource.irreversible ? ' (irreversible)' : ''),
    below: diffBlock(resource.diff, style, maxDiffLines),
  };
}

/** Only what is not as above; `without` says what is there and not here. */
function changeBlock({ own, missing, shared }: ChangeDifference, style: Style): string[] {
  const without = missing.slice(0, maxDiffLines).map((line) => `without ${escapeTerminal(line, 'tab')}`);
  const left = missing.length - without.length;
  return [
    ...diffBlock(own, style, maxDiffLines),
    ...without,
    ...(left > 0 ? [`... without ${count(left, 'more line')}`] : []),
    `(${count(shared, 'changed line')} as above)`,
  ];
}

function markOf(resource: ResourceResult): Mark {
  if (resource.status === 'ok') return 'same';
  // Resources say `new ...` of what is not there yet.
  if (/^new\b/.test(resource.reason)) return 'added';
  const signs = new Set(resource.diff.map((line) => line[0]));
  return signs.has('+') && !signs.has('-') && !signs.has(' ') ? 'added' : 'changed';
}

function named(resource: ResourceResult): string {
  return escapeTerminal(`${resource.resource} ${resource.target}`);
}

function under(step: string, items: readonly Item[], width: number, style: Style): string[] {
  const lines = items.flatMap(({ mark, text, below = [] }) => [
    ...wrap(text, Math.max(20, style.columns - width - 6)).map((line, index) =>
      index === 0 ? `${symbol(style, mark)} ${line}` : `  ${line}`,
    ),
    ...below.map((line) => `    ${line}`),
  ]);
  return lines.map((line, index) => `  ${padEnd(index === 0 ? escapeTerminal(step) : '', width)}  ${line}`);
}

function stepWidth(ids: readonly string[]): number {
  return widest(ids.map((id) => displayWidth(escapeTerminal(id))));
}

function planLabel(hosts: readonly string[]): string {
  return hosts.length === 1 ? `${hostLabel(hosts)} (1 host)` : hostLabel(hosts);
}

function footer(result: RunResult, groups: readonly PlanGroup[], extra: PlanExtra): string[] {
  const changing = groups.filter(({ plan }) => changingSteps(plan).length > 0);
  const size = (some: readonly PlanGroup[]): number => some.reduce((sum, { hosts }) => sum + hosts.length, 0);
  const counts: [number, string][] = [
    [size(changing), 'would change'],
    [size(groups) - size(changing), 'as declared'],
    [countOf(result.hosts, 'failed', 'rolled-back'), 'failed'],
    [countOf(result.hosts, 'skipped'), 'skipped'],
    [countOf(result.hosts, 'unreachable'), 'unreachable'],
    [countOf(result.hosts, 'unknown'), 'unknown'],
  ];
  const waves = (extra.waves ?? []).map((wave) => escapeTerminal(foldHostNames(wave)));
  return [
    totalLine(counts, result),
    size(changing) === 0 ? '' : irreversibleText(result),
    waves.length === 0 ? '' : `Waves: ${waves.join(' | ')}`,
  ].filter((line) => line !== '');
}

function irreversibleText(result: RunResult): string {
  const changes = result.hosts.flatMap(({ host, resources }) =>
    resources
      .filter(({ irreversible, status }) => irreversible && status === 'change')
      .map(({ step, resource, target }) => ({ host, what: JSON.stringify([step, resource, target]) })),
  );
  if (changes.length === 0) return 'Nothing irreversible.';
  const hosts = new Set(changes.map(({ host }) => host)).size;
  const kinds = new Set(changes.map(({ what }) => what)).size;
  return `${count(kinds, 'irreversible change')}, on ${count(hosts, 'host')}!`;
}
