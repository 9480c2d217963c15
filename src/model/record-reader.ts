// A run as it was written with --json, read back line by line: its events, then its result. The lines may be anybody's.
import { decodeLine, decodeResult } from './codec.ts';
import { isMusterError, MusterError } from './errors.ts';
import type { EventListener, RunEvent } from './events.ts';
import type { JsonObject } from './json.ts';
import { linesOf } from './record-lines.ts';
import { RunReducer } from './reduce.ts';
import type { RunResult } from './result.ts';

/** What a record came to. */
export interface ReadRecord {
  readonly result: RunResult;
  /** It ends before the run did. */
  readonly isCut: boolean;
}

/** Reads one record. Its events say all; a result is looked at only when it stands alone. */
export class RecordReader {
  readonly #listener: EventListener;
  readonly #reducer = new RunReducer();
  #line = 0;
  #sequence = 0;
  #runId: string | undefined;
  #result: RunResult | undefined;
  #isOver = false;

  /** The listener gets each event, as it did when the run went on. */
  constructor(listener: EventListener = () => undefined) {
    this.#listener = listener;
  }

  /** A line that begins so need not be read: the events have said it. */
  isKnown(beginning: string): boolean {
    return this.#reducer.isStarted && beginning.startsWith('{"type":"result"');
  }

  /** Takes a line that `isKnown`. */
  skip(): void {
    this.#line += 1;
    this.#isOver = true;
  }

  /** Takes the next line. Throws MusterError with the number of the line: RECORD_SHAPE, RECORD_VERSION or RECORD_ORDER. */
  take(text: string): void {
    this.#line += 1;
    try {
      if (this.#isOver) throw new MusterError('RECORD_ORDER', 'there is a line after the result');
      this.#takeJson(jsonOf(text));
    } catch (error) {
      throw this.#placed(error);
    }
  }

  /** What the lines come to. Throws MusterError RECORD_SHAPE when there is no run in them. */
  end(): ReadRecord {
    if (this.#result !== undefined) return { result: this.#result, isCut: false };
    if (!this.#reducer.isStarted) throw new MusterError('RECORD_SHAPE', 'there is no run in it');
    return { result: this.#reducer.result(), isCut: !this.#reducer.isFinished };
  }

  /** The same error, with the line; of another error it is a mistake of ours. */
  #placed(error: unknown): unknown {
    if (!isMusterError(error)) return error;
    const hint = error.hint === undefined ? {} : { hint: error.hint };
    return new MusterError(error.code, `line ${this.#line}: ${error.message}`, hint);
  }

  #takeJson(json: JsonObject): void {
    const { type, sequence } = json;
    if (type === 'result') {
      if (!this.#reducer.isStarted) this.#result = wholeResult(json);
      this.#isOver = true;
      return;
    }
    const events = decodeLine(json, this.#runId);
    this.#inOrder(sequence);
    // A line of a type that is not known is one event.
    this.#sequence += type === 'heard' ? events.length : 1;
    for (const event of events) this.#takeEvent(event);
  }

  #takeEvent(event: RunEvent): void {
    if ((event.type === 'run-started') !== (this.#runId === undefined))
      throw new MusterError(
        'RECORD_ORDER',
        this.#runId === undefined ? 'the run does not begin here' : 'another run begins here',
      );
    this.#runId ??= event.runId;
    if (event.runId !== this.#runId) throw new MusterError('RECORD_ORDER', 'this event is of another run');
    if (this.#reducer.isFinished) throw new MusterError('RECORD_ORDER', 'the run had ended already');
    this.#reducer.take(event);
    this.#listener(event);
  }

  #inOrder(sequence: unknown): void {
    const wanted = this.#sequence + 1;
    if (sequence !== wanted)
      throw new MusterError('RECORD_ORDER', `event ${wanted} is missing; here is ${String(sequence)}`, {
        hint: 'give the whole output of --json, as it was written',
      });
  }
}

/** Throws MusterError RECORD_SHAPE for the last line of a record whose other lines are missing, and as `decodeResult`. */
function wholeResult(json: JsonObject): RunResult {
  if (json['hosts'] !== undefined) return decodeResult(json);
  throw new MusterError('RECORD_SHAPE', 'the events before the result are missing', {
    hint: 'give the whole output of --json, as it was written',
  });
}

/** Longer than any event can be; a result may be longer, but is read only when it stands alone. */
const mostLineBytes = 256 * 1024 * 1024;

/**
 * Reads a record from its bytes; the listener gets each event. What wrote it may have been stopped in the middle of a
 * line: such a rest is passed over. Throws as `RecordReader`, and whatever the bytes throw.
 */
export async function readRecord(
  bytes: AsyncIterable<Uint8Array>,
  listener?: EventListener,
): Promise<ReadRecord> {
  const reader = new RecordReader(listener);
  const limits = { most: mostLineBytes, isUnwanted: (text: string) => reader.isKnown(text) };
  for await (const { text, isWhole } of linesOf(bytes, limits)) {
    if (text === undefined) reader.skip();
    else if (isWhole || isJson(text)) reader.take(text);
  }
  return reader.end();
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function jsonOf(text: string): JsonObject {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new MusterError('RECORD_SHAPE', 'this is not JSON');
  }
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as JsonObject;
  throw new MusterError('RECORD_SHAPE', 'this is not a JSON object');
}
