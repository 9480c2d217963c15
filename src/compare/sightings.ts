// Since when: each drift, divergence and loss of a run over the runs before it. A run that did not look at a thing on a host
// says nothing of it.
import {
  expandHostNames,
  foldHostNames,
  type Found,
  type RunFindings,
  type RunResult,
} from '../model/index.ts';
import { canonical } from './fold.ts';
import { failuresOf, foldLosses } from './failures.ts';
import { isSeen } from './observations.ts';
import { divergencesOf } from './of-run.ts';

/** Since when something is wrong. */
export interface Sighting extends Found {
  /** The run in which it is first known on one of these hosts, and when that began. */
  readonly first: { readonly runId: string; readonly started: string };
  /** The newest run before this one that had it; absent when none had. */
  readonly last?: { readonly runId: string; readonly started: string };
  /** In how many runs it was, of those that looked; this one counts. */
  readonly runs: number;
  readonly of: number;
  /** How often it came back after a run that looked and did not find it. */
  readonly returns: number;
}

/** What a run found, and where it looked. Of a host that could not be looked at it is found that it was `lost`. */
export function findingsOf(result: RunResult): RunFindings {
  const found = new Map<string, Omit<Found, 'hosts'> & { hosts: Set<string> }>();
  const looked = new Map<string, Set<string>>();
  const add = (kind: string, step: string, subject: string, hosts: readonly string[]): void => {
    const id = canonical([kind, step, subject]);
    const known = found.get(id) ?? { kind, step, subject, hosts: new Set() };
    found.set(id, known);
    for (const host of hosts) known.hosts.add(host);
  };
  const look = (place: string, host: string): void => {
    const hosts = looked.get(place) ?? new Set();
    looked.set(place, hosts.add(host));
  };
  for (const host of result.hosts) {
    for (const { kind, step, subject } of failuresOf(host)) add(kind, step, subject, [host.host]);
    for (const { id, outcome } of host.steps) if (outcome !== 'skipped') look(`step ${id}`, host.host);
    for (const check of host.checks) if (check.kind === 'probe') look(`probe ${check.probe}`, host.host);
    if (isSeen(host)) look('values', host.host);
    if (host.steps.length > 0) look('host', host.host);
    look('asked', host.host);
  }
  for (const { hosts } of foldLosses(result.hosts)) add('lost', '', '', hosts);
  for (const { group, key, outliers } of divergencesOf(result))
    for (const { hosts } of outliers) add('divergence', group, key, hosts);
  return {
    ...{ runId: result.runId, started: result.started },
    found: [...found.values()].map((one) => ({ ...one, hosts: foldHostNames([...one.hosts]) })),
    looked: Object.fromEntries([...looked].map(([place, hosts]) => [place, foldHostNames([...hosts])])),
  };
}

/** Where a run must have looked to find it. */
function placeOf({ kind, step }: Pick<Found, 'kind' | 'step'>): string {
  switch (kind) {
    case 'divergence':
      return 'values';
    case 'probe':
      return `probe ${step}`;
    case 'host':
      return 'host';
    case 'lost':
      return 'asked';
    default:
      return `step ${step}`;
  }
}

/**
 * Since when what the newest of these runs found is wrong; the oldest run comes first. Nothing is said where no run before
 * looked. Hosts with the same story are one entry.
 */
export function sightingsOf(runs: readonly RunFindings[]): readonly Sighting[] {
  const newest = runs.at(-1);
  if (newest === undefined) return [];
  const expand = expander();
  const earlier = runs.slice(0, -1).map((run) => ({
    run,
    byId: new Map(run.found.map((found) => [idOf(found), found.hosts])),
  }));
  return newest.found.flatMap((found) => {
    const id = idOf(found);
    const place = placeOf(found);
    const past = earlier.map(({ run, byId }) => ({
      ...{ run, had: expand(byId.get(id)), looked: expand(run.looked[place]) },
    }));
    const byStory = new Map<string, { hosts: string[]; story: Story }>();
    for (const host of expand(found.hosts)) {
      const story = storyOf(host, past, newest);
      if (story.of < 2) continue;
      const key = canonical(story);
      const same = byStory.get(key);
      if (same === undefined) byStory.set(key, { hosts: [host], story });
      else same.hosts.push(host);
    }
    return [...byStory.values()].map(({ hosts, story }) => ({
      ...{ kind: found.kind, step: found.step, subject: found.subject },
      hosts: foldHostNames(hosts),
      ...story,
    }));
  });
}

type Story = Omit<Sighting, keyof Found>;

interface Past {
  readonly run: RunFindings;
  readonly had: ReadonlySet<string>;
  readonly looked: ReadonlySet<string>;
}

function storyOf(host: string, past: readonly Past[], newest: RunFindings): Story {
  let [first, last]: (RunFindings | undefined)[] = [];
  let [runs, of, returns] = [1, 1, 0];
  let isGone = false;
  for (const { run, had, looked } of past) {
    if (had.has(host)) {
      if (isGone) returns += 1;
      isGone = false;
      first ??= run;
      last = run;
      runs += 1;
      of += 1;
    } else if (looked.has(host)) {
      isGone = first !== undefined;
      of += 1;
    }
  }
  if (isGone) returns += 1;
  return {
    first: momentOf(first ?? newest),
    ...(last === undefined ? {} : { last: momentOf(last) }),
    ...{ runs, of, returns },
  };
}

function momentOf({ runId, started }: RunFindings): Story['first'] {
  return { runId, started };
}

function idOf({ kind, step, subject }: Found): string {
  return canonical([kind, step, subject]);
}

/** Folded names to a set of them; most runs have the same ones. */
function expander(): (folded: string | undefined) => ReadonlySet<string> {
  const known = new Map<string, ReadonlySet<string>>();
  const none: ReadonlySet<string> = new Set();
  return (folded) => {
    if (folded === undefined || folded === '') return none;
    const names = known.get(folded) ?? new Set(folded.split(/,(?![^[]*\])/).flatMap(expandHostNames));
    known.set(folded, names);
    return names;
  };
}
