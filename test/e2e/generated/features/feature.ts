// What a feature is.
import type { Draft } from '../draft.ts';
import type { Random } from '../random.ts';

/** One thing that a configuration may have. */
export interface Feature {
  /** Names the source of chance; what `without` leaves out. */
  readonly name: string;
  /** Adds itself to the draft, or not; gives what it added, in a few words, or several such. */
  add(draft: Draft, random: Random): string | readonly string[] | undefined;
}
