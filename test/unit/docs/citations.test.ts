// No file of the repository sends its reader to what is not in the repository.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const listing = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
const files = execFileSync('git', listing, { cwd: root, encoding: 'utf8' })
  .split('\0')
  .filter((file) => file !== '');

/** Every path of the repository, and every end of one: `README.md` is there, and `netbsd-host/README.md`. */
const known = new Set(
  files.flatMap((file) => file.split('/').map((_, index, parts) => parts.slice(index).join('/'))),
);
const folders = [...new Set(files.filter((file) => file.includes('/')).map((file) => file.split('/')[0]))];

const prose = /\.md$/;
const code = /\.(ts|mjs|cjs|sh|awk|py|pl|yaml|yml)$|^\.ci\/run$/;

/** What a reader reads as words: all of a document but its examples, and the comments of code. */
function wordsOf(file: string, text: string): string {
  if (prose.test(file)) return text.replace(/^( *)```[\s\S]*?^\1```/gm, '');
  const comment = /\.(ts|mjs|cjs)$/.test(file) ? /(?:^|\s)(?:\/\/|\/\*\*?|\*) (.*)$/gm : /(?:^|\s)# (.*)$/gm;
  return [...text.matchAll(comment)].map(([, words]) => words).join('\n');
}

/** Documents and files of the repository's folders that are named, and numbered papers that nobody here has. */
function citationsIn(words: string): readonly string[] {
  const documents = words.matchAll(/[\w./-]*[a-z]\w*\.(?:md|txt)\b/g);
  const paths = words.matchAll(
    new RegExp(`(?<![\\w./-])(?:${folders.join('|')})/[\\w./-]*\\w\\.[a-z]{2,4}\\b`, 'g'),
  );
  const absent = words.matchAll(/\btranscripts? \d+|\.\.\/shared\b|\bissue #?\d+/gi);
  return [...documents, ...paths, ...absent].map(([citation]) => citation);
}

/** A name in capitals stands for any: `docs/NAME.md`. */
function leadsNowhere(citation: string): boolean {
  return !known.has(citation.replace(/^(\.{0,2}\/)+/, '')) && !/(^|\/)(NAME|FILE)\./.test(citation);
}

function brokenIn(file: string): readonly string[] {
  return citationsIn(wordsOf(file, readFileSync(join(root, file), 'utf8'))).filter(leadsNowhere);
}

describe('citations', () => {
  // Put together here, so that this file does not cite them itself.
  const absent = ['design.md', 'transcript 5', '../shared', 'src/host/none.sh'];

  it('are found in documents and in comments, and checked against existing files', () => {
    const script = `read('x.txt'); // see ${absent[0] ?? ''} and docs/lab.md\n * ${absent[1] ?? ''}\n`;
    expect(new Set(citationsIn(wordsOf('a.ts', script)))).toEqual(
      new Set(['design.md', 'docs/lab.md', 'transcript 5']),
    );
    const step = `cp x.txt y # as in ${absent[2] ?? ''}, see ${absent[3] ?? ''}\n`;
    expect(new Set(citationsIn(wordsOf('a.sh', step)))).toEqual(new Set(absent.slice(2)));
    const page = `See [there](${absent[3] ?? ''}).\n\n\`\`\`sh\ncat x.txt\n\`\`\`\n`;
    expect(citationsIn(wordsOf('a.md', page))).toEqual(absent.slice(3));
    expect(absent.filter(leadsNowhere)).toEqual(absent);
    expect(['docs/lab.md', 'README.md', '../lab.md', 'docs/NAME.md'].filter(leadsNowhere)).toEqual([]);
  });

  it('of every file lead to a file of the repository', () => {
    const read = files.filter((file) => prose.test(file) || code.test(file));
    expect(read.length).toBeGreaterThan(500);
    const broken = read.flatMap((file) => brokenIn(file).map((citation) => `${file}: ${citation}`));
    expect(broken).toEqual([]);
  });
});
