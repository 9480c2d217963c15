// Serials of zones across the hosts that serve them. They count in a circle (RFC 1982): 4294967295 is one behind 0.
import { foldByEquality } from './fold.ts';
import { groupBy, type NonEmpty } from './group-by.ts';
import { compareKey, type KeyComparison } from './observations.ts';
import type { ServedSerial } from '../model/index.ts';

const circle = 2 ** 32;

/**
 * A comparison for each key, over all hosts that serve it. Values are the serials, with how far they are behind the
 * newest one: `7`, `5 (2 behind)`. A host that gave two serials stands at both.
 */
export function compareSerials(served: readonly ServedSerial[]): readonly KeyComparison[] {
  return groupBy(served, ({ key }) => key).map((entries) => {
    const newest = newestOf(entries);
    const once = groupBy(entries, ({ host, serial }) => `${serial} ${host}`).map(([first]) => first);
    const values = once.map(({ host, serial }) => ({ host, value: serialText(serial, newest) }));
    return compareKey('all', entries[0].key, foldByEquality(values));
  });
}

/**
 * How many steps a serial is behind another: 0 when equal, negative when ahead, undefined when they are half a circle
 * apart, where RFC 1982 has no order.
 */
export function behindBy(serial: number, other: number): number | undefined {
  const steps = (other - serial + circle) % circle;
  if (steps === circle / 2) return undefined;
  return steps < circle / 2 ? steps : steps - circle;
}

/** The serial that no other one is ahead of; undefined when they chase each other round the circle. */
function newestOf(entries: NonEmpty<ServedSerial>): number | undefined {
  return entries.find(({ serial }) => entries.every((other) => (behindBy(other.serial, serial) ?? -1) >= 0))
    ?.serial;
}

function serialText(serial: number, newest: number | undefined): string {
  const behind = newest === undefined ? 0 : behindBy(serial, newest);
  return behind === undefined || behind === 0 ? `${serial}` : `${serial} (${behind} behind)`;
}
