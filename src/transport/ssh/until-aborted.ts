// Work for a host that is over at once when nobody wants the host any more.
import type { HostConnection } from '../port.ts';
import { calledOffError } from './connect-errors.ts';

/** What `work` gives, or ConnectError SSH_ABORTED as soon as the signal fires; the work itself goes on. */
export function untilAborted<T>(host: HostConnection, signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      reject(calledOffError(host));
    };
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', onAbort);
    });
  });
}
