// Folding texts that say the same thing about different hosts: "no answer from 192.0.2.9", "root of pid 720 is /".

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

/**
 * Folds by equal text, in order of first appearance; if more than three of the folds differ only in numbers and
 * host names, these become one fold marked `alike`, so that hundreds of hosts with one trouble stay one entry.
 */
export function foldAlike<T>(
  entries: readonly { readonly host: string; readonly value: T }[],
  text: (value: T) => string,
): readonly AlikeFold<T>[] {
  const exact = groupBy(entries, ({ value }) => text(value));
  const byShape = groupBy(exact, ([first]) => shapeOf(text(first.value), first.host));
  return byShape.flatMap((wordings) => {
    if (wordings.length <= maxWordings) return wordings.map((wording) => toFold(wording, false));
    const [first, ...rest] = wordings;
    return [toFold([first[0], ...first.slice(1), ...rest.flat()], true)];
  });
}

function toFold<T>(entries: NonEmpty<{ host: string; value: T }>, alike: boolean): AlikeFold<T> {
  return { hosts: entries.map(({ host }) => host), value: entries[0].value, alike };
}

function shapeOf(text: string, host: string): string {
  return text.replaceAll(host, '@').replace(/[0-9]+/g, '#');
}
