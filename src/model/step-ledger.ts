// What the steps of one host print and how each of them ends. Output comes in pieces, and is kept up to a cap.
import type { RunFact } from './events.ts';
import type { OutputStream, StepOutcome, StepResult } from './result.ts';

/** Characters of output that are kept of all steps of a host together. */
export const keptOutputLimit = 64 * 1024 * 1024;

interface StepState {
  id: string;
  outcome: StepOutcome;
  reason: string;
  seconds: number;
  stdout: string;
  stderr: string;
  cut?: readonly OutputStream[];
}

type StepFact = Extract<RunFact, { readonly index: number }>;

/** The steps of one host by their numbers, from 1; number 0 is what the driver itself prints. */
export class StepLedger {
  readonly #steps = new Map<number, StepState>();
  readonly #cap: number;
  /** Characters of all outputs together. */
  #kept = 0;

  /** `cap` is how many characters of each stream of a step are kept, its last ones. */
  constructor(cap: number) {
    this.#cap = cap;
  }

  take(fact: StepFact): void {
    const step = this.#step(fact.index);
    switch (fact.type) {
      case 'step-started':
        step.id = fact.step;
        return;
      case 'output':
        this.#keep(step, fact.stream, fact.text);
        return;
      case 'output-cut':
        noteCut(step, fact.stream);
        return;
      case 'step-finished': {
        const { step: id, outcome, reason, seconds } = fact;
        Object.assign(step, { id, outcome, reason, seconds });
        return;
      }
    }
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

  #keep(step: StepState, stream: OutputStream, text: string): void {
    this.#set(step, stream, step[stream] + text);
    if (step[stream].length > this.#cap) {
      this.#set(step, stream, step[stream].slice(-this.#cap));
      noteCut(step, stream);
    }
    this.#makeRoom();
  }

  #set(step: StepState, stream: OutputStream, text: string): void {
    this.#kept += text.length - step[stream].length;
    step[stream] = text;
  }

  /** Of too much output of all steps together the first goes: what came last says why something failed. */
  #makeRoom(): void {
    for (const step of this.#kept > keptOutputLimit ? this.#steps.values() : []) {
      for (const stream of ['stdout', 'stderr'] as const) {
        if (step[stream] === '') continue;
        this.#set(step, stream, '');
        noteCut(step, stream);
        if (this.#kept <= keptOutputLimit) return;
      }
    }
  }
}

function noteCut(step: StepState, stream: OutputStream): void {
  if (step.cut?.includes(stream) !== true) step.cut = [...(step.cut ?? []), stream];
}
