// Every link in the Markdown files of the project leads somewhere: a path that is there, a heading that is there.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');
/** What git has, or would take: a link to a file that nobody else has leads nowhere. */
const listing = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
const listed = execFileSync('git', listing, { cwd: root, encoding: 'utf8' }).split('\0');
const there = new Set(
  listed.flatMap((file) =>
    file.split('/').map((_, index, parts) => join(root, ...parts.slice(0, index + 1))),
  ),
);

/** The text without code, in which brackets are no links. */
function proseOf(text: string): string {
  return text.replace(/^( *)```[\s\S]*?^\1```/gm, '').replace(/`[^`\n]*`/g, '');
}

function linksOf(text: string): string[] {
  return [...proseOf(text).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '');
}

/** Anchors as code hosts make them of headings. */
function anchorsOf(text: string): Set<string> {
  const headings = text.replace(/^( *)```[\s\S]*?^\1```/gm, '').matchAll(/^#+ (.*)$/gm);
  return new Set(
    [...headings].map((match) =>
      (match[1] ?? '')
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

const files = listed.filter((file) => file.endsWith('.md'));

describe('Markdown files', () => {
  it('include the first ones of a reader', () => {
    expect(files).toEqual(
      expect.arrayContaining(['README.md', 'ARCHITECTURE.md', 'DECISIONS.md', 'docs/steps.md']),
    );
  });

  it.each(files)('%s has no broken link', (file) => {
    const broken = linksOf(readFileSync(join(root, file), 'utf8')).filter((link) => {
      if (/^[a-z]+:/.test(link)) return false;
      const [path = '', anchor] = link.split('#');
      const target = resolve(root, path === '' ? file : join(dirname(file), path));
      if (!there.has(target) && target !== root) return true;
      return anchor !== undefined && !anchorsOf(readFileSync(target, 'utf8')).has(anchor);
    });
    expect(broken).toEqual([]);
  });
});
