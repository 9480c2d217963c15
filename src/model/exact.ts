// Texts that JSON cannot carry. JSON goes as UTF-8, in which a lone surrogate has no place, and a byte of a host that is no
// UTF-8 is one (see `StepResult`). Such a text stands in JSON with U+FFFD, and beside it, by its JSON pointer, what it was.
import { decodeBytes } from './byte-text.ts';
import { bytesOf } from './host-bytes.ts';
import type { JsonObject, JsonValue } from './json.ts';

/** What a text was: the base64 of its bytes; or, behind `utf16:`, of its units where no bytes give it. */
type Exact = Record<string, string>;

/** Values to JSON, with what they were. Maps become objects; fields that are undefined are left out. */
export function toPlain(value: object): JsonObject {
  const [texts, keys]: [Exact, Exact] = [{}, {}];
  const json = plain(value, '', texts, keys) as JsonObject;
  return {
    ...json,
    ...(Object.keys(texts).length === 0 ? {} : { exact: texts }),
    ...(Object.keys(keys).length === 0 ? {} : { exactKeys: keys }),
  };
}

/** The JSON as it was before `toPlain`, but for Maps. Pointers that lead nowhere are passed over. */
export function fromPlain(json: JsonObject): JsonObject {
  const { exact, exactKeys, ...rest } = json;
  for (const [pointer, coded] of pairsOf(exact)) {
    const [parent, key] = placeOf(rest, pointer);
    if (parent !== undefined && typeof parent[key] === 'string') define(parent, key, decoded(coded));
  }
  const renamed = new Map<Record<string, unknown>, Map<string, string>>();
  for (const [pointer, coded] of pairsOf(exactKeys)) {
    const [parent, key] = placeOf(rest, pointer);
    if (parent === undefined || Array.isArray(parent)) continue;
    const names = renamed.get(parent) ?? new Map<string, string>();
    renamed.set(parent, names.set(key, decoded(coded)));
  }
  for (const [parent, names] of renamed) renameKeys(parent, names);
  return rest;
}

function plain(value: unknown, at: string, texts: Exact, keys: Exact): JsonValue {
  if (typeof value === 'string') {
    if (!value.isWellFormed()) texts[at] = coded(value);
    return value.toWellFormed();
  }
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (Array.isArray(value)) return value.map((item, index) => plain(item, `${at}/${index}`, texts, keys));
  const entries =
    value instanceof Map ? [...(value as Map<string, unknown>)] : Object.entries(value as object);
  const fields = entries.filter(([, field]) => field !== undefined);
  const names = distinctNames(fields.map(([key]) => key));
  return Object.fromEntries(
    fields.map(([key, field], index) => {
      const name = names[index] ?? '';
      const place = `${at}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      if (name !== key) keys[place] = coded(key);
      return [name, plain(field, place, texts, keys)];
    }),
  );
}

/** Names of which only bytes that are no UTF-8 differ would be one, and all but one value lost: they get a number behind. */
function distinctNames(keys: readonly string[]): readonly string[] {
  const taken = new Set(keys.filter((key) => key.isWellFormed()));
  const countsByName = new Map<string, number>();
  return keys.map((key) => {
    const plainName = key.toWellFormed();
    if (plainName === key) return key;
    let count = (countsByName.get(plainName) ?? 0) + 1;
    const name = (): string => (count === 1 ? plainName : `${plainName} (${count})`);
    while (taken.has(name())) count += 1;
    countsByName.set(plainName, count);
    taken.add(name());
    return name();
  });
}

function coded(text: string): string {
  const bytes = bytesOf(text);
  return decodeBytes(bytes) === text
    ? Buffer.from(bytes).toString('base64')
    : `utf16:${Buffer.from(text, 'utf16le').toString('base64')}`;
}

function decoded(text: string): string {
  return text.startsWith('utf16:')
    ? Buffer.from(text.slice('utf16:'.length), 'base64').toString('utf16le')
    : decodeBytes(Buffer.from(text, 'base64'));
}

function pairsOf(value: JsonValue | undefined): readonly (readonly [string, string])[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).filter((pair): pair is [string, string] => typeof pair[1] === 'string');
}

type Place = readonly [parent: Record<string, unknown> | undefined, key: string];

/** What a pointer leads to, through what objects and lists have of their own. */
function placeOf(json: JsonObject, pointer: string): Place {
  const path = pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const key = path.pop() ?? '';
  let parent: unknown = json;
  for (const part of path)
    parent = isObject(parent) && Object.hasOwn(parent, part) ? parent[part] : undefined;
  return isObject(parent) && Object.hasOwn(parent, key) ? [parent, key] : [undefined, key];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Sets a field that may be called `__proto__`. */
function define(object: object, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
}

/** Gives fields other names, and keeps all of them in their order. */
function renameKeys(object: Record<string, unknown>, names: ReadonlyMap<string, string>): void {
  const fields = Object.entries(object);
  for (const [key] of fields) Reflect.deleteProperty(object, key);
  for (const [key, value] of fields) define(object, names.get(key) ?? key, value);
}
