// Since when something is wrong, in words.
import type { Sighting } from '../compare/index.ts';
import { expandHostNames } from '../model/index.ts';
import { escapeTerminal } from './escape.ts';
import { count, hostLabel } from './layout.ts';
import { paint, type Style } from './style.ts';

type Place = Pick<Sighting, 'kind' | 'step' | 'subject'>;

/** A line for each story that hosts of an entry have; who is named when the entry has more than one story. */
export function sinceLines(
  sightings: readonly Sighting[],
  { kind, step, subject }: Place,
  hosts: readonly string[],
  style: Style,
): readonly string[] {
  const wanted = new Set(hosts);
  const stories = sightings
    .filter((one) => one.kind === kind && one.step === step && one.subject === subject)
    .map((story) => ({ story, names: namesOf(story).filter((name) => wanted.has(name)) }))
    .filter(({ names }) => names.length > 0);
  const isShared = stories.length === 1 && stories[0]?.names.length === hosts.length;
  return stories.map(({ story, names }) =>
    paint(style, 'dim', `${isShared ? '' : `${hostLabel(names)}: `}${sinceText(story)}`),
  );
}

function namesOf({ hosts }: Sighting): readonly string[] {
  return hosts.split(/,(?![^[]*\])/).flatMap(expandHostNames);
}

/** `since 2026-11-20 05:00 UTC (run 20261120-050000-3f9c), in 6 of 9 runs, came back 2 times`; `new: not in the 3 runs before`. */
function sinceText({ first, last, runs, of, returns }: Sighting): string {
  if (last === undefined) return `new: not in ${of === 2 ? 'the run' : `the ${of - 1} runs`} before`;
  const when = `${first.started.slice(0, 10)} ${first.started.slice(11, 16)} UTC`;
  const flaps = returns === 0 ? '' : `, came back ${count(returns, 'time')}`;
  return `since ${escapeTerminal(when)} (run ${escapeTerminal(first.runId)}), in ${runs} of ${of} runs${flaps}`;
}
