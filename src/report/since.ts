// Since when something is wrong, in words.
import type { Sighting } from '../compare/index.ts';
import { expandHostNames } from '../model/index.ts';
import { escapeTerminal } from './escape.ts';
import { count, hostLabel } from './layout.ts';
import { paint, type Style } from './style.ts';

/** What is wrong where, as findings name it. */
export type FoundPlace = Pick<Sighting, 'kind' | 'step' | 'subject'>;

/** Hosts that are lost, for any reason. */
export const lostPlace: FoundPlace = { kind: 'lost', step: '', subject: '' };

/** A story that some hosts of an entry have. */
export interface Story {
  readonly sighting: Sighting;
  readonly hosts: readonly string[];
  /** All hosts of the entry have it. */
  readonly isShared: boolean;
}

/** The stories of the hosts of an entry. */
export function storiesOf(
  sightings: readonly Sighting[],
  { kind, step, subject }: FoundPlace,
  hosts: readonly string[],
): readonly Story[] {
  const wanted = new Set(hosts);
  return sightings
    .filter((one) => one.kind === kind && one.step === step && one.subject === subject)
    .map((sighting) => ({ sighting, hosts: namesOf(sighting).filter((name) => wanted.has(name)) }))
    .filter((story) => story.hosts.length > 0)
    .map((story) => ({ ...story, isShared: story.hosts.length === hosts.length }));
}

/** A line for each story that hosts of an entry have; who is named when the entry has more than one story. */
export function sinceLines(
  sightings: readonly Sighting[],
  place: FoundPlace,
  hosts: readonly string[],
  style: Style,
): readonly string[] {
  return storiesOf(sightings, place, hosts).map(({ sighting, hosts: names, isShared }) =>
    paint(style, 'dim', `${isShared ? '' : `${hostLabel(names)}: `}${sinceText(sighting)}`),
  );
}

function namesOf({ hosts }: Sighting): readonly string[] {
  return hosts.split(/,(?![^[]*\])/).flatMap(expandHostNames);
}

/**
 * `since 2026-11-20 05:00 UTC (run 20261120-050000-3f9c), in 6 of 9 runs, came back 2 times, last 2026-11-25 05:00 UTC`;
 * `new: not in the 3 runs before`.
 */
function sinceText({ first, last, runs, of, returns }: Sighting): string {
  if (last === undefined) return `new: not in ${of === 2 ? 'the run' : `the ${of - 1} runs`} before`;
  const flaps = returns === 0 ? '' : `, came back ${count(returns, 'time')}, last ${momentText(last)}`;
  return `since ${momentText(first)} (run ${escapeTerminal(first.runId)}), in ${runs} of ${of} runs${flaps}`;
}

function momentText({ started }: Sighting['first']): string {
  return escapeTerminal(`${started.slice(0, 10)} ${started.slice(11, 16)} UTC`);
}
