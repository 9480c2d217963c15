// What one host's run gets, what can end it early, and what it gives.
import type { Action, Ending } from '../model/index.ts';
import type { HostConnection } from '../transport/index.ts';

/** What one host is to be sent. */
export interface HostTask {
  readonly host: string;
  readonly connection: HostConnection;
  readonly action: Action;
  /** Random per run and host; marks the frames that are the driver's. */
  readonly nonce: string;
  /** The bundle, made when the host's turn comes, so that a big fleet does not hold them all. */
  readonly bundle: () => Promise<Uint8Array>;
  /** Forms of secrets to mask in whatever comes back. */
  readonly secretForms: readonly string[];
  readonly outputCap: number;
}

/** How an operator ends a run, each step harder than the one before. */
export interface StopSignals {
  /** No new hosts; running hosts stop at the next step boundary. */
  readonly stop: AbortSignal;
  /** Running steps are ended on the hosts. */
  readonly cancel: AbortSignal;
  /** Connections are dropped; what a host does then is `unknown`. */
  readonly abandon: AbortSignal;
}

/** What became of a host, as the scheduler has to know it. */
export interface HostRun extends Ending {
  /** It failed before anything was begun on the host, which is as it was and does what it did. */
  readonly isUntouched?: true;
}
