// What one host's run works with, what can end it early, and what it gives.
import type { Ending, FactListener, HostJob, Secret } from '../model/index.ts';
import type { Transport } from '../transport/index.ts';

/** What a host's run has in its hands, beside the host's job. */
export interface HostTools {
  readonly transport: Transport;
  /** A job as the tar that the host unpacks; called when the host's turn comes, so that a big fleet does not hold them all. */
  readonly pack: (job: HostJob) => Promise<Uint8Array>;
  /** Forms of secrets to mask in whatever comes back. */
  readonly formsOf: (secrets: Iterable<string>) => readonly string[];
  /** What sudo, doas or su of the host asks for; undefined: it is to ask for nothing. */
  readonly becomePassword?: Secret;
  readonly signals: StopSignals;
  readonly emit: FactListener;
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
