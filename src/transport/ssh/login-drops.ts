// Logins that a peer dropped before it let one in: an sshd does so when too many are in the making (MaxStartups).

/** Counts those that were tried again. */
export class LoginDrops {
  readonly #countsByHost = new Map<string, number>();

  add(host: string): void {
    this.#countsByHost.set(host, (this.#countsByHost.get(host) ?? 0) + 1);
  }

  /** How many for each host, those with the most first. */
  get counts(): ReadonlyMap<string, number> {
    return new Map([...this.#countsByHost].toSorted(([, a], [, b]) => b - a));
  }
}
