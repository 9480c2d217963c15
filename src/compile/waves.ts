// In which order an apply changes the hosts, and what stops it: the strategy of a playbook for the hosts selected.
import type { Inventory, InventoryHost } from '../inventory/index.ts';
import { didYouMean, UsageError } from '../model/index.ts';
import type { Playbook } from '../playbook/index.ts';
import { planWaves, type Strategy } from '../schedule/index.ts';
import type { PlanLimits, RunPlan } from './run-plan.ts';

interface Fleet {
  readonly playbook: Playbook;
  readonly inventory: Inventory;
  readonly hosts: readonly InventoryHost[];
}

/** Names of the hosts of each wave; none when the playbook has no waves. */
export function wavesOf({ playbook, hosts }: Fleet): RunPlan['waves'] {
  const { waves } = playbook.strategy;
  if (waves.length === 0) return [];
  const sizes = waves.map((wave) =>
    wave.kind === 'hosts' ? wave.count : Math.max(1, Math.floor((hosts.length * wave.percent) / 100)),
  );
  return planWaves(
    hosts.map(({ name }) => name),
    sizes,
  );
}

/** The keep-serving rule counts the whole group, whatever hosts are selected. Throws UsageError when there is no such group. */
export function limitsOf({ playbook, inventory }: Fleet): PlanLimits {
  const { budget, keepServing } = playbook.strategy;
  return {
    ...(budget === undefined ? {} : { failureBudget: budget.failures }),
    ...(keepServing === undefined
      ? {}
      : {
          keepServing: {
            hosts: keptGroup(keepServing.group ?? 'all', playbook, inventory),
            min: keepServing.min,
          },
        }),
  };
}

/** The hosts that a keep_serving rule is about. A group that is not there would protect nobody, silently. */
function keptGroup(name: string, playbook: Playbook, inventory: Inventory): readonly string[] {
  const group = inventory.groups.get(name);
  if (group !== undefined) return group;
  throw new UsageError('KEEP_SERVING_GROUP', `keep_serving of ${playbook.name} names the group '${name}'`, {
    hint:
      didYouMean(name, inventory.groups.keys()) ??
      `${inventory.file} has no such group: add it, or the rule protects no host`,
  });
}

/** In which order an apply of a plan changes its hosts. */
export function strategyOf({ waves, limits }: RunPlan, concurrency: number): Strategy {
  const { failureBudget, keepServing } = limits;
  return {
    concurrency,
    waves: waves.map((hosts) => hosts.length),
    failureBudget,
    keepServing:
      keepServing === undefined ? undefined : { hosts: new Set(keepServing.hosts), min: keepServing.min },
  };
}

/** No waves, no budget: only what changes hosts goes in waves. */
export function everyHostAtOnce(concurrency: number): Strategy {
  return { concurrency, waves: [], failureBudget: undefined, keepServing: undefined };
}
