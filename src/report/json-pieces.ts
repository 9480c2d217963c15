// A JSON value as text in pieces. What many hosts said is longer together than any string can be, and then the whole
// result would be lost with it.
import { stringifyJson } from './escape.ts';
import type { JsonValue } from '../model/index.ts';

const pieceLength = 64 * 1024;
const stringAtOnce = 8 * 1024;

/** As `stringifyJson`, in pieces of some 64 Ki characters. A lone surrogate, which UTF-8 cannot carry, is U+FFFD. */
export function* jsonPieces(value: JsonValue): Generator<string, void, undefined> {
  let piece = '';
  for (const token of tokens(value)) {
    piece += token;
    if (piece.length < pieceLength) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}

function* tokens(value: JsonValue): Generator<string, void, undefined> {
  if (typeof value === 'string') yield* stringTokens(value);
  else if (typeof value !== 'object' || value === null) yield stringifyJson(value);
  else if (isList(value)) yield* listTokens(value);
  else yield* objectTokens(value);
}

function isList(value: object): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function* listTokens(list: readonly JsonValue[]): Generator<string, void, undefined> {
  let before = '[';
  for (const item of list) {
    yield before;
    yield* tokens(item);
    before = ',';
  }
  yield before === '[' ? '[]' : ']';
}

function* objectTokens(object: Readonly<Record<string, JsonValue>>): Generator<string, void, undefined> {
  let before = '{';
  for (const [key, field] of Object.entries(object)) {
    yield before;
    yield* stringTokens(key);
    yield ':';
    yield* tokens(field);
    before = ',';
  }
  yield before === '{' ? '{}' : '}';
}

function* stringTokens(text: string): Generator<string, void, undefined> {
  yield '"';
  for (let at = 0; at < text.length;) {
    const end = at + stringAtOnce;
    // A character of two units stays whole.
    const length = stringAtOnce + ((text.codePointAt(end - 1) ?? 0) > 0xffff ? 1 : 0);
    yield stringifyJson(text.slice(at, at + length).toWellFormed()).slice(1, -1);
    at += length;
  }
  yield '"';
}
