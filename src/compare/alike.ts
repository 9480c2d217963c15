// Folding texts that say the same thing about different hosts: "no answer from 192.0.2.9", "root of pid 720 is /".

import { canonical } from './fold.ts';
import { groupBy, type NonEmpty } from './group-by.ts';

/** Hosts that said the same, or, when `alike`, the same but for numbers and their own name. */
export interface AlikeFold<T> {
  readonly hosts: readonly string[];
  /** What the first of the hosts said. */
  readonly value: T;
  readonly alike: boolean;
}

/** Up to this many different wordings are worth reading one by one. */
const maxWordings = 3;

/** What makes values alike. */
export interface Likeness<T> {
  readonly text: (value: T) => string;
  /** What must be equal even where the texts are only alike; nothing unless told. */
  readonly exactly?: (value: T) => string;
  /** One value for all that are in a fold; the first one unless told. */
  readonly together?: (values: NonEmpty<T>) => T;
}

/**
 * Folds by equal text, in order of first appearance; if more than three of the folds differ only in numbers and
 * host names, these become one fold marked `alike`, so that hundreds of hosts with one trouble stay one entry.
 */
export function foldAlike<T>(
  entries: readonly { readonly host: string; readonly value: T }[],
  { text, exactly = () => '', together = ([first]) => first }: Likeness<T>,
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
  return byShape.flatMap((wordings) => {
    if (wordings.length <= maxWordings) return wordings.map((wording) => toFold(wording, false));
    const [first, ...rest] = wordings;
    return [toFold([first[0], ...first.slice(1), ...rest.flat()], true)];
  });
}

function shapeOf(text: string, host: string): string {
  return text.replaceAll(host, '@').replace(/[0-9]+/g, '#');
}
