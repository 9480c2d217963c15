// How far the driver has come, by its events: a look at the host takes no time, a step and a wait for another run do.
import type { HostLine } from '../protocol/index.ts';
import type { Action } from '../model/index.ts';

/** The stage of one host's driver. */
export class DriverStage {
  /** Before the first step the driver only looks around. exec and rollback gather no facts. */
  #looksAround: boolean;
  /** It looks on while another run is at work; the next event says that this is over. */
  #waits = false;
  #lastFact = '';

  constructor(action: Action) {
    this.#looksAround = action !== 'exec' && action !== 'rollback';
  }

  /** Takes note of an event. */
  line(line: HostLine): void {
    this.#waits = line.kind === 'wait';
    if (line.kind === 'fact') this.#lastFact = line.key;
    if (line.kind === 'step' || line.kind === 'fin') this.#looksAround = false;
  }

  /** Whether the follower's `beat` is a sign of the run: no look takes long, so a driver that hangs in one is silent. */
  get mayTakeLong(): boolean {
    return this.#waits || !this.#looksAround;
  }

  /** What the driver found out last, when it came no further than that; untrusted, empty for nothing. */
  get lastFact(): string {
    return this.#looksAround ? this.#lastFact : '';
  }
}
