// One file per verb; each reads like a recipe and returns a value.
export { apply } from './apply.ts';
export { exec, facts, ping } from './ask.ts';
export { compare } from './compare.ts';
export type { CompareRun } from './compare.ts';
export type { ActionDeps } from './deps.ts';
export type { FleetRun } from '../run/index.ts';
export { lint } from './lint.ts';
export type { LintTargets } from './lint.ts';
export { plan } from './plan.ts';
export { compile } from '../compile/index.ts';
export type { PlaybookTarget, RunPlan, SourcePorts } from '../compile/index.ts';
export { type Reach, reachOf } from '../compile/index.ts';
export { rollback } from './rollback.ts';
export type { RollbackOptions } from './rollback.ts';
export { verify } from './verify.ts';
export type { VerifyRun } from './verify.ts';
