// The lines of a record, as --json and the history write them: what was said of a run, in its order. docs/json.md has them.
import { encodeEvent } from './encode.ts';
import type { EventListener, RunEvent } from './events.ts';
import { toPlain } from './exact.ts';
import { HeardLine, isHeard } from './heard.ts';
import type { JsonObject } from './json.ts';

/** Takes the lines; `sequence` is that of a line's first event. */
export type LineListener = (line: JsonObject, sequence: number) => void;

/** Makes lines of the events of one run, taken one after another. What one host says at once waits until `flush` for more of it. */
export class RecordWriter {
  readonly #write: LineListener;
  #heard: { readonly line: HeardLine; readonly sequence: number } | undefined;

  constructor(write: LineListener) {
    this.#write = write;
  }

  readonly take: EventListener = (event) => {
    if (!isHeard(event)) {
      this.flush();
      this.#write(lineOf(event), event.sequence);
      return;
    }
    if (this.#heard?.line.add(event) === true) return;
    this.flush();
    this.#heard = { line: new HeardLine(event), sequence: event.sequence };
  };

  /** Writes what waits. */
  flush(): void {
    if (this.#heard === undefined) return;
    const { line, sequence } = this.#heard;
    this.#heard = undefined;
    this.#write(toPlain(line.fields()), sequence);
  }
}

/** An event in a line of its own: the first one says which run it is. */
function lineOf(event: RunEvent): JsonObject {
  const json = encodeEvent(event);
  if (event.type === 'run-started') return json;
  return Object.fromEntries(Object.entries(json).filter(([name]) => name !== 'runId'));
}
