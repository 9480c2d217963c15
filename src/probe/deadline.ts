// Waiting for the first of: what is hoped for, the end of the time, the operator's stop.
import { type Silence, stopped } from './server.ts';

/** Resolves with what `begin` settles on, with `onTimeout()` when the time is over, or with `stopped`. */
export async function withDeadline<T>(
  options: { readonly timeoutMs: number; readonly signal: AbortSignal | undefined },
  onTimeout: () => T,
  begin: (settle: (value: T) => void) => void,
): Promise<T | Silence> {
  const { timeoutMs } = options;
  if (options.signal?.aborted === true) return stopped;
  // A signal of its own for each wait: Node warns of more than ten listeners on one, and a fleet has hundreds.
  const signal = options.signal === undefined ? undefined : AbortSignal.any([options.signal]);
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  try {
    return await new Promise<T | Silence>((resolve) => {
      timer = setTimeout(() => {
        resolve(onTimeout());
      }, timeoutMs);
      onAbort = () => {
        resolve(stopped);
      };
      signal?.addEventListener('abort', onAbort);
      begin(resolve);
    });
  } finally {
    clearTimeout(timer);
    if (onAbort !== undefined) signal?.removeEventListener('abort', onAbort);
  }
}
