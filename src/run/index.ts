// Running a task on hosts: the scheduler, one host's run, and the record of what is found out.
export { type FleetRun, followFleet, type FollowUp, type HostWork, type RunDeps } from './follow-fleet.ts';
export type { FleetHost } from './run-fleet.ts';
export { runFleet } from './run-fleet.ts';
export { runHost } from './run-host.ts';
export type { HostRun, HostTools, StopSignals } from './host-tools.ts';
export { RunRecord } from './record-run.ts';
export { maskWords } from './mask-words.ts';
export { secretForms, sharedForms } from './mask.ts';
