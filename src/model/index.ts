// The vocabulary that all of muster shares: errors, names of hosts and the way to them, what a run says and what it is known to have done.
export {
  ConfigError,
  ConnectError,
  type FailureDetails,
  formatIssue,
  isMusterError,
  type Issue,
  type Location,
  MusterError,
  UsageError,
} from './errors.ts';
export type { EventListener, RunEvent } from './events.ts';
export type { HostConnection } from './host-connection.ts';
export type { HostJob, JobStep, RunSettings } from './host-job.ts';
export { expandHostNames, foldHostNames, hintForAddress, isAddress, isHostName } from './host-names.ts';
export type {
  Action,
  CheckResult,
  CommandResult,
  HostOutcome,
  HostResult,
  OtherRun,
  OutputStream,
  Proof,
  ResourceResult,
  RunResult,
  StepOutcome,
  StepResult,
} from './result.ts';
export { Secret } from './secret.ts';
export { unseen } from './unseen.ts';
