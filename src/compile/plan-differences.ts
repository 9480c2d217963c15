// How a plan that is compiled now differs from one that was saved, in words: which host's what, from what to what.
import { foldHostNames } from '../model/index.ts';
import type { RecordedPlan } from './saved-plan.ts';

type RecordedHost = RecordedPlan['hosts'][number];

/** Longer values are cut in messages. */
const shownCharacters = 60;

/** One sentence for each difference, those of many hosts said once; empty when the plans are the same. */
export function planDifferences(saved: RecordedPlan, now: RecordedPlan): readonly string[] {
  const shared = [...sharedDifferences(saved, now)];
  const hosts = [...hostDifferences(saved, now)];
  if (shared.length + hosts.length > 0 || essence(saved) === essence(now)) return [...shared, ...hosts];
  return ['the hosts would receive something else'];
}

/** All but where it was read from, which may be written in other ways. */
function essence(plan: RecordedPlan): string {
  return JSON.stringify({ ...plan, from: '', digest: '' });
}

function* sharedDifferences(saved: RecordedPlan, now: RecordedPlan): Generator<string> {
  if (saved.playbook !== now.playbook) yield `the playbook is called ${now.playbook}, not ${saved.playbook}`;
  if (saved.runtime !== now.runtime) yield 'this is another version of muster: its scripts for hosts differ';
  for (const [path, state] of changedKeys(saved.files, now.files))
    yield `file ${path} of the playbook ${state}`;
  const [before, after] = [saved, now].map(({ steps }) =>
    Object.fromEntries(steps.map(({ id, ...step }) => [id, JSON.stringify(step)])),
  );
  for (const [id, state] of changedKeys(before ?? {}, after ?? {})) yield `step ${id} ${state}`;
  const [waves, wavesNow] = [wavesText(saved), wavesText(now)];
  if (waves !== wavesNow) yield `waves: ${waves} -> ${wavesNow}`;
  const [limits, limitsNow] = [JSON.stringify(saved.limits), JSON.stringify(now.limits)];
  if (limits !== limitsNow) yield `budget and keep_serving: ${limits} -> ${limitsNow}`;
}

function wavesText({ waves }: RecordedPlan): string {
  return waves.length === 0 ? 'none' : waves.map((wave) => foldHostNames(wave)).join(' | ');
}

function hostDifferences(saved: RecordedPlan, now: RecordedPlan): readonly string[] {
  const hostsByText = new Map<string, string[]>();
  const say = (text: string, host: string): void => {
    hostsByText.set(text, [...(hostsByText.get(text) ?? []), host]);
  };
  const rest = new Map(saved.hosts.map((host) => [host.name, host]));
  for (const host of now.hosts) {
    const before = rest.get(host.name);
    rest.delete(host.name);
    if (before === undefined) say('not in the plan', host.name);
    else for (const text of loadDifferences(before, host)) say(text, host.name);
  }
  for (const name of rest.keys()) say('no longer selected, or no longer in the inventory', name);
  return [...hostsByText].map(([text, hosts]) => `${foldHostNames(hosts)}: ${text}`);
}

function* loadDifferences(before: RecordedHost, now: RecordedHost): Generator<string> {
  if (before.digest === now.digest) return;
  yield* valueDifferences('connection', before.connection, now.connection);
  yield* valueDifferences('var', before.vars, now.vars);
  for (const name of keysOf(before.secrets, now.secrets)) {
    const [old, fresh] = [before.secrets[name], now.secrets[name]];
    const [origin, originNow] = [shown(old?.origin), shown(fresh?.origin)];
    if (origin !== originNow) yield `secret ${name} has another source: ${origin} -> ${originNow}`;
    else if (old?.fingerprint !== fresh?.fingerprint) yield `secret ${name} has another value`;
  }
  for (const name of keysOf(before.given, now.given)) {
    for (const [path, state] of changedKeys(before.given[name] ?? {}, now.given[name] ?? {}))
      yield `given file ${path} of var ${name} ${state}`;
  }
}

function* valueDifferences(
  what: string,
  before: Readonly<Record<string, unknown>>,
  now: Readonly<Record<string, unknown>>,
): Generator<string> {
  for (const name of keysOf(before, now)) {
    const [old, fresh] = [shown(before[name]), shown(now[name])];
    if (JSON.stringify(before[name]) !== JSON.stringify(now[name]))
      yield `${what} ${name}: ${old} -> ${fresh}`;
  }
}

function changedKeys(
  before: Readonly<Record<string, string>>,
  now: Readonly<Record<string, string>>,
): readonly [name: string, state: string][] {
  return keysOf(before, now).flatMap((name): [string, string][] => {
    if (before[name] === now[name]) return [];
    if (before[name] === undefined) return [[name, 'is new']];
    return [[name, now[name] === undefined ? 'is gone' : 'is another one']];
  });
}

function keysOf(...records: readonly object[]): readonly string[] {
  return [...new Set(records.flatMap((record) => Object.keys(record)))];
}

function shown(value: unknown): string {
  if (value === undefined) return '(none)';
  const text = JSON.stringify(value);
  return text.length > shownCharacters ? `${text.slice(0, shownCharacters)}...` : text;
}
