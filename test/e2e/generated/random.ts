// Chance that can be repeated: every decision of a configuration has a source of its own, so that leaving one feature out
// leaves the others as they were.

/** A source of chance. */
export interface Random {
  /** A whole number from `from` to `to`, both included. */
  int(from: number, to: number): number;
  /** True in this share of all cases, 0 to 1. */
  chance(share: number): boolean;
  /** One of the items, which must not be empty. */
  pick<Item>(items: readonly Item[]): Item;
}

/** The source of chance that `seed` gives to what `name` decides; equal arguments give equal sources. */
export function randomOf(seed: number, name: string): Random {
  let state = (2_166_136_261 ^ Math.imul(seed, 0x9e3779b1)) >>> 0;
  for (const character of name) state = Math.imul(state ^ character.charCodeAt(0), 16_777_619) >>> 0;
  // Mulberry32: small, and good enough to spread over a few choices.
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }
  function int(from: number, to: number): number {
    return from + Math.floor(next() * (to - from + 1));
  }
  return {
    int,
    chance: (share) => next() < share,
    pick: (items) => {
      const item = items[int(0, items.length - 1)];
      if (item === undefined) throw new Error(`nothing to pick from: ${name}`);
      return item;
    },
  };
}

/** A TSIG secret of 32 bytes. */
export function secretOf(random: Random): string {
  return Buffer.from(Array.from({ length: 32 }, () => random.int(0, 255))).toString('base64');
}
