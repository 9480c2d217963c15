// What an apply or a rollback did, as text: a recap for each host, every failure with its evidence, totals.
import { foldByEquality, foldFailures, foldLosses } from '../compare/index.ts';
import type {
  HostOutcome,
  HostResult,
  ResourceResult,
  RollbackHostResult,
  RollbackResult,
  RunResult,
  StepOutcome,
} from '../model/index.ts';
import { escapeTerminal } from './escape.ts';
import { count, type Row, hostLabel, layOut } from './layout.ts';
import type { Mark, Style } from './style.ts';
import { countOf, failureRows, lossRows, totalLine } from './trouble.ts';

/** Above this many hosts, those with equal counts share one recap line. */
const maxSingleHosts = 10;

/** Recap lines count steps; each step is in exactly one of the four counts. */
export function renderApply(result: RunResult, style: Style): string {
  const reached = reachedHosts(result.hosts);
  const recap = recapRows(reached, (host) => stepCounts([host]));
  const counts: [number, string][] = [
    [countOf(result.hosts, 'changed'), 'changed'],
    [countOf(result.hosts, 'ok'), 'already as declared'],
    ...troubleCounts(result.hosts),
  ];
  return renderDone(result, style, recap, [
    `total over ${count(stepTotal(reached), 'step')}: ${stepCounts(reached)}`,
    totalLine(counts, result),
  ]);
}

/** For each host how much was undone, where things are that others wrote, and every entry that was not undone. */
export function renderRollback(result: RollbackResult, style: Style): string {
  // A host that failed before it undid anything is reported with the reason of its failure.
  const reached = reachedHosts(result.hosts).filter(
    ({ outcome, resources }) => outcome !== 'failed' || resources.length > 0,
  );
  const recap = [...recapRows(reached, undoneText), ...keptRows(reached)];
  const counts: [number, string][] = [
    [countOf(result.hosts, 'rolled-back'), 'rolled back'],
    [countOf(result.hosts, 'ok', 'changed'), 'with nothing to roll back'],
    ...troubleCounts(result.hosts).filter(([, word]) => word !== 'rolled back'),
  ];
  return renderDone(result, style, recap, [totalLine(counts, result)]);
}

function renderDone(
  result: RunResult,
  style: Style,
  recap: readonly Row[],
  totals: readonly string[],
): string {
  const failures = foldFailures(result.hosts).filter(({ value }) => value.kind !== 'drift');
  const troubles = [...failureRows(failures, style), ...lossRows(foldLosses(result.hosts), style)];
  return `${[...layOut(recap, style), ...layOut(troubles, style), ...totals].join('\n')}\n`;
}

function recapRows<H extends HostResult>(hosts: readonly H[], say: (host: H) => string): Row[] {
  const entries = hosts.map((host) => ({ host: host.host, value: { mark: markOf(host), text: say(host) } }));
  const folds =
    entries.length <= maxSingleHosts
      ? entries.map(({ host, value }) => ({ hosts: [host], value }))
      : foldByEquality(entries);
  return folds.map(({ hosts: names, value }) => ({ ...value, label: hostLabel(names) }));
}

function stepCounts(hosts: readonly HostResult[]): string {
  const shown: readonly StepOutcome[] = ['ok', 'changed', 'failed', 'skipped'];
  const steps = hosts.flatMap((host) => host.steps);
  const texts = shown.map(
    (outcome) => `${outcome}=${steps.filter((step) => step.outcome === outcome).length}`,
  );
  const undone = steps.filter((step) => step.outcome === 'rolled-back').length;
  return [...texts, ...(undone > 0 ? [`rolled-back=${undone}`] : [])].join(' ');
}

/** Lines of a rollback that are about what it did not destroy; they are no entries of the journal. */
const isAboutKept = ({ resource, status }: ResourceResult): boolean =>
  status === 'undone' && (resource === 'kept' || resource === 'hand_back');

function keptRows(hosts: readonly HostResult[]): Row[] {
  const entries = hosts.flatMap(({ host, resources }) =>
    resources
      .filter(isAboutKept)
      .map(({ target, reason }) => ({ host, value: escapeTerminal(`${target}: ${reason}`) })),
  );
  return foldByEquality(entries).map(({ hosts: names, value }) => ({
    mark: 'good',
    label: hostLabel(names),
    text: value,
  }));
}

function undoneText(host: RollbackHostResult): string {
  const { proof } = host;
  const resources = host.resources.filter((entry) => !isAboutKept(entry));
  if (resources.length === 0)
    return host.reason === '' ? 'nothing to roll back' : escapeTerminal(host.reason);
  const number = (status: string): number => resources.filter((entry) => entry.status === status).length;
  const kept = number('kept');
  return [
    `${number('undone') + kept} of ${resources.length} undone`,
    ...(kept > 0 ? [`${kept} of them already as before`] : []),
    ...(number('conflict') > 0 ? [`${number('conflict')} changed since by somebody else`] : []),
    ...(number('failed') > 0 ? [`${number('failed')} failed`] : []),
    ...(proof === undefined
      ? []
      : [`${proof.same} of ${count(proof.paths, 'path')} proved identical to before`]),
  ].join(', ');
}

function stepTotal(hosts: readonly HostResult[]): number {
  return hosts.reduce((sum, { steps }) => sum + steps.length, 0);
}

/** Hosts with something to recap; one that was lost on the way keeps what it did until then. */
function reachedHosts<H extends HostResult>(hosts: readonly H[]): H[] {
  return hosts.filter(
    ({ outcome, steps, resources }) =>
      steps.length + resources.length > 0 || !['unreachable', 'unknown', 'skipped'].includes(outcome),
  );
}

function markOf(host: HostResult): Mark {
  const marks: Partial<Record<HostOutcome, Mark>> = { failed: 'bad', unknown: 'unknown', skipped: 'skipped' };
  return marks[host.outcome] ?? 'good';
}

function troubleCounts(hosts: readonly HostResult[]): [number, string][] {
  return [
    [countOf(hosts, 'rolled-back'), 'rolled back'],
    [countOf(hosts, 'failed'), 'failed'],
    [countOf(hosts, 'skipped'), 'skipped'],
    [countOf(hosts, 'unreachable'), 'unreachable'],
    [countOf(hosts, 'unknown'), 'unknown'],
  ];
}
