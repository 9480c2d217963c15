// Events and results as versioned JSON, both ways: what was written is read back as it was. docs/json.md has the fields.
import { z } from 'zod';
import { MusterError } from './errors.ts';
import type { RunEvent } from './events.ts';
import { fromPlain, toPlain } from './exact.ts';
import type { JsonObject } from './json.ts';
import { heardEvents } from './heard.ts';
import { eventSchema, heardSchema, resultSchema } from './json-schemas.ts';
import type { HostResult, RunResult } from './result.ts';

/** Goes up when a field changes its meaning or goes away; new fields do not count. */
export const formatVersion = 3;
/** Version 2 had a line for each event, with the run in it, and the hosts once more in its last line. */
const readVersions: readonly unknown[] = [2, formatVersion];

/**
 * An event as JSON: type, sequence, time, runId, then its own fields; the first one of a run has the version behind its type.
 * A text that JSON cannot carry has U+FFFD in it, and `exact` and `exactKeys` have what it was.
 */
export function encodeEvent(event: RunEvent): JsonObject {
  const { type, sequence, time, runId, ...rest } = event;
  const version = type === 'run-started' ? { version: formatVersion } : {};
  return toPlain({ type, ...version, sequence, time, runId, ...rest });
}

/** A result as JSON: version, runId, action, playbook, and its other fields. Texts as in `encodeEvent`. */
export function encodeResult(result: RunResult): JsonObject {
  const hosts = (result.hosts as readonly HostResult[]).map(({ host, outcome, reason, hint, ...rest }) => ({
    ...{ host, outcome, reason, hint },
    ...rest,
  }));
  return toPlain({ version: formatVersion, ...result, hosts });
}

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
  throw new MusterError('RECORD_SHAPE', 'this is no JSON object');
}

function refuseVersion({ version }: JsonObject): void {
  if (readVersions.includes(version)) return;
  const which = version === undefined ? 'has no version' : `is of version ${JSON.stringify(version)}`;
  const known = readVersions.join(' and ');
  throw new MusterError('RECORD_VERSION', `the record ${which}; this muster reads versions ${known}`, {
    hint: 'read it with the muster that wrote it',
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
