// What a run is known to have done: plain values, complete for every host that was asked for.
// ARCHITECTURE.md has the words.

/** What a run is called: the verb that was asked for. A ping runs as facts on the hosts, and a compare as a verify. */
export type Action = 'plan' | 'apply' | 'verify' | 'compare' | 'rollback' | 'facts' | 'exec' | 'ping';

/** Outcome of a step or a resource on a host. */
export type StepOutcome = 'ok' | 'changed' | 'failed' | 'skipped' | 'rolled-back';

/** Outcome of a host in a run. `unknown` (we lost sight of it) is never folded into `ok`. */
export type HostOutcome = 'ok' | 'changed' | 'failed' | 'skipped' | 'unreachable' | 'unknown' | 'rolled-back';

/** What one resource said in one run on one host. */
export interface ResourceResult {
  readonly step: string;
  /** Resource name, e.g. `rc_conf`. */
  readonly resource: string;
  readonly target: string;
  /**
   * plan and verify: `ok` or `change`; apply: `ok`, `changed` or `failed`;
   * rollback: `undone`, `kept` (already as before), `conflict` or `failed`.
   */
  readonly status: 'ok' | 'change' | 'changed' | 'failed' | 'undone' | 'kept' | 'conflict';
  /** Why, in words for a person. */
  readonly reason: string;
  /** Lines of a unified diff, without line ends; empty when there is none. */
  readonly diff: readonly string[];
  readonly irreversible: boolean;
  /** Plan: the step on which it depends what changes here, which cannot be known before; absent when it is known. */
  readonly after?: string;
}

/** One expectation of a step's `verify`, or one probe. */
export interface CheckResult {
  /** The step's id, or `probe ID` (with a space, which no step has) for what the controller asked from outside. */
  readonly step: string;
  readonly name: string;
  readonly holds: boolean;
  /** Empty when it holds; otherwise what was seen instead. */
  readonly message: string;
}

/** What a command prints to. */
export type OutputStream = 'stdout' | 'stderr';

export interface StepResult {
  readonly id: string;
  readonly outcome: StepOutcome;
  /** Why it failed or was skipped; empty otherwise. */
  readonly reason: string;
  /** What the step's commands printed, up to the cap. Untrusted. A byte that is no UTF-8 is a lone U+DC80 to U+DCFF. */
  readonly stdout: string;
  readonly stderr: string;
  /** Streams of which more was printed than is here; absent when all is. */
  readonly cut?: readonly OutputStream[];
  /** Whole seconds on the host's clock. */
  readonly seconds: number;
}

/** Another run on the same host, as a run that looks at it or begins on it finds it. */
export interface OtherRun {
  /**
   * `at-work`: it changes the host right now; `was-at-work`: it came and went while we looked. What we saw is a snapshot
   * in both cases. `died`: it is the newest one that changed something, and never came to its end.
   */
  readonly state: 'at-work' | 'was-at-work' | 'died';
  readonly runId: string;
  /** `apply` or `rollback`; empty where an older muster did not say. */
  readonly action: string;
  readonly playbook: string;
  readonly operator: string;
  /** When it began there, by the host's clock, e.g. `2026-11-28T05:00:00Z`. */
  readonly since: string;
}

/** Everything known about one host after a run. */
export interface HostResult {
  readonly host: string;
  readonly outcome: HostOutcome;
  /** Why, when the outcome is failed, skipped, unreachable or unknown; empty otherwise. */
  readonly reason: string;
  /** What to do about it, when we know. */
  readonly hint?: string;
  readonly steps: readonly StepResult[];
  readonly resources: readonly ResourceResult[];
  readonly checks: readonly CheckResult[];
  /** Key to value, as read on the host by `observe`. */
  readonly observations: ReadonlyMap<string, string>;
  readonly facts: ReadonlyMap<string, string>;
  /** Absent when no other run has to do with what was seen here. */
  readonly otherRun?: OtherRun;
  /** How many SSH connections and execs this host cost. */
  readonly connections: number;
  readonly execs: number;
  /** `rollback` only: of so many touched paths, how many are proved to be as they were before the run. */
  readonly proof?: Proof;
  /** `exec` only: the command's exit status and output. */
  readonly command?: CommandResult;
}

/** Paths with the fingerprint (type, mode, owner, group, content or link target) that they had before a run. */
export interface Proof {
  readonly same: number;
  readonly paths: number;
}

export interface CommandResult {
  /** Null when the command was ended by a signal or the status never arrived. */
  readonly status: number | null;
  /** Up to the cap; bytes that are no UTF-8 as in `StepResult`. */
  readonly stdout: string;
  readonly stderr: string;
  /** Streams of which more was printed than is here; absent when all is. */
  readonly cut?: readonly OutputStream[];
}

/** The result of one run over the fleet: one entry for each host asked for, in inventory order. */
export interface RunResult {
  readonly runId: string;
  readonly action: Action;
  /** Playbook name, or empty for exec and ping. */
  readonly playbook: string;
  readonly hosts: readonly HostResult[];
  readonly interrupted: boolean;
}
