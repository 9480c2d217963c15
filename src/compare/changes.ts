// Two runs held against each other: what is new, gone or changed on each host, over all hosts each thing once. What one of
// the runs did not look at is neither.
import type { AnyHostResult, RunResult } from '../model/index.ts';
import { type AlikeFold, foldAlike } from './alike.ts';
import { changedLines } from './change-lines.ts';
import { type Failure, failuresOf } from './failures.ts';
import { canonical } from './fold.ts';
import { maskedKey, maskedSpans, readMasks, selfOf } from './masks.ts';
import { isSeen, keyMatcher } from './observations.ts';

/** What a run may say of a host: something wrong, that it was lost, a value, or the answer to an exec. */
export type SayingKind = Failure['kind'] | 'lost' | 'observation' | 'fact' | 'answer';

/** One thing that is another one than in the earlier run. */
export interface Change {
  readonly change: 'new' | 'gone' | 'changed';
  readonly kind: SayingKind;
  /** Step or probe; empty where there is none. */
  readonly step: string;
  /** Name of a check, `resource target`, or a key; empty where there is none. */
  readonly subject: string;
  /** What was said then and is now; undefined for nothing. Of something wrong it is the message, and the lines of its diff. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** Which run it was. */
export type RunName = Pick<RunResult, 'runId' | 'action' | 'playbook' | 'started'>;

/** What became of the fleet from one run to another. */
export interface RunChanges {
  readonly earlier: RunName;
  readonly later: RunName;
  /** Hosts of both runs. */
  readonly hosts: readonly string[];
  readonly onlyEarlier: readonly string[];
  readonly onlyLater: readonly string[];
  /** Hosts of both of which one of the runs knows nothing. */
  readonly unseen: readonly string[];
  readonly changes: readonly AlikeFold<Change>[];
}

/** What of two runs is held against each other. */
export interface ChangeOptions {
  /** Glob patterns of keys of observations and facts; with them, nothing else is looked at. */
  readonly keys?: readonly string[];
  /** A list of masks for every value besides its own ones, or `none`: no mask of a value counts. */
  readonly mask?: string;
}

/** What is new, gone or changed in the later run. */
export function changesBetween(
  earlier: RunResult,
  later: RunResult,
  options: ChangeOptions = {},
): RunChanges {
  const before = new Map(earlier.hosts.map((host: AnyHostResult) => [host.host, host]));
  const after = new Map(later.hosts.map((host: AnyHostResult) => [host.host, host]));
  const both = [...after.values()].flatMap((now) => {
    const then = before.get(now.host);
    return then === undefined ? [] : [{ then, now }];
  });
  const isOnlyValues = [earlier.action, later.action].includes('compare');
  const entries = both.flatMap(({ then, now }) => changesOfHost(then, now, isOnlyValues, options));
  return {
    earlier: nameOf(earlier),
    later: nameOf(later),
    hosts: both.map(({ now }) => now.host),
    onlyEarlier: [...before.keys()].filter((host) => !after.has(host)),
    onlyLater: [...after.keys()].filter((host) => !before.has(host)),
    unseen: both.filter(({ then, now }) => isLost(then) || isLost(now)).map(({ now }) => now.host),
    changes: foldAlike(entries, {
      text: ({ before: was = '', after: is = '' }) => canonical([was, is]),
      exactly: ({ change, kind, step, subject }) => canonical([change, kind, step, subject]),
    }),
  };
}

function nameOf({ runId, action, playbook, started }: RunResult): RunName {
  return { runId, action, playbook, started };
}

interface Saying {
  readonly kind: SayingKind;
  readonly step: string;
  readonly subject: string;
  readonly text: string;
  /** Equal when nothing changed. */
  readonly key: string;
}

type HostChange = { readonly host: string; readonly value: Change };

function changesOfHost(
  then: AnyHostResult,
  now: AnyHostResult,
  isOnlyValues: boolean,
  options: ChangeOptions,
): readonly HostChange[] {
  const isWanted = ({ kind }: Saying): boolean =>
    kind === 'observation' || kind === 'fact' || (options.keys === undefined && !isOnlyValues);
  const [was, is] = [then, now].map((host) => sayingsOf(host, isWanted, options));
  const ids = new Set([...(was?.keys() ?? []), ...(is?.keys() ?? [])]);
  return [...ids].flatMap((id): HostChange[] => {
    const [old, fresh] = [was?.get(id), is?.get(id)];
    const known = fresh ?? old;
    if (known === undefined || old?.key === fresh?.key) return [];
    if (old === undefined && !isLookedAt(known, then, now)) return [];
    if (fresh === undefined && !isLookedAt(known, now, then)) return [];
    const { kind, step, subject } = known;
    const change = old === undefined ? 'new' : fresh === undefined ? 'gone' : 'changed';
    return [
      { host: now.host, value: { change, kind, step, subject, before: old?.text, after: fresh?.text } },
    ];
  });
}

/** True when this run of the host would have said it. `other` is the run that does. */
function isLookedAt({ kind, step }: Saying, host: AnyHostResult, other: AnyHostResult): boolean {
  if (kind === 'lost') return true;
  if (isLost(host)) return false;
  if (kind === 'host') return true;
  if (kind === 'answer') return host.command !== undefined;
  if (kind === 'probe') return host.checks.some((check) => check.kind === 'probe' && check.probe === step);
  const ran = new Set(host.steps.filter(({ outcome }) => outcome !== 'skipped').map(({ id }) => id));
  if (kind === 'fact') return isSeen(host, 'facts');
  // Which step reads a value is not known: all that ran there must have run here.
  if (kind === 'observation')
    return isSeen(host) && other.steps.every(({ id, outcome }) => outcome === 'skipped' || ran.has(id));
  return ran.has(step);
}

function isLost({ outcome }: Pick<AnyHostResult, 'outcome'>): boolean {
  return outcome === 'unreachable' || outcome === 'unknown' || outcome === 'skipped';
}

/** Of the clock everybody knows that it goes on. */
const clockFact = 'time';

function sayingsOf(
  host: AnyHostResult,
  isWanted: (saying: Saying) => boolean,
  options: ChangeOptions,
): ReadonlyMap<string, Saying> {
  const said = new Map<string, Saying>();
  const turns = new Map<string, number>();
  for (const saying of [...wrongOf(host), ...valuesOf(host, options)].filter(isWanted)) {
    const id = canonical([saying.kind, saying.step, saying.subject]);
    const turn = (turns.get(id) ?? 0) + 1;
    turns.set(id, turn);
    said.set(`${turn} ${id}`, saying);
  }
  return said;
}

/** What is wrong. Words of a message that differ in every run (a pid, a time) do not make it another one. */
function wrongOf(host: AnyHostResult): readonly Saying[] {
  const { masks } = readMasks('usual');
  const self = selfOf(host);
  const keyOf = (text: string): string => maskedKey(text, maskedSpans(text, masks, self));
  const found = failuresOf(host).map(({ kind, step, subject, message, diff }): Saying => {
    const text = [message, ...diff].join('\n');
    return { kind, step, subject, text, key: keyOf([message, ...changedLines(diff)].join('\n')) };
  });
  if (!isLost(host)) return found;
  const text = host.reason === '' ? host.outcome : `${host.outcome}: ${host.reason}`;
  return [...found, { kind: 'lost', step: '', subject: '', text, key: keyOf(text) }];
}

function valuesOf(host: AnyHostResult, { keys, mask = '' }: ChangeOptions): readonly Saying[] {
  const isKey = keyMatcher(keys);
  const self = selfOf(host);
  const value = (kind: 'observation' | 'fact' | 'answer', subject: string, text: string): Saying => {
    const own = kind === 'observation' ? (host.masks?.get(subject) ?? '') : '';
    const { masks } = readMasks(mask === 'none' ? '' : [own, mask].join());
    return { kind, step: '', subject, text, key: maskedKey(text, maskedSpans(text, masks, self)) };
  };
  const { command } = host;
  const observed = [...host.observations].filter(([key]) => isKey(key) && !key.startsWith('~'));
  const facts = [...host.facts].filter(([key]) => isKey(key) && key !== clockFact);
  return [
    ...observed.map(([key, text]) => value('observation', key, text)),
    ...facts.map(([key, text]) => value('fact', key, text)),
    ...(command === undefined
      ? []
      : [value('answer', '', `exit ${command.status ?? 'unknown'}\n${command.stdout}${command.stderr}`)]),
  ];
}
