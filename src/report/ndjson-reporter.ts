// A run as JSON lines, for programs: its events as they happen, then the result as the last line.
import { type EventListener, type JsonValue, RecordWriter, type RunResult } from '../model/index.ts';
import { jsonPieces } from './json-pieces.ts';
import { type JsonExtra, toJson, toLastLine } from './json.ts';

/** A listener that writes the lines of a record; `finish` writes `{"type":"result", ...}`, fields as in `toLastLine`. */
export interface NdjsonReporter extends EventListener {
  finish(result: RunResult, extra?: JsonExtra): void;
}

interface JsonOutput {
  readonly write: (text: string) => void;
}

/**
 * Writes whole lines, each one valid JSON whatever bytes the hosts sent. What hosts say in one turn of the event loop is
 * written in the next one. A long line is written in pieces.
 */
export function ndjsonReporter(output: JsonOutput): NdjsonReporter {
  let isWaiting = false;
  const record = new RecordWriter((json) => {
    line(output, json);
  });
  const report: EventListener = (event) => {
    record.take(event);
    if (isWaiting) return;
    isWaiting = true;
    setImmediate(() => {
      isWaiting = false;
      record.flush();
    });
  };
  return Object.assign(report, {
    finish: (result: RunResult, extra?: JsonExtra): void => {
      record.flush();
      line(output, { type: 'result', ...toLastLine(result, extra) });
    },
  });
}

/** Writes a whole result, in a line, fields as in `toJson`. */
export function writeResult(output: JsonOutput, result: RunResult, extra?: JsonExtra): void {
  for (const piece of renderJson(result, extra)) output.write(piece);
}

/** A whole result, in a line, fields as in `toJson`; pieces, because it may be longer than a text can be. */
export function* renderJson(result: RunResult, extra?: JsonExtra): Generator<string, void, undefined> {
  yield* jsonPieces({ type: 'result', ...toJson(result, extra) });
  yield '\n';
}

function line({ write }: JsonOutput, value: JsonValue): void {
  let last = '';
  for (const piece of jsonPieces(value)) {
    if (last !== '') write(last);
    last = piece;
  }
  write(`${last}\n`);
}
