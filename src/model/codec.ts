// Events and results back from JSON: what encode.ts wrote is read as it was.
import { z } from 'zod';
import { MusterError } from './errors.ts';
import type { RunEvent } from './events.ts';
import { formatVersion } from './encode.ts';
import { fromPlain } from './exact.ts';
import type { JsonObject } from './json.ts';
import { heardEvents } from './heard.ts';
import { eventSchema, heardSchema, resultSchema } from './json-schemas.ts';
import type { RunResult } from './result.ts';

/** Version 2 had a line for each event, with the run in it, and the hosts once more in its last line. */
const readVersions: readonly unknown[] = [2, formatVersion];

/**
 * Reads a line of a record of this run: several events when it is `heard`, and otherwise one, or none of a type that is not known.
 * The run stands in the first line alone. Throws as `decodeEvent`.
 */
export function decodeLine(json: JsonObject, runId: string | undefined): readonly RunEvent[] {
  if (json['type'] === 'heard') return heardEvents(parsed(heardSchema, json), runId ?? '');
  const event = decodeEvent(json['type'] === 'run-started' ? json : { runId: runId ?? '', ...json });
  return event === undefined ? [] : [event];
}

/**
 * Reads an event. Fields that it does not know are passed over, and so are events of a type that it does not know
 * (undefined). Throws MusterError: `RECORD_VERSION` or `RECORD_SHAPE`.
 */
export function decodeEvent(json: unknown): RunEvent | undefined {
  const object = objectOf(json);
  if (object['type'] === 'run-started' || Object.hasOwn(object, 'version')) refuseVersion(object);
  if (typeof object['type'] === 'string' && !knownTypes.has(object['type'])) return undefined;
  return parsed<RunEvent>(eventSchema, object);
}

/** Reads a result. Fields that it does not know are passed over. Throws as `decodeEvent`. */
export function decodeResult(json: unknown): RunResult {
  const object = objectOf(json);
  refuseVersion(object);
  return parsed<RunResult>(resultSchema, object);
}

const knownTypes: ReadonlySet<unknown> = new Set(
  eventSchema.options.flatMap((option) => [...option.shape.type.values]),
);

function objectOf(json: unknown): JsonObject {
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as JsonObject;
  throw new MusterError('RECORD_SHAPE', 'this is not a JSON object');
}

function refuseVersion({ version }: JsonObject): void {
  if (readVersions.includes(version)) return;
  const which = version === undefined ? 'has no version' : `is of version ${JSON.stringify(version)}`;
  const known = readVersions.join(' and ');
  throw new MusterError('RECORD_VERSION', `the record ${which}; this muster reads versions ${known}`, {
    hint: 'read it with the version of muster that wrote it',
  });
}

function parsed<T>(schema: z.ZodType<T>, object: JsonObject): T {
  const { success, data, error } = schema.safeParse(fromPlain(object));
  if (success) return data;
  const [issue] = error.issues;
  const place = issue?.path.map(String).join('.') ?? '';
  throw new MusterError(
    'RECORD_SHAPE',
    `${place === '' ? '' : `${place}: `}${issue?.message ?? 'not understood'}`,
  );
}
