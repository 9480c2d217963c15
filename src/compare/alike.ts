// Folding texts that say the same thing about different hosts: "no answer from 192.0.2.9", "root of pid 720 is /".
import { clusterAlike } from './cluster.ts';
import { canonical } from './fold.ts';
import { groupBy, type NonEmpty } from './group-by.ts';

/** Hosts that said the same, or, when `alike`, the same but for numbers and their own name. */
export interface AlikeFold<T> {
  readonly hosts: readonly string[];
  /** What the first of the hosts said. */
  readonly value: T;
  readonly alike: boolean;
  /** So many different wordings are in it, because there are too many to read one by one: alike ones, or else all the rest. */
  readonly wordings?: number;
}

/** Up to this many different wordings are worth reading one by one. */
const maxWordings = 3;

/** What makes values alike. */
export interface Likeness<T> {
  readonly text: (value: T) => string;
  /** What must be equal even where the texts are only alike; nothing by default. */
  readonly exactly?: (value: T) => string;
  /** One value for all that are in a fold; the first one by default. */
  readonly together?: (values: NonEmpty<T>) => T;
  /** Of what is in one place, very many wordings are put together by their words; default never. */
  readonly crowd?: { readonly place: (value: T) => string; readonly words: (value: T) => string };
}

/**
 * Folds by equal text, in order of first appearance; if more than three of the folds differ only in numbers and
 * host names, these become one fold marked `alike`, so that hundreds of hosts with one trouble stay one entry. If
 * `crowd` is given, more than twelve folds of one place become nine at most.
 */
export function foldAlike<T>(
  entries: readonly { readonly host: string; readonly value: T }[],
  { text, exactly = () => '', together = ([first]) => first, crowd }: Likeness<T>,
): readonly AlikeFold<T>[] {
  const toFold = (members: NonEmpty<{ host: string; value: T }>, alike: boolean): AlikeFold<T> => ({
    hosts: members.map(({ host }) => host),
    value: together([members[0].value, ...members.slice(1).map(({ value }) => value)]),
    alike,
  });
  const exact = groupBy(entries, ({ value }) => canonical([text(value), exactly(value)]));
  const byShape = groupBy(exact, ([{ host, value }]) =>
    canonical([shapeOf(text(value), host), exactly(value)]),
  );
  const folds = byShape.flatMap((wordings) => {
    if (wordings.length <= maxWordings) return wordings.map((wording) => toFold(wording, false));
    const [first, ...rest] = wordings;
    return [toFold([first[0], ...first.slice(1), ...rest.flat()], true)];
  });
  if (crowd === undefined || folds.length <= mostApart) return folds;
  return groupBy(folds, ({ value }) => crowd.place(value)).flatMap((ofPlace) =>
    ofPlace.length <= mostApart ? ofPlace : thinned(ofPlace, crowd.words),
  );
}

/** Up to so many folds of one place are reported one by one. */
const mostApart = 12;
/** Of more, so many clusters are. */
const mostClusters = 8;

/** The biggest clusters of folds that have most of their words in common, and one fold for all the rest. */
function thinned<T>(folds: readonly AlikeFold<T>[], words: (value: T) => string): readonly AlikeFold<T>[] {
  const linesOf = ({ hosts, value }: AlikeFold<T>): string =>
    shapeOf(words(value), hosts[0] ?? '').replace(/\s+/g, '\n');
  const clusters = clusterAlike(folds, linesOf).map(({ first, others }) => crowded(first, others, true));
  const bySize = clusters.toSorted((a, b) => b.hosts.length - a.hosts.length);
  const [first, ...rest] = bySize.slice(mostClusters);
  return [...bySize.slice(0, mostClusters), ...(first === undefined ? [] : [crowded(first, rest, false)])];
}

function crowded<T>(first: AlikeFold<T>, others: readonly AlikeFold<T>[], alike: boolean): AlikeFold<T> {
  if (others.length === 0) return first;
  const all = [first, ...others];
  const wordings = all.reduce((sum, fold) => sum + (fold.wordings ?? 1), 0);
  return { hosts: all.flatMap(({ hosts }) => hosts), value: first.value, alike, wordings };
}

function shapeOf(text: string, host: string): string {
  return text.replaceAll(host, '@').replace(/[0-9]+/g, '#');
}
