// Groups of equal hosts for each thing that they said: observations, facts where those were asked for, and what a command printed.
import {
  compareFleet,
  comparisonOf,
  diffLines,
  foldByEquality,
  type KeyComparison,
} from '../../compare/index.ts';
import type { ExecResult, RunResult } from '../../model/index.ts';
import type { PageTables } from './page-tables.ts';
import type { PageKey } from './page-data.ts';
import { line } from './tables.ts';

const mostDiffLines = 200;

/** Keys where hosts differ first. */
export function keysOf(result: RunResult, tables: PageTables): readonly PageKey[] {
  const keys = comparisons(result);
  const isApart = ({ outliers }: KeyComparison): number => (outliers.length > 0 ? 0 : 1);
  return keys.toSorted((a, b) => isApart(a) - isApart(b)).map((key) => encode(key, tables));
}

function comparisons(result: RunResult): readonly KeyComparison[] {
  switch (result.action) {
    case 'verify':
    case 'compare':
      return comparisonOf(result).keys;
    case 'exec':
      return answersOf(result);
    case 'facts':
      return compareFleet(result.hosts, { source: 'facts' }).keys.map((key) => ({
        ...key,
        compared: false,
        outliers: [],
      }));
    case 'plan':
    case 'apply':
    case 'rollback':
    case 'ping':
      return compareFleet(result.hosts).keys.map((key) => ({ ...key, compared: false, outliers: [] }));
  }
}

/** What a command said is expected to differ. */
function answersOf({ hosts }: ExecResult): readonly KeyComparison[] {
  const entries = hosts.flatMap(({ host, command }) => {
    if (command === undefined) return [];
    const { status, stdout, stderr } = command;
    const said = [`exit ${status ?? 'status unknown'}`, stdout, stderr].filter((text) => text !== '');
    return [{ host, value: said.join('\n') }];
  });
  const folds = foldByEquality(entries);
  const key = { group: 'all', key: 'answer', compared: false, tie: false, outliers: [], missing: [] };
  return folds.length === 0 ? [] : [{ ...key, folds, majority: folds[0]?.value }];
}

function encode({ group, key, compared, tie, folds, majority }: KeyComparison, tables: PageTables): PageKey {
  return {
    ...{ group: line(group), key: line(key), compared, tie },
    folds: folds.map(({ value, hosts }, index) => ({
      text: value === undefined ? null : tables.texts.add(value, compared ? 'wrong' : 'plain').row,
      diff: index === 0 ? 0 : differenceOf(majority, value, tables),
      hosts: tables.numbersOf(hosts),
    })),
  };
}

/** Values of one line are seen to differ as they are. */
function differenceOf(
  majority: string | undefined,
  value: string | undefined,
  { texts }: PageTables,
): number {
  if (majority === undefined || value === undefined) return 0;
  if (!majority.trimEnd().includes('\n') && !value.trimEnd().includes('\n')) return 0;
  return texts.add(diffLines(majority, value, { cap: mostDiffLines }).join('\n'), 'wrong').row;
}
