// Comments of the sh, of playbooks and of the practice host cite documents of this repository only.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = new URL('../../..', import.meta.url).pathname;
const files = execFileSync('find', ['src/host', 'playbooks', 'docker', '-type', 'f'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '')
  .map((file) => ({ file, text: readFileSync(join(root, file), 'latin1') }))
  .filter(({ text }) => !text.includes('\0'));

describe('the sh of the repository', () => {
  it('cites no recording and no paper that is not in it', () => {
    expect(files.length).toBeGreaterThan(100);
    const cited = /\btranscripts?\b|\bdesign\.md|\bfacts\/|\.\.\/shared/i;
    expect(files.filter(({ text }) => cited.test(text)).map(({ file }) => file)).toEqual([]);
  });

  it('cites documents that are there', () => {
    const told = files.flatMap(({ file, text }) =>
      [...text.matchAll(/(?<![\w/.])((?:docs\/)[\w/-]+\.md)/g)].map((match) => ({
        file,
        path: match[1] ?? '',
      })),
    );
    expect(told.map(({ path }) => path)).toContain('docs/netbsd.md');
    const missing = told.filter(
      ({ file, path }) => !existsSync(join(root, path)) && !existsSync(join(root, dirname(file), path)),
    );
    expect(missing).toEqual([]);
  });
});
