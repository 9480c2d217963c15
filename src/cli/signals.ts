// What Ctrl-C means: first stop at the next step boundary, then end the running steps, then let go.
import type { StopSignals } from '../run/index.ts';

export interface OperatorSignals extends StopSignals {
  /** Stops listening; the process ends by itself again. */
  release(): void;
}

/** Listens to SIGINT and SIGTERM. `say` tells the operator what the signal did. */
export function listenToOperator(say: (text: string) => void): OperatorSignals {
  const [stop, cancel, abandon] = [new AbortController(), new AbortController(), new AbortController()];
  const onSignal = (): void => {
    if (!stop.signal.aborted) {
      say(
        'stopping: no new hosts are started, and hosts stop at their next step. Press again to end the running steps.',
      );
      stop.abort();
    } else if (!cancel.signal.aborted) {
      say('ending the running steps. Press again to leave the hosts (their journals record what was done).');
      cancel.abort();
    } else {
      abandon.abort();
    }
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    stop: stop.signal,
    cancel: cancel.signal,
    abandon: abandon.signal,
    release: () => {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}
