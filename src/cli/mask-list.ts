// Masks as they stand on a command line.
import { maskNames, readMasks } from '../compare/index.ts';
import { didYouMean, UsageError } from '../model/index.ts';

/** Throws UsageError for a list with a word that is no mask. */
export function refuseUnknownMasks(list: string): void {
  const { unknown } = readMasks(list);
  if (unknown.length === 0) return;
  throw new UsageError('MASK', `there is no mask ${unknown.join(', ')}`, {
    hint:
      didYouMean(unknown[0] ?? '', maskNames) ??
      'use host, address, pid, time, inode, serial, usual (all but serial), or a pattern with * or #',
  });
}
