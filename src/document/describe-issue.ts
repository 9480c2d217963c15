// zod's issues in our words, at their place in the text. zod reports of a failed union only "Invalid input", so the
// branch that was meant is found here; an unknown key is shown at the key, a missing one at what should hold it.
import type { z } from 'zod';
import type { Issue } from '../model/index.ts';
import { knownKeys } from './known-keys.ts';
import type { DocumentPath, Locator } from './locate.ts';
import { didYouMean } from '../model/index.ts';
import { quoted } from './quote.ts';
import { hintFor } from './value-hints.ts';

/** One zod issue in our words, and which part of the value is to blame. */
export interface SchemaIssue {
  readonly issue: Issue;
  readonly path: DocumentPath;
}

type ZodIssue = z.core.$ZodIssue;

/** zod's `error` option: messages for what the schemas have no words of their own for. */
export function explain(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type') {
    if (issue.input === undefined) return 'is missing';
    return `expected ${nameOfType(issue.expected)}, found ${nameOfValue(issue.input)}`;
  }
  if (issue.code === 'invalid_value') {
    const values = issue.values.map((value) => JSON.stringify(value)).join(' or ');
    return issue.input === undefined ? 'is missing' : `expected ${values}, found ${nameOfValue(issue.input)}`;
  }
  if (issue.code === 'too_small') return `expected at least ${amount(issue.minimum, issue.origin)}`;
  if (issue.code === 'too_big') return `expected at most ${amount(issue.maximum, issue.origin)}`;
  return undefined;
}

/** Says what is wrong and where. One zod issue may be several of ours (unknown keys). */
export function describeIssue(
  zodIssue: ZodIssue,
  schema: z.ZodType,
  locator: Locator,
  base: DocumentPath = [],
): SchemaIssue[] {
  const path = [...base, ...zodIssue.path];
  if (zodIssue.code === 'unrecognized_keys') {
    return zodIssue.keys.map((key) => unknownKey(key, path, knownKeys(schema, path), locator));
  }
  const branch = zodIssue.code === 'invalid_union' ? meantBranch(zodIssue.errors) : undefined;
  if (branch !== undefined) return branch.flatMap((inner) => describeIssue(inner, schema, locator, path));
  if (zodIssue.code === 'invalid_key') {
    const message = zodIssue.issues[0]?.message ?? 'this key is not allowed here';
    return [located('CONFIG_KEY', message, path, locator.locateKey)];
  }
  const hint = hintFor(zodIssue, locator.written(path), path);
  const { issue } = located(codeOf(zodIssue), zodIssue.message, path, locator.locate);
  return [{ path, issue: hint === undefined ? issue : { ...issue, hint } }];
}

/** The way to a value as people write it: `hosts["ns1.example.net"].connection.port`. */
function formatPath(path: DocumentPath): string {
  return path
    .map((part, at) => {
      if (typeof part === 'number') return `[${part}]`;
      const name = String(part);
      if (!/^[\w-]+$/.test(name)) return `[${quoted(name)}]`;
      return at === 0 ? name : `.${name}`;
    })
    .join('');
}

function located(code: string, message: string, path: DocumentPath, place: Locator['locate']): SchemaIssue {
  const text = path.length === 0 ? message : `${formatPath(path)}: ${message}`;
  return { path, issue: { code, message: text, location: place(path) } };
}

function unknownKey(
  key: string,
  parent: DocumentPath,
  known: readonly string[],
  locator: Locator,
): SchemaIssue {
  const path = [...parent, key];
  const where = parent.length === 0 ? '' : ` in ${formatPath(parent)}`;
  const listed = known.length === 0 ? undefined : `known keys: ${known.join(', ')}`;
  const hint = missingSpace(key, known) ?? didYouMean(key, known) ?? listed;
  const issue = {
    code: 'CONFIG_UNKNOWN_KEY',
    message: `unknown key ${quoted(key)}${where}`,
    location: locator.locateKey(path),
  };
  return { path, issue: hint === undefined ? issue : { ...issue, hint } };
}

/** `port:22` is a key of its own to YAML. */
function missingSpace(key: string, known: readonly string[]): string | undefined {
  const [name = '', value = ''] = key.split(/:(.*)/s);
  return known.includes(name) && value !== ''
    ? `write a space after the colon: ${name}: ${value}`
    : undefined;
}

/** The only branch of a union that takes a value of this kind at all, if there is exactly one. */
function meantBranch(branches: readonly (readonly ZodIssue[])[]): readonly ZodIssue[] | undefined {
  const fitting = branches.filter((issues) => !issues.some(isAboutKind));
  return fitting.length === 1 ? fitting[0] : undefined;
}

function isAboutKind(issue: ZodIssue): boolean {
  return issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value');
}

function codeOf(issue: ZodIssue): string {
  if (issue.code === 'invalid_type' || issue.code === 'invalid_value') {
    if (issue.input === undefined) return 'CONFIG_MISSING';
  }
  if (issue.code === 'invalid_type') return 'CONFIG_TYPE';
  return issue.code === 'invalid_union' ? 'CONFIG_TYPE' : 'CONFIG_VALUE';
}

function nameOfType(expected: string): string {
  const names: Readonly<Record<string, string>> = {
    string: 'a text',
    number: 'a number',
    int: 'a whole number',
    boolean: 'true or false',
    array: 'a list',
    object: 'a mapping',
    record: 'a mapping',
  };
  return names[expected] ?? expected;
}

function nameOfValue(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (typeof value === 'string') return value.length > 40 ? 'a long text' : `the text ${quoted(value)}`;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : 'something else';
}

function amount(limit: number | bigint, origin: string): string {
  if (origin === 'array') return `${limit} in the list`;
  return origin === 'string' ? `${limit} characters` : String(limit);
}
