// Text + schema + checks on the meaning = a value, or every problem at once, in the order of the text.
import type { z } from 'zod';
import { ConfigError, type Issue } from '../errors.ts';
import { describeIssue, explain, type SchemaIssue } from './describe-issue.ts';
import { type DocumentPath, type Locator, locatorWithoutText } from './locate.ts';
import { readYaml, type SourceFile } from './read-yaml.ts';

/** A checked value and the way back from it to the text. */
export interface ParsedDocument<T> extends Locator {
  readonly value: T;
}

/** Checks what a schema cannot know, e.g. that a name is declared elsewhere in the file. */
export type DocumentCheck<T> = (value: T, locator: Locator) => readonly Issue[];

/**
 * Parses YAML (or JSON) strictly. Throws ConfigError with all issues of syntax, schema and `check`, sorted by position.
 * `check` also runs beside schema issues, on the value without its bad parts, if that is still a value of the schema.
 */
export function parseDocument<S extends z.ZodType>(
  source: SourceFile,
  schema: S,
  check: DocumentCheck<z.output<S>> = () => [],
): ParsedDocument<z.output<S>> {
  const { value, usable, issues, locator } = readYaml(source);
  if (!usable) throw new ConfigError(sortIssues(issues));
  return { ...locator, value: checkedValue({ value, issues, locator }, schema, check) };
}

/** Checks a value that has no text (made by a program). Throws ConfigError with all issues, at the file's start. */
export function parseValue<S extends z.ZodType>(file: string, value: unknown, schema: S): z.output<S> {
  return checkedValue({ value, issues: [], locator: locatorWithoutText(file) }, schema, () => []);
}

/** Issues by file, line and column; equal places keep their order. */
function sortIssues(issues: readonly Issue[]): Issue[] {
  return issues.toSorted(({ location: a }, { location: b }) => {
    if (a.file !== b.file) return a.file < b.file ? -1 : 1;
    return a.line - b.line || a.column - b.column;
  });
}

interface Unchecked {
  readonly value: unknown;
  readonly issues: readonly Issue[];
  readonly locator: Locator;
}

function checkedValue<S extends z.ZodType>(
  { value, issues, locator }: Unchecked,
  schema: S,
  check: DocumentCheck<z.output<S>>,
): z.output<S> {
  const parsed = schema.safeParse(value, { error: explain, reportInput: true });
  const schemaIssues = parsed.success
    ? []
    : parsed.error.issues.flatMap((issue) => describeIssue(issue, schema, locator));
  const sound = parsed.success ? parsed : schema.safeParse(withoutBadParts(value, schemaIssues));
  const meaning = sound.success ? check(sound.data, locator) : [];
  const all = [...issues, ...schemaIssues.map(({ issue }) => issue), ...meaning];
  if (all.length > 0 || !sound.success) throw new ConfigError(sortIssues(all));
  return sound.data;
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
  return typeof value === 'object' && value !== null ? (Reflect.get(value, part) as unknown) : undefined;
}
