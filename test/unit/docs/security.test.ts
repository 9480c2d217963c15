// docs/security.md: each promise names a test, and the test is there.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const page = readFileSync(join(root, 'docs/security.md'), 'utf8');

interface Row {
  readonly promise: string;
  readonly file: string;
  readonly title: string;
}

/** Rows of the tables of a text, without head and rule. */
function rowsOf(text: string): readonly Row[] {
  return text.split('\n').flatMap((line) => {
    const [, promise, file, title] = /^\| (.+?) +\| `(.+?)` +\| (.+?) +\|$/.exec(line) ?? [];
    return promise === undefined || file === undefined || title === undefined
      ? []
      : [{ promise, file, title }];
  });
}

/** The titles in a test's text: of `it`, `describe`, and of what is made of tables. */
function titlesIn(text: string): readonly string[] {
  const calls = text.matchAll(/(?:\(|\)\(|,)\s*(['`])((?:\\.|(?!\1)[^\\\n])*)\1\s*,/g);
  return [...calls].map(([, , title = '']) => title.replace(/\\(.)/g, '$1'));
}

describe('docs/security.md', () => {
  it('has a table for every possible attacker, and no unread line in a table', () => {
    const sections = page.split(/^## /m).slice(2);
    expect(sections.map((text) => text.split('\n')[0])).toEqual(
      expect.arrayContaining(['A host', 'The caged daemon', 'The network', 'A cloned repository']),
    );
    for (const text of sections) {
      const lines = text.split('\n').filter((line) => line.startsWith('|'));
      expect(rowsOf(text).length).toBe(lines.length - 2);
      expect(rowsOf(text).length).toBeGreaterThan(0);
    }
  });

  it.each(rowsOf(page))('names an existing test for: $promise', ({ file, title }) => {
    expect(existsSync(join(root, file))).toBe(true);
    expect(titlesIn(readFileSync(join(root, file), 'utf8'))).toContain(title);
  });
});
