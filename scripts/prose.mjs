// The prose lint: refuses phrasings that CONTRIBUTING.md's rules of plain English rule out. It reads every Markdown file of
// the repository, the comments and messages of its sources, and the comments and titles of its tests. The text of every `--help` is in docs/reference/cli.md, too.
// What needs a reader's ear is not checked here.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { textsOfSource } from './prose-source.mjs';

/** @typedef {{ line: number, rule: string, found: string }} Finding */
/** @typedef {{ text: string, starts: readonly (readonly [offset: number, line: number])[], table: boolean, heading: boolean }} Block */

/** A sentence may have this many words. */
const longest = 40;

/** What the lint reads, for git. Programs of the practice hosts have no ending. */
const paths = [
  '*.md',
  ...['src', 'playbooks', 'scripts'].flatMap((folder) =>
    ['ts', 'tsx', 'mjs', 'sh', 'awk', 'yaml'].map((ending) => `${folder}/*.${ending}`),
  ),
  'docker/*',
  '.ci/run',
  'inventories/*.yaml',
  'test/*.ts',
  'test/*.tsx',
  ':!scripts/prose.mjs',
];

/** @type {readonly (readonly [pattern: RegExp, rule: string])[]} */
const refused = [
  [/\b(?:is|are|was|were|be|been|gets?) told\b/gi, 'say who reports or reads it, not "is told"'],
  [/\bunless told\b/gi, 'say "by default", not "unless told"'],
  [/\b(?:tells?|told) (?:of|by)\b/gi, 'say "describes", "reports" or "names", not "tells of"'],
  [/\b(?:comes?|came) (?:in when|by (?:the|a)\b)/gi, 'say what happens, and then when'],
  [/\bgo(?:es)? (?:over|by)\b/gi, 'say "uses", "is checked" or "is sent", not "goes over" or "goes by"'],
  [/\bis right as\b/gi, 'say "is left unchanged"'],
  [/\bput(?:s|ting)? up with\b/gi, 'say "accept" or "allow"'],
  [
    /\b(?:take|takes|taken|took|taking)(?: (?!off\b|from\b|to\b)[\w`]+){0,3} back\b/gi,
    'say "roll back" or "undo"',
  ],
  [/\bserves? again\b/gi, 'say "is restored" or "is restarted"'],
  [/\bat no time\b/gi, 'say what is always true'],
  [/\bfares?\b|\bfared\b/gi, 'say "ended", or name the result'],
  [
    /\b(?:he|him|his|she|hers?|himself|herself)\b/gi,
    'a user, a host or a daemon is "it"; the reader is "you"',
  ],
  [/\bwhoever\b/gi, 'name the one that acts, or say "anybody who"'],
  [/\bwhomever\b/gi, 'name the one that is meant'],
  [/\bif it (?:comes|came) to it\b/gi, 'name the condition'],
];

/** What may not open a sentence that is no question. */
const openings = [
  [/^Who\b/, 'name the one that acts, not "Who ..."'],
  [/^So that\b/, 'say first what is done, then "because" or "so"'],
  [/^Where\b/, 'say "If ..." or "On hosts that ..."'],
];

/**
 * Text as a reader sees it: code is one word, a link is its text, and every line break stays.
 * @param {string} text
 */
function asRead(text) {
  return text
    .replace(/<!--[\s\S]*?-->/g, blank)
    .replace(/^( *)(```+|~~~+)[\s\S]*?^\1\2/gm, blank)
    .replace(/(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g, (code) => `CODE${blank(code)}`)
    .replace(/\]\([^)\n]*\)/g, ' ');
}

/** @param {string} text */
function blank(text) {
  return text.replace(/[^\n]+/g, '');
}

/**
 * Paragraphs, items, headings and cells, with the line of each of their lines.
 * @param {string} text
 * @returns {readonly Block[]}
 */
function blocksOf(text) {
  /** @type {{ text: string, starts: [number, number][], table: boolean, heading: boolean }[]} */
  const blocks = [];
  let open = false;
  asRead(text)
    .split('\n')
    .forEach((raw, index) => {
      const table = /^\s*\|/.test(raw);
      const heading = raw.startsWith('#');
      const words = raw.replace(/^\s*(?:>\s*)*(?:[-*+]\s+|\d+\.\s+|#+\s+)?/, '').trimEnd();
      const begins = !open || table || /^\s*(?:>\s*)*(?:[-*+]\s|\d+\.\s|#)/.test(raw);
      open = words !== '' && !table && !heading;
      const last = blocks.at(-1);
      if (words === '') return;
      if (begins || last === undefined)
        blocks.push({ text: words, starts: [[0, index + 1]], table, heading });
      else {
        last.starts.push([last.text.length + 1, index + 1]);
        last.text += ` ${words}`;
      }
    });
  return blocks;
}

/**
 * Sentences with their offsets; a cell of a table ends one.
 * @param {string} text
 * @returns {readonly { at: number, words: string }[]}
 */
function sentencesOf(text) {
  return [...text.matchAll(/[^.!?|]+(?:[.!?|](?!\s|$)[^.!?|]*)*[.!?|]*/g)].map(({ 0: all, index }) => ({
    at: index + all.length - all.trimStart().length,
    words: all.trim().replace(/^[*_"'(]+/, ''),
  }));
}

/**
 * What the rules refuse in a text, in its order.
 * @param {string} text Markdown
 * @returns {readonly Finding[]}
 */
export function refusedIn(text) {
  return blocksOf(text).flatMap(({ text: words, starts, table, heading }) => {
    /** @param {number} at */
    const lineOf = (at) => starts.findLast(([offset]) => offset <= at)?.[1] ?? 0;
    const phrases = refused.flatMap(([pattern, rule]) =>
      [...words.matchAll(pattern)].map((match) => ({ line: lineOf(match.index), rule, found: match[0] })),
    );
    const sentences = sentencesOf(words).flatMap((sentence) => {
      const line = lineOf(sentence.at);
      const count = sentence.words.split(/\s+/).filter((word) => /\w/.test(word)).length;
      const found = sentence.words.split(/\s+/).slice(0, 6).join(' ');
      const long = table || count <= longest ? [] : [`a sentence has ${count} words, at most ${longest}`];
      const asks = sentence.words.endsWith('?');
      const opened = openings.flatMap(([pattern, rule]) =>
        !asks && !table && !heading && RegExp(pattern ?? '').test(sentence.words) ? [String(rule)] : [],
      );
      return [...long, ...opened].map((rule) => ({ line, rule, found }));
    });
    return [...phrases, ...sentences].toSorted((a, b) => a.line - b.line);
  });
}

/**
 * Whether a finding is about a description without a verb of its own, such as "Where the history is.": it opens the
 * text, and no clause follows it.
 * @param {string} text
 * @param {Finding} finding
 */
function isLabel(text, { rule }) {
  return openings.some(([, refusal]) => refusal === rule) && /^Where\b[^,;:.]*\.?$/.test(text.trim());
}

/**
 * What the rules refuse in the comments and the messages of a source file, in its order.
 * @param {string} file its name from the root of the repository: folder and ending say how it is read
 * @param {string} source
 * @returns {readonly Finding[]}
 */
export function refusedInSource(file, source) {
  return textsOfSource(file, source)
    .flatMap(({ line: first, text, comment }) =>
      refusedIn(text)
        .filter((finding) => finding.line > 1 || !isLabel(text, finding))
        .map((finding) => ({ ...finding, line: comment ? first + finding.line - 1 : first })),
    )
    .toSorted((a, b) => a.line - b.line);
}

/** Every file that git has, or would take, and that the lint reads. */
export function proseFiles() {
  const listing = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ...paths];
  const cwd = new URL('..', import.meta.url);
  return execFileSync('git', listing, { cwd, encoding: 'utf8' })
    .split('\0')
    .filter((file) => file !== '');
}

/**
 * The findings of a file, as `file:line: rule: words`.
 * @param {string} file path from the root of the repository
 */
export function complaintsOf(file) {
  const text = readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
  const findings = file.endsWith('.md') ? refusedIn(text) : refusedInSource(file, text);
  return findings.map(({ line, rule, found }) => `${file}:${String(line)}: ${rule}: ${found}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const named = process.argv.slice(2);
  const complaints = (named.length > 0 ? named : proseFiles()).flatMap(complaintsOf);
  for (const complaint of complaints) console.log(complaint);
  process.exitCode = complaints.length > 0 ? 1 : 0;
}
