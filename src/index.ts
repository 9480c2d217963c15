// The public library: what the command line does, as functions over values. Everything else is internal.
export { apply, compare, compile, exec, facts, ping, plan, rollback, verify } from './actions/index.ts';
export type {
  ActionDeps,
  CompareRun,
  FleetRun,
  PlaybookTarget,
  RollbackOptions,
  RunPlan,
  SourcePorts,
  VerifyRun,
} from './actions/index.ts';
export { decodePlan, encodePlan, planDifferences, recordPlan, savePlan } from './compile/index.ts';
export type { HostLoad, PlannedSecret, RecordedPlan, SavedPlan, SecretOrigin } from './compile/index.ts';
export {
  changesBetween,
  changesSince,
  clusterAlike,
  compareFleet,
  comparisonOf,
  findingsOf,
  foldAnswers,
  foldByEquality,
  foldMasked,
  readMasks,
  selfOf,
  sightingsOf,
  verdict,
  verdictOfChanges,
  verdictOfComparison,
} from './compare/index.ts';
export type {
  AnswerFold,
  Change,
  ChangeOptions,
  Divergence,
  FleetComparison,
  Fold,
  MaskedFold,
  Reference,
  RunChanges,
  Sighting,
  Verdict,
} from './compare/index.ts';
export { readGivenFiles, readInventory, readPlaybookTree, readSecret } from './sources/index.ts';
export { ConfigError, ConnectError, isMusterError, MusterError, Secret, UsageError } from './model/index.ts';
export type { Issue, Location, RunFindings } from './model/index.ts';
export type { EventListener, RunEvent } from './model/index.ts';
export {
  decodeEvent,
  decodeResult,
  encodeEvent,
  encodeResult,
  exitCodes,
  RecordReader,
  RecordWriter,
  reduce,
  RunReducer,
} from './model/index.ts';
export { parseInventory, selectHosts } from './inventory/index.ts';
export type { Inventory, InventoryHost } from './inventory/index.ts';
export { parsePlaybook } from './playbook/index.ts';
export type { Playbook, PlaybookTree } from './playbook/index.ts';
export type {
  Action,
  CheckResult,
  CompareResult,
  ExecResult,
  HostOutcome,
  HostResult,
  OtherRun,
  PlanResult,
  ResourceResult,
  RollbackResult,
  RunResult,
  StepResult,
  VerifyResult,
} from './model/index.ts';
export type { StopSignals } from './run/index.ts';
export { localTransport, sshTransport } from './transport/index.ts';
export type { HostConnection, Transport } from './transport/index.ts';
