// When a login may begin: only so many are in the making at once, and fewer of them at one address, where an sshd counts them.
import pLimit from 'p-limit';
import type { LimitFunction } from 'p-limit';
import type { Destination } from './destination.ts';

// OpenSSH drops from ten on (MaxStartups 10:30:100), and others than this run may be logging in, too.
const atOneAddress = 8;

/** The turns of one run. */
export class LoginTurns {
  readonly #all: LimitFunction;
  readonly #byAddress = new Map<string, LimitFunction>();

  constructor(limit: number) {
    this.#all = pLimit(limit);
  }

  /** Does it when it is the host's turn. A login that waits at one address takes no turn from the others. */
  take<T>(host: Destination, work: () => T | Promise<T>): Promise<T> {
    return this.#at(host)(() => this.#all(work));
  }

  #at({ address, route }: Destination): LimitFunction {
    // A private address is another host's behind another jump host.
    const key = `${route.kind === 'jump' ? route.hop.name : ''} ${address}`;
    const turns = this.#byAddress.get(key) ?? pLimit(atOneAddress);
    this.#byAddress.set(key, turns);
    return turns;
  }
}
