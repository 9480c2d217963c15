// Text + schema + checks on the meaning = a value, or every problem at once, in the order of the text.
import type { z } from 'zod';
import { ConfigError, type Issue } from '../model/index.ts';
import { describeIssue, explain, type SchemaIssue } from './describe-issue.ts';
import { type DocumentPath, type Locator, locatorWithoutText } from './locate.ts';
import type { SourceFile } from './check-text.ts';
import { quoted } from './quote.ts';
import { readYaml, type ReadYaml } from './read-yaml.ts';

/** A checked value and the way back from it to the text. */
export interface ParsedDocument<T> extends Locator {
  readonly value: T;
}

/** Checks what a schema cannot know, e.g. that a name is declared elsewhere in the file. */
export type DocumentCheck<T> = (value: T, locator: Locator) => readonly Issue[];

/** Says that a text is of another program, and what to do; undefined when it is not. Asked when something is wrong. */
export type RecognizeForeign = (source: SourceFile) => Issue | undefined;

/**
 * Parses YAML (or JSON) strictly. Throws ConfigError with all issues of syntax, schema and `check`, sorted by position.
 * `check` also runs beside schema issues, on the value without its bad parts, if that is still a value of the schema.
 * A text that `foreign` recognizes gets that issue, too; instead of the others where they are of syntax or kind.
 */
export function parseDocument<S extends z.ZodType>(
  source: SourceFile,
  schema: S,
  check: DocumentCheck<z.output<S>> = () => [],
  foreign: RecognizeForeign = () => undefined,
): ParsedDocument<z.output<S>> {
  const read = readYaml(source);
  const { usable, locator } = read;
  const checked = usable ? checkedValue(read, schema, check) : { issues: read.issues };
  if ('value' in checked && checked.issues.length === 0) return { ...locator, value: checked.value };
  const stranger = foreign(source);
  if (stranger === undefined) throw new ConfigError(sortIssues(checked.issues));
  const isMapping = usable && typeof read.value === 'object' && !Array.isArray(read.value);
  throw new ConfigError(isMapping ? sortIssues([stranger, ...checked.issues]) : [stranger]);
}

/** Checks a value that has no text (made by a program). Throws ConfigError with all issues, at the file's start. */
export function parseValue<S extends z.ZodType>(file: string, value: unknown, schema: S): z.output<S> {
  const unchecked = { value, issues: [], merged: [], unkeepable: [], locator: locatorWithoutText(file) };
  const checked = checkedValue(unchecked, schema, () => []);
  if ('value' in checked && checked.issues.length === 0) return checked.value;
  throw new ConfigError(sortIssues(checked.issues));
}

/** Issues by file, line and column; equal places keep their order. */
export function sortIssues(issues: readonly Issue[]): Issue[] {
  return issues.toSorted(({ location: a }, { location: b }) => {
    if (a.file !== b.file) return a.file < b.file ? -1 : 1;
    return a.line - b.line || a.column - b.column;
  });
}

type Unchecked = Omit<ReadYaml, 'usable'>;

type Checked<T> =
  { readonly issues: readonly Issue[] } | { readonly issues: readonly Issue[]; readonly value: T };

function checkedValue<S extends z.ZodType>(
  read: Unchecked,
  schema: S,
  check: DocumentCheck<z.output<S>>,
): Checked<z.output<S>> {
  const { value, locator } = read;
  const parsed = schema.safeParse(value, { error: explain, reportInput: true });
  const schemaIssues = parsed.success
    ? []
    : parsed.error.issues.flatMap((issue) => describeIssue(issue, schema, locator));
  const sound = parsed.success ? parsed : schema.safeParse(withoutBadParts(value, schemaIssues));
  const meaning = sound.success ? check(sound.data, locator) : [];
  const issues = [...read.issues, ...newsOf(schemaIssues, read), ...meaning];
  return sound.success ? { issues, value: sound.data } : { issues };
}

/** What the schema has to say beside what is known of the text, each place once although aliases repeat it. */
function newsOf(found: readonly SchemaIssue[], { issues, merged, unkeepable, locator }: Unchecked): Issue[] {
  const said = new Set(
    issues.filter(({ code }) => coversSchema.has(code)).map(({ location }) => placeKey(location)),
  );
  const news = new Map<string, Issue>();
  for (const { issue, path } of [...found, ...notKept(found, unkeepable, locator)]) {
    if (said.has(placeKey(issue.location))) continue;
    const around = path.slice(0, -1);
    if (issue.code === 'CONFIG_MISSING' && merged.some((each) => isSamePath(each, around))) continue;
    const key = [placeKey(issue.location), issue.code, String(path.at(-1))].join(' ');
    if (!news.has(key)) news.set(key, issue);
  }
  return [...news.values()];
}

/** What a schema says at these places would only be said twice. */
const coversSchema: ReadonlySet<string> = new Set([
  ...['CONFIG_NUMBER', 'CONFIG_KEY_CHARACTER', 'CONFIG_SYNTAX'],
]);

/** A mapping with keys of one's own choice takes every name, and then loses this one without a word. */
function notKept(
  found: readonly SchemaIssue[],
  unkeepable: readonly DocumentPath[],
  locator: Locator,
): SchemaIssue[] {
  return unkeepable
    .filter((path) => !found.some((each) => isSamePath(each.path, path)))
    .map((path) => ({
      path,
      issue: {
        code: 'CONFIG_KEY',
        message: `${quoted(String(path.at(-1)))} cannot be a name`,
        location: locator.locateKey(path),
        hint: 'names begin with a letter or a digit',
      },
    }));
}

function isSamePath(one: DocumentPath, other: DocumentPath): boolean {
  return one.length === other.length && one.every((part, at) => part === other[at]);
}

function placeKey({ line, column }: Issue['location']): string {
  return `${line}:${column}`;
}

function withoutBadParts(value: unknown, issues: readonly SchemaIssue[]): unknown {
  const copy: unknown = structuredClone(value);
  for (const { issue, path } of issues) {
    const parent = path.slice(0, -1).reduce<unknown>(childOf, copy);
    const last = path.at(-1);
    if (typeof parent !== 'object' || parent === null || last === undefined) continue;
    // A bad value leaves its key: elsewhere in the file its name is still good.
    if (namesBadKey(issue)) Reflect.deleteProperty(parent, last);
    else Reflect.set(parent, last, undefined);
  }
  return copy;
}

function namesBadKey(issue: Issue): boolean {
  return issue.code === 'CONFIG_UNKNOWN_KEY' || issue.code === 'CONFIG_KEY';
}

function childOf(value: unknown, part: DocumentPath[number]): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
  return Reflect.get(value, part) as unknown;
}
