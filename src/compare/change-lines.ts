// What a unified diff changes, apart from where in a file it stands: hosts whose files differ around a change still
// change the same. Diffs are lines without file headers, as hosts send them.
import { diffArrays } from 'diff';

/** The lines that go and come, in order; a word about a missing newline belongs to the line that it stands behind. */
export function changedLines(diff: readonly string[]): readonly string[] {
  let isChange = false;
  return diff.filter((line) => {
    if (!line.startsWith('\\')) isChange = !isAround(line);
    return isChange;
  });
}

/**
 * Equal for two diffs exactly when they change the same. Of a diff that was cut short nobody knows the rest, so it is
 * equal only to one that is the same line by line.
 */
export function changeOf(diff: readonly string[]): readonly string[] {
  return isCut(diff) ? ['cut', ...diff] : changedLines(diff);
}

/**
 * One diff for hosts that change the same: the first one's, without what is not around the change on every one of them.
 * The place of a change is given only if it is the same on all of them.
 */
export function sharedDiff(diffs: readonly (readonly string[])[]): readonly string[] {
  const [first = [], ...others] = diffs;
  if (others.every((diff) => sameLines(diff, first))) return first;
  const known = others.map((diff) => new Set(diff));
  return first.flatMap((line) => {
    if (!isAround(line) || known.every((lines) => lines.has(line))) return [line];
    return line.startsWith('@@') ? ['@@'] : [];
  });
}

/** How what one host changes differs from what another one does, as lines to be read behind the other's diff. */
export interface ChangeDifference {
  /** Changed lines that only this one has, in order. */
  readonly own: readonly string[];
  /** Changed lines that only the other one has, in order. */
  readonly missing: readonly string[];
  /** How many changed lines both have. */
  readonly shared: number;
}

/** Compares the changed lines of two diffs; undefined when one of them was cut short, or when they share nothing. */
export function differenceOfChanges(
  diff: readonly string[],
  other: readonly string[],
): ChangeDifference | undefined {
  if (isCut(diff) || isCut(other)) return undefined;
  const parts = diffArrays([...changedLines(other)], [...changedLines(diff)], { maxEditLength: maxEdits });
  if (parts === undefined) return undefined;
  const linesOf = (wanted: (part: { added?: boolean; removed?: boolean }) => boolean): string[] =>
    parts.filter(wanted).flatMap(({ value }) => value);
  const shared = linesOf(({ added, removed }) => added !== true && removed !== true).length;
  if (shared === 0) return undefined;
  return {
    own: linesOf(({ added }) => added === true),
    missing: linesOf(({ removed }) => removed === true),
    shared,
  };
}

/** The work grows with the square of it. */
const maxEdits = 1000;

/** A line of context, or a hunk's place. */
function isAround(line: string): boolean {
  return line.startsWith(' ') || line.startsWith('@@') || line === '';
}

function isCut(diff: readonly string[]): boolean {
  return diff.at(-1)?.startsWith('... ') ?? false;
}

function sameLines(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((line, index) => line === b[index]);
}
