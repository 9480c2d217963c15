// A run as JSON lines, for programs: each event as it happens, then the result as the last line.
import type { EventListener } from '../events.ts';
import type { RunResult } from '../result.ts';
import { stringifyJson } from './escape.ts';
import { type JsonExtra, eventJson, toJson } from './json.ts';

/** A listener that writes a line per event; `finish` writes `{"type":"result", ...}`, fields as in `toJson`. */
export interface NdjsonReporter extends EventListener {
  finish(result: RunResult, extra?: JsonExtra): void;
}

/** Writes whole lines, each one valid JSON whatever bytes the hosts sent. */
export function ndjsonReporter(options: { readonly write: (text: string) => void }): NdjsonReporter {
  const report: EventListener = (event) => {
    options.write(`${stringifyJson(eventJson(event))}\n`);
  };
  return Object.assign(report, {
    finish: (result: RunResult, extra?: JsonExtra): void => {
      options.write(`${stringifyJson({ type: 'result', ...toJson(result, extra) })}\n`);
    },
  });
}
