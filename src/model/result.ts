// What a run is known to have done: plain values, complete for every host that was asked for. They are made from events
// alone, see reduce.ts.

/** What a run is called: the verb that was asked for. A ping runs as facts on the hosts. */
export const actions = ['plan', 'apply', 'verify', 'compare', 'rollback', 'facts', 'exec', 'ping'] as const;

/** One of these. */
export type Action = (typeof actions)[number];

/** Outcome of a step or a resource on a host. */
export type StepOutcome = 'ok' | 'changed' | 'failed' | 'skipped' | 'rolled-back';

/** Outcomes of a host in a run. `unknown` (we lost sight of it) is never folded into `ok`. */
export const hostOutcomes = [
  'ok',
  'changed',
  'failed',
  'skipped',
  'unreachable',
  'unknown',
  'rolled-back',
] as const;

/** One of `hostOutcomes`. */
export type HostOutcome = (typeof hostOutcomes)[number];

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

interface Check {
  readonly name: string;
  readonly holds: boolean;
  /** Empty when it holds; otherwise what was seen instead. */
  readonly message: string;
}

/** One expectation of a step's `verify`, asked on the host. */
export interface StepCheck extends Check {
  readonly kind: 'step';
  readonly step: string;
}

/** One question of a probe, asked by the controller from outside. */
export interface ProbeCheck extends Check {
  readonly kind: 'probe';
  /** The probe's id. */
  readonly probe: string;
}

export type CheckResult = StepCheck | ProbeCheck;

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

/** How a host's run ended, or what became of the host. */
export interface Ending {
  readonly outcome: HostOutcome;
  /** Why, when the outcome is failed, skipped, unreachable or unknown; empty otherwise. */
  readonly reason: string;
  /** What to do about it, when we know. */
  readonly hint?: string;
}

/** Everything known about one host after a run. What a verb does not ask for is empty. */
export interface HostResult extends Ending {
  readonly host: string;
  readonly steps: readonly StepResult[];
  readonly resources: readonly ResourceResult[];
  readonly checks: readonly CheckResult[];
  /** Key to value, as read on the host by `observe`. */
  readonly observations: ReadonlyMap<string, string>;
  /** Observation key to the masks of its value, a list of names and patterns; absent when no value has one. */
  readonly masks?: ReadonlyMap<string, string>;
  /** Its address; absent if that is its name or not known. */
  readonly address?: string;
  readonly facts: ReadonlyMap<string, string>;
  /** Absent when no other run has to do with what was seen here. */
  readonly otherRun?: OtherRun;
  /** How many SSH connections and execs this host cost. */
  readonly connections: number;
  readonly execs: number;
}

/** A host of an exec. */
export interface ExecHostResult extends HostResult {
  /** Absent when nothing was heard of the command. */
  readonly command?: CommandResult;
}

/** A host of a rollback. */
export interface RollbackHostResult extends HostResult {
  /** A preview: the run that would be undone; absent when there is none, or the host was not reached. */
  readonly receipt?: Receipt;
  /** Of so many touched paths, how many are proved to be as they were before the run. */
  readonly proof?: Proof;
}

/** The run that a rollback would undo, as the host reports it. */
export interface Receipt {
  readonly runId: string;
  readonly playbook: string;
  readonly operator: string;
  readonly started: string;
  readonly entries: number;
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

/** What one host serves as the serial of one zone. */
export interface ServedSerial {
  /** What the comparison is called, the same for every host that is to have the same serial. */
  readonly key: string;
  readonly host: string;
  readonly serial: number;
}

/** Hosts that are compared with each other. */
export interface HostGroup {
  readonly name: string;
  readonly hosts: readonly string[];
}

interface Run<A extends Action, H extends HostResult = HostResult> {
  readonly runId: string;
  readonly action: A;
  /** Playbook name; empty for verbs that need none. */
  readonly playbook: string;
  /** One entry for each host asked for, in inventory order. */
  readonly hosts: readonly H[];
  readonly interrupted: boolean;
  /** When it began and ended, by the controller's clock: ISO 8601, UTC, with milliseconds. */
  readonly started: string;
  /** Absent when its end is not known: the record of it breaks off. */
  readonly finished?: string;
}

/** What a comparison of the fleet is made of. */
interface Compared {
  /** The hosts within each are compared with each other. */
  readonly groups: readonly HostGroup[];
  readonly serials: readonly ServedSerial[];
}

/** `waves`: in which an apply would work, in order; empty when the playbook has none. */
export type PlanResult = Run<'plan'> & { readonly waves: readonly (readonly string[])[] };
export type ApplyResult = Run<'apply'>;
export type VerifyResult = Run<'verify'> & Compared;
export type CompareResult = Run<'compare'> & Compared;
/** `preview`: nothing was undone, it was only asked what would be. */
export type RollbackResult = Run<'rollback', RollbackHostResult> & { readonly preview: boolean };
/** `mask`: what of the answers does not count when they are folded; absent when all of it does. */
export type ExecResult = Run<'exec', ExecHostResult> & { readonly mask?: string };
export type FactsResult = Run<'facts'>;
export type PingResult = Run<'ping'>;

/** The result of one run over the fleet, by verb. */
export type RunResult =
  | PlanResult
  | ApplyResult
  | VerifyResult
  | CompareResult
  | RollbackResult
  | ExecResult
  | FactsResult
  | PingResult;

/** The result of a run of one verb. */
export type ResultOf<A extends Action> = Extract<RunResult, { readonly action: A }>;

/** The result as one of this verb. Throws Error when it is of another, which is a mistake of ours. */
export function resultOf<A extends Action>(result: RunResult, action: A): ResultOf<A> {
  if (isOf(result, action)) return result;
  throw new Error(`this is no result of ${action} but of ${result.action}`);
}

function isOf<A extends Action>(result: RunResult, action: A): result is ResultOf<A> {
  return result.action === action;
}
