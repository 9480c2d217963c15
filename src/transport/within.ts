// Waiting for something that may never happen.
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * What `event` gives, or undefined if it does not happen within `ms` milliseconds. The wait does not keep the process alive. Throws what
 * `event` throws.
 */
export async function within<T>(ms: number, event: Promise<T>): Promise<T | undefined> {
  return await Promise.race([event, sleep(ms, undefined, { ref: false })]);
}
