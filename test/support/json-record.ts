// What a run printed with --json, read back: its events, and its result with all of each host.
import { type JsonObject, RecordReader, type RunEvent } from '../../src/model/index.ts';
import { toJson } from '../../src/report/index.ts';

/** The events in the lines that are whole. */
export function eventsIn(printed: string): readonly RunEvent[] {
  const events: RunEvent[] = [];
  read(printed, (event) => events.push(event));
  return events;
}

/** The whole result as `muster report --json -` writes it. Throws when no run is in it. */
export function resultIn(printed: string): JsonObject {
  return toJson(read(printed).end().result);
}

function read(printed: string, listener?: (event: RunEvent) => void): RecordReader {
  const reader = new RecordReader(listener);
  for (const line of printed.split('\n').slice(0, -1)) reader.take(line);
  return reader;
}
