// What a run asks of its hosts.
import type { HostLoad, SharedLoad } from '../compile/index.ts';
import type { RunSettings } from '../model/index.ts';
import type { Strategy } from '../schedule/index.ts';

/** A run before it begins. */
export interface FleetRequest {
  readonly action: RunSettings['action'];
  /** What the run is called, when it is not called as its action: a ping gathers facts. */
  readonly shownAs?: 'ping';
  readonly playbook: string;
  readonly hosts: readonly HostLoad[];
  /** Absent without a playbook. */
  readonly shared?: SharedLoad;
  /** False when the steps are not all of the playbook; default true. */
  readonly allSteps?: boolean;
  readonly strategy: Strategy;
  readonly settings?: Pick<RunSettings, 'targetRun' | 'force' | 'preview'> & {
    readonly allowIrreversible?: boolean;
  };
  /** exec only: the sh text. */
  readonly command?: string;
}
