// The book of one run: whatever anybody finds out goes in here as a fact, is stamped, kept, and told. The verdicts on steps
// and hosts are spoken here too, by the reducer's judgement.
import {
  type EventListener,
  type RunFact,
  type RunEvent,
  type RunResult,
  RunReducer,
} from '../model/index.ts';
import type { HostRun } from './host-tools.ts';

/** What a record is of. */
export interface RecordOptions {
  readonly runId: string;
  /** The time now. */
  readonly clock: () => Date;
  /** Hosts on which more is to be found out when their own runs are over: see `finishHeld`. */
  readonly held?: ReadonlySet<string>;
}

/** One run in progress. */
export class RunRecord {
  readonly #options: RecordOptions;
  readonly #listener: EventListener;
  readonly #reducer = new RunReducer();
  readonly #held = new Set<string>();
  #sequence = 0;

  constructor(options: RecordOptions, listener: EventListener) {
    this.#options = options;
    this.#listener = listener;
  }

  /** Takes one fact. The first one is `run-started`. */
  readonly take = (fact: RunFact): void => {
    this.#stamp(fact.type === 'step-finished' ? { ...fact, outcome: this.#stepOutcome(fact) } : fact);
    if (fact.type !== 'host-ended') return;
    // Nobody asks a host from outside that was left out.
    if (fact.outcome !== 'skipped' && this.#options.held?.has(fact.host) === true) this.#held.add(fact.host);
    else this.#finish(fact.host);
  };

  /** All is known of the hosts that were held. */
  finishHeld(): void {
    for (const host of this.#held) this.#finish(host);
    this.#held.clear();
  }

  /** How a host stands, by all that is known now. */
  standing(host: string): HostRun {
    const ledger = this.#reducer.host(host);
    return { ...ledger.verdict(), ...(ledger.isUntouched ? { isUntouched: true } : {}) };
  }

  /** What the run is known to have done. */
  result(): RunResult {
    return this.#reducer.result();
  }

  #stepOutcome({ host, step, outcome }: Extract<RunFact, { type: 'step-finished' }>): typeof outcome {
    return this.#reducer.host(host).stepOutcome(step, outcome);
  }

  #finish(host: string): void {
    this.#stamp({ type: 'host-finished', host, ...this.#reducer.host(host).verdict() });
  }

  #stamp(fact: RunFact): void {
    this.#sequence += 1;
    const { runId, clock } = this.#options;
    const stamp = { sequence: this.#sequence, time: clock().toISOString(), runId };
    const event: RunEvent = { ...fact, ...stamp };
    this.#reducer.take(event);
    this.#listener(event);
  }
}
