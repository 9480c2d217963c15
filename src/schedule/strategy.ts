// What decides which hosts are worked on at the same time.

/** How many hosts at a time, in which order, and when to stop starting more. */
export interface Strategy {
  /** Hosts worked on at the same time. */
  readonly concurrency: number;
  /** Sizes of the waves, the last one repeated; empty means one wave of all. A wave starts when the one before ended. */
  readonly waves: readonly number[];
  /** No further host starts when more than this many failed in mid-run or were lost from sight; undefined: never stop. */
  readonly failureBudget: number | undefined;
  /** Of these hosts, so many must be neither in work nor failed at any time. */
  readonly keepServing: { readonly hosts: ReadonlySet<string>; readonly min: number } | undefined;
}
