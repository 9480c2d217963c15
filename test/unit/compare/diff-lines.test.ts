import { describe, expect, it } from 'vitest';
import { diffLines } from '../../../src/compare/index.ts';

describe('diffLines', () => {
  it('gives nothing for equal texts', () => {
    expect(diffLines('a\nb\n', 'a\nb\n')).toEqual([]);
  });

  it('gives hunks with context', () => {
    expect(diffLines('a\nb\nc\nd\n', 'a\nb\nC\nd\n', { context: 1 })).toEqual([
      '@@ -2,3 +2,3 @@',
      ' b',
      '-c',
      '+C',
      ' d',
    ]);
  });

  it('says how many lines a cap left out', () => {
    const before = Array.from({ length: 20 }, (_, line) => `a${line}`).join('\n');
    const lines = diffLines(before, before.replaceAll('a', 'b'), { cap: 3 });
    expect(lines).toHaveLength(4);
    expect(lines.at(-1)).toBe('... 38 more lines');
  });

  it('falls back to all lines for texts too far apart to align', () => {
    const text = (letter: string): string =>
      Array.from({ length: 2000 }, (_, line) => `${letter}${line}\n`).join('');
    expect(diffLines(text('a'), text('b'), { cap: 2 })).toEqual(['-a0', '-a1', '... 3998 more lines']);
  });

  it('notes a missing line end at the end of a text', () => {
    expect(diffLines('a\n', 'a')).toContain('\\ No newline at end of file');
  });
});
