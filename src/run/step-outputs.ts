// What the steps of one host's run print, as it may be shown: decoded, without secrets and without the run's private names.
import type { OutputStream } from '../model/index.ts';
import { ByteDecoder } from '../model/index.ts';
import { type PrivateNames, StreamNames } from './private-names.ts';
import type { OutputMask, RemoteMask } from './remote-mask.ts';

const lastWordsLength = 1000;

interface OutputState {
  readonly decoder: ByteDecoder;
  readonly mask: OutputMask;
  readonly names: StreamNames;
}

/** The source of a text: a step (0 is the driver itself), and the stream that it was printed to. */
export interface OutputPlace {
  readonly step: string;
  readonly index: number;
  readonly stream: OutputStream;
}

/** The outputs of one host, each a stream of its own; and which step runs, by its number. */
export class StepOutputs {
  readonly #ids = new Map<number, string>();
  readonly #outputs = new Map<string, OutputState>();
  readonly #mask: RemoteMask;
  readonly #show: (place: OutputPlace, text: string) => void;
  #names: PrivateNames | undefined;
  #running = 0;
  /** The end of what the driver printed on its standard error. */
  #driverSaid = '';

  constructor(mask: RemoteMask, show: (place: OutputPlace, text: string) => void) {
    this.#mask = mask;
    this.#show = show;
  }

  /** The step that runs; its id is empty before the first one. */
  get running(): { readonly step: string; readonly index: number } {
    return { step: this.#ids.get(this.#running) ?? '', index: this.#running };
  }

  /** Takes the names that no text is to have from here on. */
  hide(names: PrivateNames | undefined): void {
    this.#names = names;
  }

  start(step: string, index: number): void {
    this.#running = index;
    this.#ids.set(index, step);
  }

  /** The step that runs is over, and is called so. */
  end(step: string): void {
    this.#ids.set(this.#running, step);
  }

  /** The source of a log; its name is e.g. `003.err`. */
  placeOf(log: string): OutputPlace {
    const index = Number.parseInt(log, 10);
    const stream = log.endsWith('.err') ? 'stderr' : 'stdout';
    return { step: this.#ids.get(index) ?? '', index, stream };
  }

  /** Takes bytes of a step's output. */
  output(log: string, bytes: Uint8Array): void {
    const { decoder, mask, names } = this.#output(log);
    this.#tell(log, names.push(mask.push(decoder.push(bytes)), this.#names));
  }

  /** No more output comes: what was held back is shown. */
  flush(): void {
    for (const [log, { decoder, mask, names }] of this.#outputs) {
      const rest = mask.push(decoder.end()) + mask.flush();
      this.#tell(log, names.push(rest, this.#names) + names.flush(this.#names));
    }
  }

  /** The last line that the driver itself printed on its standard error. */
  get lastWords(): string {
    const words = this.#driverSaid.trimEnd();
    return words.slice(words.lastIndexOf('\n') + 1);
  }

  #output(log: string): OutputState {
    const known = this.#outputs.get(log);
    if (known !== undefined) return known;
    const fresh = { decoder: new ByteDecoder(), mask: this.#mask.stream(), names: new StreamNames() };
    this.#outputs.set(log, fresh);
    return fresh;
  }

  #tell(log: string, text: string): void {
    if (text === '') return;
    const place = this.placeOf(log);
    if (place.index === 0 && place.stream === 'stderr')
      this.#driverSaid = (this.#driverSaid + text).slice(-lastWordsLength);
    this.#show(place, text);
  }
}
