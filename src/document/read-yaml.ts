// YAML text to plain values. Everything that would be surprising is an issue here and now: syntax errors, a key
// twice, aliases to nowhere, unknown tags, a second document. YAML 1.2 rules: `no` is a text.
import { Document, LineCounter, isScalar, parseAllDocuments, visit } from 'yaml';
import type { YAMLMap } from 'yaml';
import type { Issue, Location } from '../model/index.ts';
import { resolveAliases } from './aliases.ts';
import { checkCharacters, type SourceFile } from './check-text.ts';
import { type Locator, locatorOf, type PlaceOf } from './locate.ts';
import { wordsFor } from './syntax-words.ts';
import { type PlainValue, toValue } from './to-value.ts';

/** What could be read. When `usable` is false, `value` is not worth checking: the text is broken, or stands for too much. */
export interface ReadYaml extends PlainValue {
  readonly locator: Locator;
}

/** Reads one YAML document; problems come back as issues, and nothing is thrown. */
export function readYaml({ file, text: given }: SourceFile): ReadYaml {
  const text = given.replace(/^\uFEFF/, '');
  const lineCounter = new LineCounter();
  const documents = [
    ...parseAllDocuments(text, { lineCounter, prettyErrors: false, uniqueKeys: false, stringKeys: true }),
  ];
  const place: PlaceOf = (offset) => {
    const { line, col } = lineCounter.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const full = documents.filter(({ contents }) => !isEmpty(contents));
  const document = full[0] ?? new Document();
  const targets = resolveAliases(document);
  const locator = locatorOf(document, targets, place);
  const broken = [
    ...checkCharacters({ file, text }),
    ...checkVersion(text, file),
    ...syntaxIssues(documents, text, place),
  ];
  const more = full[1] === undefined ? [] : [secondDocument(full, text, place)];
  const nothing = { value: undefined, usable: false, merged: [], unkeepable: [], locator };
  if (broken.length > 0) return { ...nothing, issues: [...broken, ...more] };
  if (full.length === 0) return { ...nothing, issues: [emptyIssue(place(0))] };
  const plain = toValue(document, targets, place);
  const issues = [...more, ...plain.issues, ...duplicateKeys(document, place)];
  return { ...plain, issues, locator };
}

/** True for a document of comments, or of nothing. */
function isEmpty(contents: unknown): boolean {
  return contents === null || (isScalar(contents) && contents.value === null);
}

function emptyIssue(location: Location): Issue {
  return { code: 'CONFIG_EMPTY', message: 'the file is empty', location };
}

/** One issue a line: what follows on the same line is most often the same mistake. */
function syntaxIssues(documents: readonly Document[], text: string, place: PlaceOf): Issue[] {
  const issuesByLine = new Map<number, Issue>();
  for (const { errors, warnings } of documents) {
    for (const { code, message, pos } of [...errors, ...warnings]) {
      const location = place(pos[0]);
      if (issuesByLine.has(location.line)) continue;
      const before = text.slice(text.lastIndexOf('\n', pos[0] - 1) + 1, pos[0]);
      issuesByLine.set(location.line, {
        code: 'CONFIG_SYNTAX',
        ...wordsFor(code, message, before),
        location,
      });
    }
  }
  return [...issuesByLine.values()];
}

/** A directive would switch the rules: `no` would be false, `0644` another number. */
function checkVersion(text: string, file: string): Issue[] {
  return text.split('\n').flatMap((line, index) => {
    const version = /^%YAML[ \t]+(\S+)/.exec(line)?.[1];
    if (version === undefined || version === '1.2') return [];
    const location = { file, line: index + 1, column: 1 };
    const hint = 'remove the line: muster reads YAML 1.2, in which no is a text and 0o644 is an octal number';
    return [{ code: 'CONFIG_VERSION', message: `YAML ${version} is not read here`, location, hint }];
  });
}

function secondDocument(full: readonly Document[], text: string, place: PlaceOf): Issue {
  const start = full[1]?.range?.[0] ?? 0;
  const marker = text.lastIndexOf('\n---', start);
  const isMarked = marker >= 0 && marker > text.lastIndexOf('\n...', start);
  return {
    code: 'CONFIG_DOCUMENTS',
    message: `the file holds ${full.length === 2 ? 'two' : full.length} documents, but muster reads one; keep one`,
    location: place(isMarked ? marker + 1 : start),
    hint: 'a line --- begins another document: remove it and write all keys below each other, or make two files',
  };
}

function duplicateKeys(document: Document, place: PlaceOf): Issue[] {
  const issues: Issue[] = [];
  visit(document, {
    Map(_, map) {
      issues.push(...duplicateKeysOf(map, place));
    },
  });
  return issues;
}

function duplicateKeysOf(map: YAMLMap, place: PlaceOf): Issue[] {
  const issues: Issue[] = [];
  const firstByKey = new Map<string, Location>();
  for (const { key } of map.items) {
    if (!isScalar(key)) continue;
    const name = String(key.value);
    const location = place(key.range?.[0] ?? 0);
    const first = firstByKey.get(name);
    if (first === undefined) firstByKey.set(name, location);
    else {
      const hint = `the first is on line ${first.line}; keep one`;
      issues.push({ code: 'CONFIG_DUPLICATE_KEY', message: `key "${name}" is listed twice`, location, hint });
    }
  }
  return issues;
}
