// Running a task on hosts: the scheduler, one host's run, and the collecting of what hosts say.
export { followFleet, type FleetRun } from './follow-fleet.ts';
export type { FleetHost } from './run-fleet.ts';
export { runFleet } from './run-fleet.ts';
export { runHost } from './run-host.ts';
export type { HostRun, HostTools, StopSignals } from './host-task.ts';
export type { ReceiptInfo } from './collect.ts';
export { secretForms, sharedForms } from './mask.ts';
