// What a run asks of each of its hosts.
import type { InventoryHost } from '../inventory/index.ts';
import type { Action } from '../model/index.ts';
import type { Strategy } from '../schedule/index.ts';
import type { BundleStep, RunSettings } from './bundle.ts';
import type { HostVars } from './host-vars.ts';

/** What goes to one host. */
export interface HostLoad {
  readonly host: InventoryHost;
  readonly vars: HostVars;
  /** Playbook files, with templates rendered for this host. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

export interface FleetRequest {
  readonly action: Exclude<Action, 'ping'>;
  /** What the run is called, when it is not called as its action: a ping gathers facts. */
  readonly shownAs?: Action;
  readonly playbook: string;
  readonly hosts: readonly HostLoad[];
  readonly steps: readonly BundleStep[];
  /** False when `steps` are not all of the playbook; true unless told. */
  readonly allSteps?: boolean;
  readonly strategy: Strategy;
  readonly settings?: Pick<RunSettings, 'targetRun' | 'force' | 'preview'> & {
    readonly allowIrreversible?: boolean;
  };
  /** exec only: the sh text. */
  readonly command?: string;
}

const noVars: HostVars = { plain: new Map(), secret: new Map(), files: new Map() };

/** A load with nothing but the runtime, for actions without a playbook. */
export function bareLoad(host: InventoryHost): HostLoad {
  return { host, vars: noVars, files: new Map() };
}
