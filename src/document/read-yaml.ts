// YAML text to plain values. Everything that would be surprising is an issue here and now: syntax errors, a key
// twice, aliases to nowhere, unknown tags. YAML 1.2 rules: `no` is a text, `0755` is the number 755.
import { LineCounter, isScalar, parseDocument as parseYaml, visit } from 'yaml';
import type { Document, YAMLMap } from 'yaml';
import type { Issue, Location } from '../errors.ts';
import { type Locator, locatorOf, type PlaceOf } from './locate.ts';

/** A file's name, as messages show it, and its text. */
export interface SourceFile {
  readonly file: string;
  readonly text: string;
}

/** What could be read. When `usable` is false, `value` is not worth checking: the text itself is broken. */
export interface ReadYaml {
  readonly value: unknown;
  readonly usable: boolean;
  readonly issues: readonly Issue[];
  readonly locator: Locator;
}

/** Reads one YAML document; problems come back as issues, and nothing is thrown. */
export function readYaml(source: SourceFile): ReadYaml {
  const { file } = source;
  const lineCounter = new LineCounter();
  const document = parseYaml(source.text.replace(/^\uFEFF/, ''), {
    lineCounter,
    prettyErrors: false,
    uniqueKeys: false,
    stringKeys: true,
  });
  const place: PlaceOf = (offset) => {
    const { line, col } = lineCounter.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const locator = locatorOf(document, place);
  const broken = [
    ...[...document.errors, ...document.warnings].map(({ pos, message }) =>
      syntaxIssue(place(pos[0]), message),
    ),
    ...deadAliases(document, place),
  ];
  if (broken.length > 0) return { value: undefined, usable: false, issues: broken, locator };
  return { ...toValue(document, place), locator };
}

function toValue(document: Document, place: PlaceOf): Omit<ReadYaml, 'locator'> {
  const unusable = { value: undefined, usable: false };
  try {
    const value: unknown = document.toJS();
    if (value !== null) return { value, usable: true, issues: duplicateKeys(document, place) };
    return {
      ...unusable,
      issues: [{ code: 'CONFIG_EMPTY', message: 'the file is empty', location: place(0) }],
    };
  } catch (error) {
    // Aliases of aliases that would unfold to millions of values.
    return {
      ...unusable,
      issues: [syntaxIssue(place(0), error instanceof Error ? error.message : String(error))],
    };
  }
}

function syntaxIssue(location: Location, message: string): Issue {
  return { code: 'CONFIG_SYNTAX', message, location };
}

function deadAliases(document: Document, place: PlaceOf): Issue[] {
  const issues: Issue[] = [];
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document) !== undefined) return;
      issues.push(
        syntaxIssue(place(alias.range?.[0] ?? 0), `nothing before this is marked &${alias.source}`),
      );
    },
  });
  return issues;
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
      issues.push({ code: 'CONFIG_DUPLICATE_KEY', message: `key "${name}" is there twice`, location, hint });
    }
  }
  return issues;
}
