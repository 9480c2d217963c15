// What keeps the history of runs: the port. The embedded adapter is file-history.ts; one for a database that many
// controllers share has the tables of tables.ts and one more, for the events.
import {
  type EventListener,
  MusterError,
  type RunFindings,
  type RunOrigin,
  type RunResult,
  type RunSummary,
} from '../model/index.ts';

/** Which runs are wanted; what is absent does not matter. */
export interface RunQuery {
  readonly action?: string;
  readonly playbook?: string;
  /** Runs that began then or later: ISO 8601, UTC, with milliseconds. */
  readonly since?: string;
  /** Only runs that did not end well: any exit code but 0. */
  readonly failed?: boolean;
}

/** Which runs stay. The newest good run of each verb and playbook always does, and so does one that is at work. */
export interface Retention {
  readonly keepRuns: number;
  readonly keepDays: number;
}

/** One run that is being recorded. */
export interface RunRecorder {
  /** Takes each event as it happens. Never throws: what cannot be kept is said once, and the run goes on. */
  readonly take: EventListener;
  /** The run is over, and this is what it came to. */
  end(result: RunResult): Promise<void>;
}

/** What is found in a history. */
export interface RunList {
  /** The newest first. */
  readonly runs: readonly RunSummary[];
  /** Runs that are there and cannot be read, with the reason. */
  readonly unreadable: ReadonlyMap<string, string>;
}

/** A run as it is shown. */
export interface StoredRun {
  readonly summary: RunSummary;
  /** What its events come to. */
  readonly result: RunResult;
}

/** A run as far as it is known now. */
export interface RunView extends StoredRun {
  /** While the run goes on: another number when more of it is known. */
  readonly version: number;
  /** While it goes on: hosts whose verdict was not spoken. In the result they are `unknown`. */
  readonly open: readonly string[];
}

/** Follows one run. */
export interface RunFollower {
  /** What is known now; of a run that goes on, only what is new is read. Throws StoreError. */
  look(): Promise<RunView>;
}

/** A run that is kept under a name. */
export interface Baseline {
  readonly name: string;
  /** What it came to; undefined when that cannot be read. */
  readonly summary: RunSummary | undefined;
}

/** Runs that are kept under a name until they are dropped, whatever becomes of the history. */
export interface Baselines {
  /** Keeps a run that ended. Throws UsageError for a name that is taken or none, StoreError. */
  save(name: string, runId: string): Promise<void>;
  /** Sorted by name. Throws StoreError. */
  list(): Promise<readonly Baseline[]>;
  /** Throws UsageError for one that is not there, StoreError. */
  read(name: string): Promise<StoredRun>;
  /** Throws as `read`. */
  drop(name: string): Promise<void>;
}

/** A history of runs. */
export interface History {
  /** Its place, for messages. */
  readonly place: string;
  readonly baselines: Baselines;
  /** Begins to record what comes; nothing is kept before its first event. */
  record(origin: RunOrigin): RunRecorder;
  /** Throws StoreError. */
  list(query: RunQuery): Promise<RunList>;
  /** Ids of all runs, the oldest first. Throws StoreError. */
  ids(): Promise<readonly string[]>;
  /** Reads a run; the listener gets its events. Throws StoreError. */
  read(runId: string, listener?: EventListener): Promise<StoredRun>;
  /** Follows a run; one that ended is read as a whole. */
  follow(runId: string): RunFollower;
  /**
   * What the verifies and compares of a playbook found, the oldest first: of those that began by then and were recorded to
   * their end. Throws StoreError.
   */
  findings(playbook: string, until: string): Promise<readonly RunFindings[]>;
  /** Runs that never ended and were not reported yet; they count as reported then. Throws StoreError. */
  takeNeverEnded(): Promise<readonly RunSummary[]>;
  /** Removes what is beyond the policy, unless it is only asked for; gives the ids. Throws StoreError. */
  prune(retention: Retention, now: Date, isPreview?: boolean): Promise<readonly string[]>;
}

/** The history, or a run in it, cannot be read or written. */
export class StoreError extends MusterError {}
