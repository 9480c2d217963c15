// Events and results as versioned JSON; codec.ts reads them back. docs/json.md has the fields. Apart from it, because code that
// writes needs none of its schemas.
import type { RunEvent } from './events.ts';
import { toPlain } from './exact.ts';
import type { JsonObject } from './json.ts';
import type { HostResult, RunResult } from './result.ts';

/** Goes up when a field changes its meaning or goes away; new fields do not count. */
export const formatVersion = 3;

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
