// Which hosts are next, as values: a schedule, what became of a host, and who may start now.
import type { Strategy } from './strategy.ts';
import { planWaves } from './waves.ts';

/** A run over a fleet, as far as it has come. */
export interface Schedule {
  readonly strategy: Strategy;
  /** Hosts that have not begun, wave by wave; the first wave is the one in work, and empty when all of it began. */
  readonly waiting: readonly (readonly string[])[];
  readonly atWork: ReadonlySet<string>;
  /** Hosts that were lost so far, and those of them that are under the keep-serving rule. */
  readonly lost: number;
  readonly outOfService: number;
}

/** The hosts that start now, and those that never will. Nothing follows if no host is at work in `schedule`. */
export interface Turn {
  readonly schedule: Schedule;
  readonly start: readonly string[];
  readonly skip: readonly { readonly host: string; readonly reason: string }[];
}

/** The schedule before anything has begun. Names of hosts are unique. */
export function beginSchedule(hosts: readonly string[], strategy: Strategy): Schedule {
  const waiting = planWaves(hosts, strategy.waves);
  return { strategy, waiting, atWork: new Set(), lost: 0, outOfService: 0 };
}

/** Takes a host from work. It is lost when it failed in mid-run or went out of sight: then it does not serve any more. */
export function hostEnded(schedule: Schedule, host: string, isLost: boolean): Schedule {
  const atWork = new Set(schedule.atWork);
  atWork.delete(host);
  const isKept = schedule.strategy.keepServing?.hosts.has(host) === true;
  return {
    ...schedule,
    atWork,
    lost: schedule.lost + (isLost ? 1 : 0),
    outOfService: schedule.outOfService + (isLost && isKept ? 1 : 0),
  };
}

/** What to do now; `isStopped` when no further host is to begin. A later wave is looked at once nobody is at work. */
export function nextHosts(schedule: Schedule, isStopped: boolean): Turn {
  const skip: { host: string; reason: string }[] = [];
  for (const [index, wave] of schedule.waiting.entries()) {
    const atWork = new Set(schedule.atWork);
    const left: string[] = [];
    for (const host of wave) {
      const reason = whyNever(schedule, host, isStopped);
      if (reason !== undefined) skip.push({ host, reason });
      else if (hasRoom(schedule, atWork, host)) atWork.add(host);
      else left.push(host);
    }
    if (atWork.size === 0) continue;
    const waiting = [left, ...schedule.waiting.slice(index + 1)];
    const start = [...atWork].filter((host) => !schedule.atWork.has(host));
    return { schedule: { ...schedule, waiting, atWork }, start, skip };
  }
  return { schedule: { ...schedule, waiting: [] }, start: [], skip };
}

/** What keeps a host from ever beginning; undefined when it only has to wait for its turn. */
function whyNever(schedule: Schedule, host: string, isStopped: boolean): string | undefined {
  const { keepServing, failureBudget } = schedule.strategy;
  if (keepServing?.hosts.has(host) === true && schedule.outOfService >= mostAway(keepServing))
    return `keep_serving: ${keepServing.min} hosts of the group must stay untouched`;
  if (isStopped) return 'the run was interrupted before this host was started';
  if (failureBudget !== undefined && schedule.lost > failureBudget)
    return `${schedule.lost} hosts failed, and the budget is ${failureBudget}`;
  return undefined;
}

function hasRoom({ strategy, outOfService }: Schedule, atWork: ReadonlySet<string>, host: string): boolean {
  const { concurrency, keepServing } = strategy;
  if (atWork.size >= Math.max(1, concurrency)) return false;
  if (keepServing?.hosts.has(host) !== true) return true;
  const keptAtWork = [...atWork].filter((each) => keepServing.hosts.has(each)).length;
  return keptAtWork + outOfService < mostAway(keepServing);
}

/** How many hosts of the kept group may be in work or lost at a time. */
function mostAway({ hosts, min }: NonNullable<Strategy['keepServing']>): number {
  return hosts.size - min;
}
