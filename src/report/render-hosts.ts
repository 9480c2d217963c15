// Texts about the hosts themselves: the inventory as a list or a tree, who answers, and their facts.
import { compareFleet, foldFailures, foldLosses } from '../compare/index.ts';
import type { RunResult } from '../model/index.ts';
import { comparisonLines } from './comparison.ts';
import { escapeTerminal } from './escape.ts';
import { count, displayWidth, hostLabel, layOut, padEnd, wrap } from './layout.ts';
import { otherRunRows } from './other-runs.ts';
import { type Style, paint } from './style.ts';
import { countOf, failureRows, lossRows, totalLine } from './trouble.ts';

/** An inventory as far as a reader needs it. */
export interface InventoryView {
  readonly hosts: readonly {
    readonly name: string;
    readonly address: string;
    readonly groups: readonly string[];
  }[];
  /** Groups in order of definition: all that are in them; which of these they list themselves; the groups that they list. */
  readonly groups: readonly {
    readonly name: string;
    readonly hosts: readonly string[];
    readonly listed: readonly string[];
    readonly children: readonly string[];
  }[];
}

/** One line per host: name, address, groups. */
export function renderInventory(view: InventoryView, style: Style): string {
  const rows = view.hosts.map(({ name, address, groups }) =>
    [name, address, groups.join(',')].map((cell) => escapeTerminal(cell)),
  );
  const widths = [0, 1].map((column) => Math.max(0, ...rows.map((row) => displayWidth(row[column] ?? ''))));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => padEnd(cell, widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return `${[...lines, paint(style, 'dim', count(rows.length, 'host'))].join('\n')}\n`;
}

/** Groups as a tree with their hosts folded; a group within itself is cut, hosts of no group come last. */
export function renderInventoryTree(view: InventoryView, style: Style): string {
  const groups = new Map(view.groups.map((group) => [group.name, group]));
  const children = new Set(view.groups.flatMap((group) => group.children));
  const lines: string[] = [];
  const visit = (name: string, above: readonly string[]): void => {
    const indent = '  '.repeat(above.length);
    lines.push(indent + paint(style, 'bold', `@${escapeTerminal(name)}`));
    const group = groups.get(name);
    if (group === undefined || above.includes(name)) return;
    if (group.listed.length > 0) lines.push(...memberLines(group.listed, `${indent}  `, style));
    for (const child of group.children) visit(child, [...above, name]);
  };
  for (const { name } of view.groups) if (!children.has(name)) visit(name, []);
  const loose = view.hosts.filter(({ groups: own }) => own.length === 0).map(({ name }) => name);
  if (loose.length > 0) lines.push('(no group)', ...memberLines(loose, '  ', style));
  return `${[...lines, paint(style, 'dim', count(view.hosts.length, 'host'))].join('\n')}\n`;
}

/** The hosts that answer and those that do not. */
export function renderPing(result: RunResult, style: Style): string {
  const answering = result.hosts.filter(({ outcome }) => outcome === 'ok' || outcome === 'changed');
  const names = answering.map(({ host }) => host);
  const verb = names.length === 1 ? 'answers' : 'answer';
  const rows = [
    ...(names.length > 0 ? [{ mark: 'good' as const, label: hostLabel(names), text: verb }] : []),
    ...troubleRows(result, style),
  ];
  const counts: [number, string][] = [
    [names.length, names.length === 1 ? 'answers' : 'answer'],
    ...lost(result),
  ];
  return `${[...layOut(rows, style), totalLine(counts, result)].join('\n')}\n`;
}

/** Each fact with its values, hosts that agree folded. */
export function renderFacts(result: RunResult, style: Style): string {
  const { keys, hosts, unseen } = compareFleet(result.hosts, { source: 'facts' });
  const counts: [number, string][] = [[hosts.length - unseen.length, 'read'], ...lost(result)];
  const lines = [
    ...layOut(otherRunRows(result.hosts), style),
    ...comparisonLines(keys, style, ''),
    ...layOut(troubleRows(result, style), style),
    totalLine(counts, result),
  ];
  return `${lines.join('\n')}\n`;
}

function troubleRows(result: RunResult, style: Style): ReturnType<typeof lossRows> {
  return [...failureRows(foldFailures(result.hosts), style), ...lossRows(foldLosses(result.hosts), style)];
}

function lost(result: RunResult): [number, string][] {
  return (['failed', 'skipped', 'unreachable', 'unknown'] as const).map((outcome) => [
    countOf(result.hosts, outcome),
    outcome,
  ]);
}

function memberLines(hosts: readonly string[], indent: string, style: Style): string[] {
  return wrap(hostLabel(hosts), Math.max(20, style.columns - indent.length)).map((line) => indent + line);
}
