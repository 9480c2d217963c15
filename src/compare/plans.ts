// Plans of many hosts in one picture: equal plans folded, the biggest group in full, the others by how they differ.
// Equal are plans that change the same, whatever stands around the changes in the files of each host.
import type { HostResult, ResourceResult, StepResult } from '../model/index.ts';
import { type ChangeDifference, changeOf, differenceOfChanges, sharedDiff } from './change-lines.ts';
import { type Fold, canonical, foldByEquality } from './fold.ts';
import { groupBy } from './group-by.ts';

/** What a plan says about one step on one host. */
export interface PlannedStep {
  readonly id: string;
  /** Why the step is skipped; undefined when it is not. */
  readonly skipped: string | undefined;
  readonly resources: readonly ResourceResult[];
}

/** The steps of a host's plan, in order. */
export type HostPlan = readonly PlannedStep[];

/** One line in which a plan differs from the reference plan. */
export interface PlanDifference {
  readonly step: string;
  /** `also`: only here; `not`: only in the reference; `instead`: in both, but it says something else here. */
  readonly kind: 'also' | 'not' | 'instead';
  /** The resource as it is here, or for `not` as it is in the reference; undefined when the whole step differs. */
  readonly resource: ResourceResult | undefined;
  /** Why the step is skipped here; undefined when it is not. */
  readonly skipped: string | undefined;
  /** `instead` only: how the diff differs from the reference's; absent when the two are better read apart. */
  readonly change?: ChangeDifference;
}

export interface PlanGroup {
  readonly hosts: readonly string[];
  /** The first host's, without the parts of its diffs that are not so on all hosts of the group. */
  readonly plan: HostPlan;
  /** Against the first group; empty for the first group itself. */
  readonly differences: readonly PlanDifference[];
}

export interface PlanFold {
  /** Biggest group first; only hosts that could be planned to the end. */
  readonly groups: readonly PlanGroup[];
  /** Hosts without a whole plan: failed, skipped, unreachable or unknown. */
  readonly unplanned: readonly HostResult[];
}

/** Folds hosts by equal plans; the biggest group is the reference that the other groups are described against. */
export function foldPlans(hosts: readonly HostResult[]): PlanFold {
  const isPlanned = (host: HostResult): boolean => host.outcome === 'ok' || host.outcome === 'changed';
  const plans = new Map(hosts.filter(isPlanned).map((host) => [host.host, planOf(host)]));
  const folds = foldByEquality(
    [...plans].map(([host, value]) => ({ host, value })),
    (plan) => canonical(plan.map((step) => ({ ...step, resources: step.resources.map(essence) }))),
  ).map((fold) => ({ ...fold, value: sharedPlan(fold, plans) }));
  const reference = folds[0];
  return {
    groups: folds.map((fold) => toGroup(fold, reference)),
    unplanned: hosts.filter((host) => !isPlanned(host)),
  };
}

/** The steps of a host that would change something. */
export function changingSteps(plan: HostPlan): readonly PlannedStep[] {
  return plan.filter((step) => step.resources.some(({ status }) => status !== 'ok'));
}

function toGroup(fold: Fold<HostPlan>, reference: Fold<HostPlan> | undefined): PlanGroup {
  const differences =
    reference === undefined || fold === reference ? [] : differencesOf(fold.value, reference.value);
  return { hosts: fold.hosts, plan: fold.value, differences };
}

/** A resource as far as it makes plans equal. */
function essence(resource: ResourceResult): unknown {
  return { ...resource, diff: changeOf(resource.diff) };
}

/** The plan of a fold's first host with diffs that are true of every host in it. */
function sharedPlan(fold: Fold<HostPlan>, plans: ReadonlyMap<string, HostPlan>): HostPlan {
  const stepsByHost = fold.hosts.map((host) => plans.get(host) ?? []);
  return fold.value.map((step, at) => ({
    ...step,
    resources: step.resources.map((resource, turn) => ({
      ...resource,
      diff: sharedDiff(stepsByHost.map((plan) => plan[at]?.resources[turn]?.diff ?? [])),
    })),
  }));
}

function planOf(host: HostResult): HostPlan {
  const resources = new Map(groupBy(host.resources, ({ step }) => step).map((all) => [all[0].step, all]));
  return host.steps.map((step: StepResult) => ({
    id: step.id,
    skipped: step.outcome === 'skipped' ? step.reason : undefined,
    resources: resources.get(step.id) ?? [],
  }));
}

function differencesOf(plan: HostPlan, reference: HostPlan): PlanDifference[] {
  const ids = new Set([...plan, ...reference].map(({ id }) => id));
  return [...ids].flatMap((id) =>
    stepDifferences(
      id,
      plan.find((step) => step.id === id),
      reference.find((step) => step.id === id),
    ),
  );
}

function stepDifferences(
  step: string,
  here: PlannedStep | undefined,
  there: PlannedStep | undefined,
): PlanDifference[] {
  const skipped = here?.skipped;
  if (here === undefined) return [{ step, kind: 'not', resource: undefined, skipped }];
  if (there === undefined && here.resources.length === 0)
    return [{ step, kind: 'also', resource: undefined, skipped }];
  if (skipped !== undefined || there?.skipped !== undefined) {
    const own = here.resources.map((resource) => ({ step, kind: 'also' as const, resource, skipped }));
    if (skipped === there?.skipped) return own;
    return [{ step, kind: 'instead', resource: undefined, skipped }, ...own];
  }
  return resourceDifferences(step, here.resources, there?.resources ?? []);
}

function resourceDifferences(
  step: string,
  here: readonly ResourceResult[],
  there: readonly ResourceResult[],
): PlanDifference[] {
  const ours = byName(here);
  const theirs = byName(there);
  const own = [...ours].flatMap(([name, resource]): PlanDifference[] => {
    const other = theirs.get(name);
    if (other === undefined) return [{ step, kind: 'also', resource, skipped: undefined }];
    if (canonical(essence(other)) === canonical(essence(resource))) return [];
    const change = differenceOfChanges(resource.diff, other.diff);
    const difference = { step, kind: 'instead', resource, skipped: undefined } as const;
    return [change === undefined ? difference : { ...difference, change }];
  });
  const gone = [...theirs].filter(([name]) => !ours.has(name));
  return [
    ...own,
    ...gone.map(([, resource]) => ({ step, kind: 'not' as const, resource, skipped: undefined })),
  ];
}

/** Resources by what they are about; the same one used twice in a step is distinguished by its turn. */
function byName(resources: readonly ResourceResult[]): Map<string, ResourceResult> {
  const named = new Map<string, ResourceResult>();
  const turns = new Map<string, number>();
  for (const resource of resources) {
    const name = canonical([resource.resource, resource.target]);
    const turn = (turns.get(name) ?? 0) + 1;
    turns.set(name, turn);
    named.set(`${turn} ${name}`, resource);
  }
  return named;
}
