// A run as it was really recorded of one practice host, for as many hosts as are wanted.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeEvent, reduce, type RunEvent, RunReducer } from '../../src/model/index.ts';
import { ndjsonReporter, toJson } from '../../src/report/index.ts';
import { eventsIn } from './json-record.ts';

/** What was recorded: a command, a plan and a verify of caged-bind, on a host where it was applied. */
export type Recorded = 'exec' | 'plan' | 'verify';

/** The events of the run, as if each of so many hosts had done what the one did. */
export function* scaledRun(recorded: Recorded, count: number): Generator<RunEvent> {
  const all = eventsIn(readFileSync(join(import.meta.dirname, `recorded/${recorded}.ndjson`), 'utf8'));
  const hosts = Array.from({ length: count }, (_, at) => `ns${String(at + 1)}`);
  let sequence = 0;
  for (const event of all) {
    if (event.type === 'host-started') {
      const ofHost = all.filter((one): one is Extract<RunEvent, { host: string }> => 'host' in one);
      for (const host of hosts) for (const one of ofHost) yield { ...one, host, sequence: ++sequence };
    } else if (event.type === 'run-started') {
      const groups = event.groups?.map(({ name }) => ({ name, hosts }));
      yield { ...event, hosts, ...(groups === undefined ? {} : { groups }), sequence: ++sequence };
    } else if (!('host' in event)) yield { ...event, sequence: ++sequence };
  }
}

/** Bytes of what --json prints of such a run. */
export function jsonBytes(recorded: Recorded, count: number): number {
  let bytes = 0;
  const reducer = new RunReducer();
  const reporter = ndjsonReporter({ write: (piece) => (bytes += Buffer.byteLength(piece)) });
  for (const event of scaledRun(recorded, count)) {
    reducer.take(event);
    reporter(event);
  }
  reporter.finish(reducer.result());
  return bytes;
}

/** Bytes of the same in version 2, which had a line for each event, and all hosts once more in the last line. */
export function bytesOfVersion2(recorded: Recorded, count: number): number {
  const lines = [...scaledRun(recorded, count)].map((event) => JSON.stringify(encodeEvent(event)).length + 1);
  const result = JSON.stringify({ type: 'result', ...toJson(reduce(scaledRun(recorded, count))) });
  return lines.reduce((sum, length) => sum + length, Buffer.byteLength(result));
}
