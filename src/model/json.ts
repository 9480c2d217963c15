// What JSON can carry, as types.

/** A value that JSON can carry. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

/** A JSON object; its fields keep their order. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}
