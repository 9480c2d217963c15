// All that happens in a run, in the order in which the controller saw it. What is not said here has not happened: results,
// reports and stores are made from events alone. `type` and fields are stable, text is not; docs/json.md has them all.
import type {
  Action,
  Ending,
  HostGroup,
  OtherRun,
  OutputStream,
  ProbeCheck,
  Proof,
  Receipt,
  ResourceResult,
  ServedSerial,
  StepCheck,
  StepResult,
} from './result.ts';

interface OfHost {
  readonly host: string;
}

/** A step of a host by its number, from 1, since what it prints may come before its id; 0 is the host's driver itself. */
interface OfStep extends OfHost {
  /** Its id; empty for a command of an exec, for the driver, and while it is not known. */
  readonly step: string;
  readonly index: number;
}

/** What a run is asked to do: its first event. */
export interface RunStarted {
  readonly type: 'run-started';
  readonly action: Action;
  /** Empty for verbs that need none. */
  readonly playbook: string;
  /** Every host that is asked for, in inventory order. */
  readonly hosts: readonly string[];
  /** Step ids in playbook order; empty for verbs that need none. */
  readonly steps: readonly string[];
  /** Characters of each stream of a step that are kept, its last ones. */
  readonly outputCap: number;
  /** plan: the waves in which an apply would work; absent when there are none. */
  readonly waves?: readonly (readonly string[])[];
  /** verify and compare: whose observations are compared with each other. */
  readonly groups?: readonly HostGroup[];
  /** rollback: it is only asked what would be undone. */
  readonly preview?: true;
  /** exec: what of the answers does not count when they are folded: a list of masks. */
  readonly mask?: string;
}

/** One thing that happened, before it is known when: see `RunEvent`. */
export type RunFact =
  | RunStarted
  /** The host's turn has come. */
  | ({
      readonly type: 'host-started';
      /** Its address, if that is not its name. */
      readonly address?: string;
    } & OfHost)
  | ({ readonly type: 'host-connected' } & OfHost)
  | ({ readonly type: 'fact'; readonly key: string; readonly value: string } & OfHost)
  | ({ readonly type: 'other-run'; readonly otherRun: OtherRun } & OfHost)
  /** rollback: what would be undone, or is. */
  | ({ readonly type: 'receipt'; readonly receipt: Receipt } & OfHost)
  | ({ readonly type: 'step-started' } & OfStep)
  | ({
      readonly type: 'output';
      readonly stream: OutputStream;
      /** Untrusted, already decoded and masked; escape before showing. */
      readonly text: string;
    } & OfStep)
  /** The host did not send all of what the step printed. */
  | ({ readonly type: 'output-cut'; readonly stream: OutputStream } & OfStep)
  | ({ readonly type: 'resource'; readonly result: ResourceResult } & OfHost)
  | ({ readonly type: 'check'; readonly result: StepCheck } & OfHost)
  | ({
      readonly type: 'observation';
      readonly step: string;
      readonly key: string;
      readonly value: string;
      /** What of the value does not count in a comparison: a list of masks; absent when all of it does. */
      readonly mask?: string;
    } & OfHost)
  | ({ readonly type: 'step-finished' } & OfStep & Pick<StepResult, 'outcome' | 'reason' | 'seconds'>)
  /** exec: the command's exit status. */
  | ({ readonly type: 'command-finished'; readonly status: number } & OfHost)
  | ({ readonly type: 'proof'; readonly proof: Proof } & OfHost)
  /** What the host's driver said of its end, or the link, or the scheduler of a host that did not begin. */
  | ({
      readonly type: 'host-ended';
      /** The driver was heard of: the host may be another one than before. */
      readonly begun: boolean;
      readonly connections: number;
      readonly execs: number;
    } & OfHost &
      Ending)
  /** The controller asks these hosts from outside. */
  | { readonly type: 'probes-started'; readonly hosts: readonly string[]; readonly questions: number }
  | ({
      readonly type: 'probe';
      readonly result: ProbeCheck;
      /** The serial that the host serves, when the zone is to have the same one on all hosts. */
      readonly serial?: Pick<ServedSerial, 'key' | 'serial'>;
    } & OfHost)
  /** The verdict on the host: all of its facts are in. */
  | ({ readonly type: 'host-finished' } & OfHost & Ending)
  | { readonly type: 'notice'; readonly message: string; readonly host?: string }
  /** The operator stopped the run. */
  | { readonly type: 'interrupted' }
  | { readonly type: 'run-finished' };

/** When something happened, and in which run. */
export interface Stamp {
  /** From 1, without gaps. */
  readonly sequence: number;
  /** By the controller's clock: ISO 8601, UTC, with milliseconds. */
  readonly time: string;
  readonly runId: string;
}

/** One thing that happened in a run. */
export type RunEvent = RunFact & Stamp;

/** Takes events; must not throw. */
export type EventListener = (event: RunEvent) => void;

/** Takes facts, which have no stamp yet; must not throw. */
export type FactListener = (fact: RunFact) => void;
