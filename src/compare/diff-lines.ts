// The difference of two texts as lines of a unified diff, bounded in length and in work.
import { structuredPatch } from 'diff';

export interface DiffOptions {
  /** Most lines to give, the note about the rest not counted. Default 40. */
  readonly cap?: number;
  /** Unchanged lines around a change. Default 2. */
  readonly context?: number;
}

/** Texts further apart than this many changed lines are not worth aligning: the work grows with its square. */
const maxEdits = 1000;

/** Unified diff from `before` to `after` without file headers; empty when they are equal. */
export function diffLines(before: string, after: string, options: DiffOptions = {}): readonly string[] {
  if (before === after) return [];
  const { cap = 40, context = 2 } = options;
  const [from, to] = sameLineEnds(before, after);
  const patch = structuredPatch('', '', from, to, '', '', { context, maxEditLength: maxEdits });
  const lines =
    patch === undefined
      ? [...splitLines(before, '-'), ...splitLines(after, '+')]
      : patch.hunks.flatMap((hunk) => [
          `@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`,
          ...hunk.lines,
        ]);
  if (lines.length <= cap) return lines;
  return [...lines.slice(0, cap), `... ${lines.length - cap} more lines`];
}

/** Whether the last line has an end is not worth two lines of every diff, unless it is all there is. */
function sameLineEnds(before: string, after: string): readonly [string, string] {
  const [from, to] = [before, after].map((text) => (text === '' || text.endsWith('\n') ? text : `${text}\n`));
  return from === to || from === undefined || to === undefined ? [before, after] : [from, to];
}

function splitLines(text: string, sign: '-' | '+'): string[] {
  return text
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => sign + line);
}
