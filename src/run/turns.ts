// How much work hosts get out of one turn of the event loop. This process has one thread: whatever a host says is worked
// off in pieces, and between them everybody else has a turn, so no host can make the others' links or timers wait.

/** Bytes or characters that are worked off in one turn, of all hosts together: a few milliseconds even of the slowest kind. */
export const turnWork = 32 * 1024;
/** The biggest piece of work that is done at once. */
export const pieceSize = 8 * 1024;

/** Shares out turns, in the order in which they were asked for. */
export class Turns {
  #spent = 0;
  #isScheduled = false;
  #waiting: (() => void)[] = [];
  readonly #nextTurn: (begin: () => void) => void;

  /** `nextTurn` calls back in another turn of the event loop. */
  constructor(nextTurn: (begin: () => void) => void = setImmediate) {
    this.#nextTurn = nextTurn;
  }

  /** Resolves when this much work may be done; `work` is at most a turn's. */
  async take(work: number): Promise<void> {
    while (this.#spent > 0 && this.#spent + work > turnWork) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
        this.#begin();
      });
    }
    this.#spent += work;
    this.#begin();
  }

  #begin(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#nextTurn(() => {
      this.#isScheduled = false;
      this.#spent = 0;
      for (const resolve of this.#waiting.splice(0)) resolve();
    });
  }
}

/** There is one event loop, so there is one of these for all hosts of all runs. */
export const turns = new Turns();
