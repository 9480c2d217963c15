// The face of compare: folding by equality, majority and outliers, plans and failures of a fleet.
export { type Fold, type HostValue, foldByEquality } from './fold.ts';
export { foldMasked, type MaskedFold, type MaskedValue } from './masked-fold.ts';
export { maskNames, readMasks, type Self, selfOf } from './masks.ts';
export { type AnswerFold, type AnsweringHost, foldAnswers } from './answers.ts';
export { type Cluster, clusterAlike } from './cluster.ts';
export {
  type Change,
  type ChangeOptions,
  changesBetween,
  type RunChanges,
  type RunName,
  type SayingKind,
} from './changes.ts';
export { findingsOf, type Sighting, sightingsOf } from './sightings.ts';
export {
  type CompareOptions,
  type Divergence,
  type FleetComparison,
  type KeyComparison,
  type Reference,
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
export { comparisonOf, type ComparisonView, divergencesOf } from './of-run.ts';
export { type Verdict, verdict, verdictOfChanges, verdictOfComparison } from './verdict.ts';
export { groupBy } from './group-by.ts';
