import type { LabHost } from './lab.ts';
import type { HostStart } from './lab-start.ts';

/** A host that is a container. */
export interface ContainerHost extends LabHost {
  readonly containerId: string;
  /** With what it was started, to be started once more. */
  readonly start: HostStart;
}
