// The face of compare: folding by equality, majority and outliers, plans and failures of a fleet.
export { type Fold, type HostValue, foldByEquality } from './fold.ts';
export {
  type CompareOptions,
  type Divergence,
  type FleetComparison,
  type KeyComparison,
  compareFleet,
} from './observations.ts';
export type { ChangeDifference } from './change-lines.ts';
export { type DiffOptions, diffLines } from './diff-lines.ts';
export { changesSince } from './planned-changes.ts';
export {
  type HostPlan,
  type PlanDifference,
  type PlanFold,
  type PlanGroup,
  type PlannedStep,
  changingSteps,
  foldPlans,
} from './plans.ts';
export type { AlikeFold } from './alike.ts';
export { type Failure, type Loss, failuresOf, foldFailures, foldLosses } from './failures.ts';
export { compareSerials } from './serials.ts';
export { comparisonOf, divergencesOf } from './of-run.ts';
export { type Verdict, verdict } from './verdict.ts';
export { groupBy } from './group-by.ts';
