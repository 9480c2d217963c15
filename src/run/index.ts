// Running a task on hosts: the scheduler, one host's run, and the collecting of what hosts say.
export { planWaves, runFleet } from './run-fleet.ts';
export type { FleetHost, Strategy } from './run-fleet.ts';
export { runHost } from './run-host.ts';
export type { HostRun, HostTask, StopSignals } from './host-task.ts';
export type { ReceiptInfo } from './collect.ts';
export { secretForms, sharedForms } from './mask.ts';
