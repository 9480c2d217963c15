// What the steps of one host's run print and how each of them ends. Output comes in pieces, and is kept up to a cap.
import type { OutputStream, StepOutcome, StepResult } from '../model/index.ts';
import { ByteDecoder, hostBounds } from '../protocol/index.ts';
import { type PrivateNames, StreamNames } from './private-names.ts';
import type { OutputMask, RemoteMask } from './remote-mask.ts';

const lastWordsLength = 1000;

interface StepState {
  id: string;
  outcome: StepOutcome;
  reason: string;
  seconds: number;
  stdout: string;
  stderr: string;
  cut?: readonly OutputStream[];
}

interface OutputState {
  readonly decoder: ByteDecoder;
  readonly mask: OutputMask;
  readonly names: StreamNames;
}

/** What a step printed, as it may be shown: without secrets, and without the run's private names. */
export type ShowOutput = (step: string, stream: OutputStream, text: string) => void;

/** The steps of one host by their numbers, from 1; number 0 is what the driver itself prints. */
export class StepRecords {
  readonly #steps = new Map<number, StepState>();
  readonly #outputs = new Map<string, OutputState>();
  readonly #mask: RemoteMask;
  readonly #cap: number;
  readonly #show: ShowOutput;
  #names: PrivateNames | undefined;
  #running = 0;
  /** Characters of all outputs together. */
  #kept = 0;

  /** `cap` is how many characters of each stream of a step are kept, its last ones. */
  constructor(mask: RemoteMask, cap: number, show: ShowOutput) {
    this.#mask = mask;
    this.#cap = cap;
    this.#show = show;
  }

  /** The id of the step that runs; empty before the first one. */
  get running(): string {
    return this.#steps.get(this.#running)?.id ?? '';
  }

  /** Takes the names that no text is to have from here on. */
  hide(names: PrivateNames | undefined): void {
    this.#names = names;
  }

  start(id: string, number: number): void {
    this.#running = number;
    this.#step(number).id = id;
  }

  /** The step that runs is over. */
  end(how: Pick<StepResult, 'id' | 'outcome' | 'reason' | 'seconds'>): void {
    Object.assign(this.#step(this.#running), how);
  }

  /** Takes bytes of a step's output; `log` is e.g. `003.err`. */
  output(log: string, bytes: Uint8Array): void {
    const { decoder, mask, names } = this.#output(log);
    this.#keep(log, names.push(mask.push(decoder.push(bytes)), this.#names));
  }

  /** Takes note that not all of an output log was sent. */
  cut(log: string): void {
    noteCut(this.#step(numberOf(log)), streamOf(log));
  }

  /** No more output comes: what was held back is shown. */
  flush(): void {
    for (const [log, { decoder, mask, names }] of this.#outputs) {
      const rest = mask.push(decoder.end()) + mask.flush();
      this.#keep(log, names.push(rest, this.#names) + names.flush(this.#names));
    }
  }

  /** The last line that the driver itself printed on its standard error. */
  get lastWords(): string {
    const words = this.#steps.get(0)?.stderr.slice(-lastWordsLength).trimEnd() ?? '';
    return words.slice(words.lastIndexOf('\n') + 1);
  }

  /** What the only step of an exec printed; undefined when nothing was heard of it. */
  get printed(): Pick<StepResult, 'stdout' | 'stderr' | 'cut'> | undefined {
    const first = this.#steps.get(1);
    if (first === undefined) return undefined;
    const { stdout, stderr, cut } = first;
    return { stdout, stderr, ...(cut === undefined ? {} : { cut }) };
  }

  /** The steps that were heard of, in the order in which they were. */
  results(): StepResult[] {
    return [...this.#steps].filter(([number]) => number > 0).map(([, step]) => ({ ...step }));
  }

  #step(number: number): StepState {
    const known = this.#steps.get(number);
    if (known !== undefined) return known;
    const fresh: StepState = {
      id: '',
      outcome: 'skipped',
      reason: 'it did not end',
      seconds: 0,
      stdout: '',
      stderr: '',
    };
    this.#steps.set(number, fresh);
    return fresh;
  }

  #output(log: string): OutputState {
    const known = this.#outputs.get(log);
    if (known !== undefined) return known;
    const fresh = { decoder: new ByteDecoder(), mask: this.#mask.stream(), names: new StreamNames() };
    this.#outputs.set(log, fresh);
    return fresh;
  }

  #keep(log: string, text: string): void {
    if (text === '') return;
    const stream = streamOf(log);
    const step = this.#step(numberOf(log));
    this.#set(step, stream, step[stream] + text);
    if (step[stream].length > this.#cap) {
      this.#set(step, stream, step[stream].slice(-this.#cap));
      noteCut(step, stream);
    }
    this.#makeRoom();
    this.#show(step.id, stream, text);
  }

  #set(step: StepState, stream: OutputStream, text: string): void {
    this.#kept += text.length - step[stream].length;
    step[stream] = text;
  }

  /** Of too much output of all steps together the first goes: what came last says why something failed. */
  #makeRoom(): void {
    for (const step of this.#kept > hostBounds.keptOutput.limit ? this.#steps.values() : []) {
      for (const stream of ['stdout', 'stderr'] as const) {
        if (step[stream] === '') continue;
        this.#set(step, stream, '');
        noteCut(step, stream);
        if (this.#kept <= hostBounds.keptOutput.limit) return;
      }
    }
  }
}

function numberOf(log: string): number {
  return Number.parseInt(log, 10);
}

function streamOf(log: string): OutputStream {
  return log.endsWith('.err') ? 'stderr' : 'stdout';
}

function noteCut(step: StepState, stream: OutputStream): void {
  if (step.cut?.includes(stream) !== true) step.cut = [...(step.cut ?? []), stream];
}
