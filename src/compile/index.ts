// From playbook, inventory and what a run asks for to a plan as a value, and from a plan to each host's job.
export { type Bundle, bundlePacker } from './packer.ts';
export { compile, type PlaybookTarget } from './compile.ts';
export { bareLoad } from './host-load.ts';
export { type FleetVars, refuseIssues, resolveFleetVars } from './host-vars.ts';
export { jobOf, nothingShared, type SharedLoad } from './job.ts';
export { planDifferences } from './plan-differences.ts';
export { type Reach, reachOf } from './reach.ts';
export type { HostLoad, PlannedSecret, RunPlan, SecretOrigin } from './run-plan.ts';
export {
  decodePlan,
  digestOf,
  encodePlan,
  isSavedPlan,
  type RecordedPlan,
  recordPlan,
  type SavedPlan,
  savePlan,
} from './saved-plan.ts';
export type { SourcePorts } from './source-ports.ts';
export { everyHostAtOnce, strategyOf } from './waves.ts';
