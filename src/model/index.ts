// The vocabulary that all of muster shares: errors, names of hosts and the way to them, what a run says and what it is known to have done.
export { decodeEvent, decodeResult } from './codec.ts';
export { encodeEvent, encodeResult } from './encode.ts';
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
export { didYouMean } from './nearest.ts';
export { resultJsonSchema } from './result-json-schema.ts';
export { ByteDecoder, decodeBytes } from './byte-text.ts';
export { bytesOf } from './host-bytes.ts';
export type { EventListener, FactListener, RunEvent, RunFact, RunStarted } from './events.ts';
export type { AnyHostResult } from './host-ledger.ts';
export type { JsonObject, JsonValue } from './json.ts';
export { type ReadRecord, readRecord, RecordReader } from './record-reader.ts';
export {
  findingsSchema,
  type Found,
  type OriginFile,
  originSchema,
  type RunFindings,
  type RunOrigin,
  type RunState,
  type RunSummary,
  summarySchema,
} from './run-summary.ts';
export { linesOf } from './record-lines.ts';
export { type LineListener, RecordWriter } from './record-writer.ts';
export { reduce, RunReducer } from './reduce.ts';
export { exitCodes } from './exit-codes.ts';
export { actions, hostOutcomes } from './result.ts';
export type { HostConnection } from './host-connection.ts';
export type { HostJob, JobStep, RunSettings } from './host-job.ts';
export { expandHostNames, foldHostNames, hintForAddress, isAddress, isHostName } from './host-names.ts';
export type {
  Action,
  ApplyResult,
  CheckResult,
  CommandResult,
  CompareResult,
  Ending,
  ExecHostResult,
  ExecResult,
  FactsResult,
  HostGroup,
  HostOutcome,
  HostResult,
  OtherRun,
  OutputStream,
  PingResult,
  PlanResult,
  ProbeCheck,
  Proof,
  Receipt,
  ResourceResult,
  ResultOf,
  RollbackHostResult,
  RollbackResult,
  RunResult,
  ServedSerial,
  StepCheck,
  StepOutcome,
  StepResult,
  VerifyResult,
} from './result.ts';
export { Secret } from './secret.ts';
export { resultOf } from './result.ts';
export { keptOutputLimit } from './step-ledger.ts';
export { unseen } from './unseen.ts';
