// Folding by equality outside of masked parts.
import { type Fold, foldByEquality } from './fold.ts';
import { groupBy, type NonEmpty } from './group-by.ts';
import { maskedKey, type MaskedSpan, maskedSpans, maskLabel, type Self } from './masks.ts';

/** Hosts that said the same outside of masked parts; the value is that of the first one. */
export interface MaskedFold extends Fold<string | undefined> {
  /** What had to be masked for them to be equal, in words; absent when nothing had to be. */
  readonly masked?: readonly string[];
}

/** What a host said, undefined for nothing, and what of it does not count. */
export interface MaskedValue {
  readonly host: string;
  readonly value: string | undefined;
  readonly masks: readonly string[];
  readonly self: Self;
}

interface Seen {
  readonly host: string;
  readonly value: string | undefined;
  readonly spans: readonly MaskedSpan[];
  readonly key: string;
}

/** Folds hosts by what they said outside of the masked parts: the biggest group first, ties by whose first host comes first. */
export function foldMasked(entries: readonly MaskedValue[]): readonly MaskedFold[] {
  if (entries.every(({ masks }) => masks.length === 0))
    return foldByEquality(
      entries.map(({ host, value }) => ({ host, value })),
      textKey,
    );
  const groups = groupBy(entries.map(look), ({ key }) => key);
  return groups.toSorted((a, b) => b.length - a.length).map(toFold);
}

function look({ host, value, masks, self }: MaskedValue): Seen {
  const spans = value === undefined ? [] : maskedSpans(value, masks, self);
  return { host, value, spans, key: value === undefined ? '' : textKey(maskedKey(value, spans)) };
}

/** A missing value is no text. */
function textKey(value: string | undefined): string {
  return value === undefined ? '' : `=${value}`;
}

function toFold(members: NonEmpty<Seen>): MaskedFold {
  const masked = differingMasks(members);
  const fold = { hosts: members.map(({ host }) => host), value: members[0].value };
  return masked.length === 0 ? fold : { ...fold, masked };
}

/** Masks that cover different texts; equal keys have the same masks in the same order. */
function differingMasks(members: NonEmpty<Seen>): readonly string[] {
  const [first, ...others] = members;
  const texts = ({ value = '', spans }: Seen): string[] =>
    spans.map(({ start, end }) => value.slice(start, end));
  const wanted = texts(first);
  const differing = new Set<string>();
  for (const other of others) {
    for (const [index, text] of texts(other).entries())
      if (text !== wanted[index]) differing.add(first.spans[index]?.mask ?? '');
  }
  return [...differing].map(maskLabel);
}
