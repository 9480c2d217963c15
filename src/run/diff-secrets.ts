// Secrets in a unified diff. The host masks the whole files before it compares them; here is what can be seen of a diff
// alone, for hosts that are not to be trusted and receipts that an older version wrote.
import type { FileKind } from './file-secrets.ts';
import { FileSecretMask, kindOfFile } from './file-secrets.ts';
import { isRandom, marked } from './marks.ts';

/** Masks the lines of a diff of the file at `path`, one after the other. The old and the new text are read each by itself. */
export function* maskDiff(lines: readonly string[], path: string): Generator<string, void, undefined> {
  const kind = kindOfFile(path);
  const isConfig = /\.conf\b|rndc|\.key\b/.test(path) || lines.some((line) => /secret|algorithm/i.test(line));
  let sides = bothSides(kind);
  for (const line of lines) {
    if (line.startsWith('@@')) sides = bothSides(kind);
    yield maskDiffLine(line, sides, isConfig);
  }
}

interface Sides {
  readonly old: FileSecretMask;
  readonly new: FileSecretMask;
}

function maskDiffLine(line: string, sides: Sides, isConfig: boolean): string {
  const text = line.slice(1);
  switch (line.charAt(0)) {
    case '-':
      return `-${loose(sides.old.line(text), isConfig)}`;
    case '+':
      return `+${loose(sides.new.line(text), isConfig)}`;
    case ' ': {
      const [before, after] = [sides.old.line(text), sides.new.line(text)];
      return ` ${loose(before === text ? after : before, isConfig)}`;
    }
    default:
      return new FileSecretMask().line(line);
  }
}

function bothSides(kind: FileKind): Sides {
  return { old: new FileSecretMask(kind), new: new FileSecretMask(kind) };
}

/** A value alone on its line: the keyword may be on a line that the diff does not show. */
function loose(line: string, isConfig: boolean): string {
  const found = isConfig ? /^([ \t]*"?)([A-Za-z0-9+/]{16,}=*)("?(?:[ \t]*;)?[ \t\r]*)$/.exec(line) : null;
  if (found === null) return line;
  const [, head = '', value = '', tail = ''] = found;
  const isMarkedOff = /"/.test(head + tail) || tail.includes(';');
  return isMarkedOff && isRandom(value) ? head + marked(value) + tail : line;
}
