// The stream that a run emits while it goes on. Reporters subscribe; `type` and fields are stable, text is not.
import type { Action, CheckResult, HostOutcome, HostResult, ResourceResult, StepOutcome } from './result.ts';

interface HostEvent {
  readonly host: string;
}

/** One thing that happened in a run, in the order the controller saw it. */
export type RunEvent =
  | {
      readonly type: 'run-started';
      readonly runId: string;
      readonly action: Action;
      readonly playbook: string;
      readonly hosts: readonly string[];
      /** Step ids in playbook order; empty for exec and ping. */
      readonly steps: readonly string[];
    }
  | ({ readonly type: 'host-started' } & HostEvent)
  | ({ readonly type: 'host-connected' } & HostEvent)
  | ({ readonly type: 'fact'; readonly key: string; readonly value: string } & HostEvent)
  | ({ readonly type: 'step-started'; readonly step: string } & HostEvent)
  | ({ readonly type: 'resource'; readonly result: ResourceResult } & HostEvent)
  | ({ readonly type: 'check'; readonly result: CheckResult } & HostEvent)
  | ({
      readonly type: 'observation';
      readonly step: string;
      readonly key: string;
      readonly value: string;
    } & HostEvent)
  | ({
      readonly type: 'output';
      readonly step: string;
      readonly stream: 'stdout' | 'stderr';
      /** Untrusted, already decoded and masked; escape before showing. */
      readonly text: string;
    } & HostEvent)
  | ({
      readonly type: 'step-finished';
      readonly step: string;
      readonly outcome: StepOutcome;
      readonly reason: string;
    } & HostEvent)
  | ({
      readonly type: 'host-finished';
      readonly outcome: HostOutcome;
      readonly reason: string;
      readonly result: HostResult;
    } & HostEvent)
  | { readonly type: 'notice'; readonly message: string; readonly host?: string }
  | { readonly type: 'run-finished'; readonly runId: string };

/** Takes events; must not throw. */
export type EventListener = (event: RunEvent) => void;
