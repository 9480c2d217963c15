// What is wrong, what differs and what was changed, each thing once with its hosts: the most hosts are not the worst, so failures
// come first, then what differs, drift, and hosts that were not seen.
import {
  type AlikeFold,
  type Failure,
  foldFailures,
  foldLosses,
  type Sighting,
} from '../../compare/index.ts';
import type { HostResult, RunResult } from '../../model/index.ts';
import { type FoundPlace, lostPlace, storiesOf } from '../since.ts';
import { othersSay } from '../trouble.ts';
import type { PageTables } from './page-tables.ts';
import type { PageKey, PageSince, PageTrouble } from './page-data.ts';
import { line } from './tables.ts';

const states: Readonly<Record<Failure['kind'], PageTrouble['state']>> = {
  ...{ resource: 'bad', conflict: 'bad', check: 'bad', probe: 'bad', step: 'bad', host: 'bad' },
  drift: 'drift',
};
const order: readonly PageTrouble['state'][] = [
  'bad',
  'lost',
  'differs',
  'drift',
  'skipped',
  'changed',
  'change',
];

/** Everything that is not well. */
export function troublesOf(
  result: RunResult,
  tables: PageTables,
  sightings: readonly Sighting[],
  keys: readonly PageKey[],
): readonly PageTrouble[] {
  const folds = foldFailures(result.hosts).filter(
    ({ value }) => result.action !== 'plan' || value.kind !== 'drift',
  );
  const failures = folds.map((fold) => ({
    ...failureOf(fold, tables, states[fold.value.kind]),
    ...since(sightings, fold.value, fold.hosts, tables),
  }));
  const losses = foldLosses(result.hosts).map(({ hosts, value, ...fold }): PageTrouble => ({
    state: value.outcome === 'skipped' ? 'skipped' : 'lost',
    ...{
      place: value.outcome,
      message: line(value.reason),
      hosts: tables.numbersOf(hosts),
      diff: 0,
      stderr: 0,
    },
    ...others(fold),
    ...(value.hint === undefined ? {} : { hint: line(value.hint) }),
    ...since(sightings, lostPlace, hosts, tables),
  }));
  const differing = divergent(keys, tables, sightings);
  return [...failures, ...losses, ...differing].sort(
    (a, b) => order.indexOf(a.state) - order.indexOf(b.state),
  );
}

/** What a plan would change, an apply changed, or a rollback undid. */
export function changesOf({ action, hosts }: RunResult, tables: PageTables): readonly PageTrouble[] {
  if (action === 'verify' || action === 'compare') return [];
  const asDrift = (hosts as readonly HostResult[]).map((host) => ({
    ...host,
    resources: host.resources
      .filter(({ status }) => status === 'changed' || status === 'change' || status === 'undone')
      .map((resource) => ({ ...resource, status: 'change' as const })),
    checks: [],
    steps: [],
    outcome: 'ok' as const,
  }));
  const state = action === 'plan' ? 'change' : 'changed';
  return foldFailures(asDrift).map((fold) => failureOf(fold, tables, state));
}

/** What the changes are called. */
export function changesTitleOf(result: RunResult): string {
  switch (result.action) {
    case 'plan':
      return 'What would change';
    case 'rollback':
      return result.preview ? 'What would be undone' : 'What was undone';
    case 'apply':
    case 'verify':
    case 'compare':
    case 'exec':
    case 'facts':
    case 'ping':
      return 'What was changed';
  }
}

function failureOf(
  { hosts, value, ...fold }: AlikeFold<Failure>,
  tables: PageTables,
  state: PageTrouble['state'],
): PageTrouble {
  const { kind, step, subject, message, diff, stderr, hint } = value;
  const isCheck = kind === 'check' || kind === 'probe';
  const column = isCheck ? tables.column(kind, step, subject) : tables.column('step', step);
  return {
    state,
    ...(column < 0 ? {} : { column }),
    place: line(
      [kind === 'probe' ? `probe ${step}` : step, subject].filter((part) => part !== '').join(': '),
    ),
    message: line(message === '' && isCheck ? 'does not hold' : message),
    ...{ hosts: tables.numbersOf(hosts), ...others(fold) },
    diff: tables.texts.add(diff.join('\n'), 'wrong').row,
    stderr: tables.texts.add(stderr, 'wrong').row,
    ...(hint === undefined || hint === '' ? {} : { hint: line(hint) }),
  };
}

function divergent(
  keys: readonly PageKey[],
  tables: PageTables,
  sightings: readonly Sighting[],
): readonly PageTrouble[] {
  const names = [...tables.hosts.keys()];
  return keys.flatMap((key, number) => {
    const [, ...others] = key.folds;
    if (!key.compared) return [];
    return others.map(({ text, diff, hosts }): PageTrouble => {
      const place = { kind: 'divergence', step: key.group, subject: key.key };
      const who = hosts.flatMap((at) => names[at] ?? []);
      return {
        state: 'differs',
        place: key.group === 'all' ? key.key : `${key.key} in group ${key.group}`,
        message: differenceWords(text, key, tables),
        ...{ hosts, diff, stderr: 0, key: number },
        ...since(sightings, place, who, tables),
      };
    });
  });
}

const manyLines = 'other lines';

function differenceWords(
  text: number | null,
  { folds: [most], tie }: PageKey,
  { texts }: PageTables,
): string {
  const word = (row: number | null | undefined): string => {
    if (row === null || row === undefined) return 'missing';
    const value = (texts.rows[row] ?? '').trimEnd();
    return value.includes('\n') ? manyLines : line(value) || 'empty';
  };
  const isLong = (row: number | null | undefined): boolean => word(row) === manyLines;
  if (isLong(text) && isLong(most?.text))
    return tie ? 'no majority has these lines' : 'not the lines of the majority';
  return `${word(text)}; ${tie ? 'as many have' : 'most have'} ${word(most?.text)}`;
}

function others({
  alike,
  wordings,
}: Pick<AlikeFold<unknown>, 'alike' | 'wordings'>): Pick<PageTrouble, 'others'> {
  const words = othersSay(alike, wordings);
  return words === '' ? {} : { others: words };
}

function since(
  sightings: readonly Sighting[],
  place: FoundPlace,
  hosts: readonly string[],
  tables: PageTables,
): Pick<PageTrouble, 'since'> {
  const stories = storiesOf(sightings, place, hosts).map(
    ({ sighting, hosts: names, isShared }): PageSince => {
      const { first, last, runs, of, returns } = sighting;
      return {
        ...(isShared ? {} : { hosts: tables.numbersOf(names) }),
        ...{ first: moment(first), ...(last === undefined ? {} : { last: moment(last) }) },
        ...{ runs, of, returns },
      };
    },
  );
  return stories.length === 0 ? {} : { since: stories };
}

function moment({ runId, started }: Sighting['first']): PageSince['first'] {
  return { runId: line(runId), started: line(started) };
}
