// A run as JSON lines, for programs: each event as it happens, then the result as the last line.
import { encodeEvent, type EventListener, type JsonValue, type RunResult } from '../model/index.ts';
import { jsonPieces } from './json-pieces.ts';
import { type JsonExtra, toJson } from './json.ts';

/** A listener that writes a line per event; `finish` writes `{"type":"result", ...}`, fields as in `toJson`. */
export interface NdjsonReporter extends EventListener {
  finish(result: RunResult, extra?: JsonExtra): void;
}

/** Writes whole lines, each one valid JSON whatever bytes the hosts sent. A long line is written in pieces. */
export function ndjsonReporter(options: { readonly write: (text: string) => void }): NdjsonReporter {
  const line = (value: JsonValue): void => {
    let last = '';
    for (const piece of jsonPieces(value)) {
      if (last !== '') options.write(last);
      last = piece;
    }
    options.write(`${last}\n`);
  };
  const report: EventListener = (event) => {
    line(encodeEvent(event));
  };
  return Object.assign(report, {
    finish: (result: RunResult, extra?: JsonExtra): void => {
      line({ type: 'result', ...toJson(result, extra) });
    },
  });
}

/** The line that is the last one of `--json`, in pieces: a report in JSON, which `muster report` reads. */
export function* renderJson(result: RunResult, extra?: JsonExtra): Generator<string, void, undefined> {
  yield* jsonPieces({ type: 'result', ...toJson(result, extra) });
  yield '\n';
}
