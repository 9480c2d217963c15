// From a playbook and hosts to a request: vars, steps and strategy, checked whole before any host is touched.
import type { BundleStep } from './bundle.ts';
import { UsageError } from '../model/index.ts';
import type { Inventory, InventoryHost } from '../inventory/index.ts';
import type { Playbook, StepSelection } from '../playbook/index.ts';
import { selectSteps } from '../playbook/index.ts';
import { planWaves, type Strategy } from '../schedule/index.ts';
import { collectGivenFiles } from './given-files.ts';
import { resolveFleetVars, shellVars } from './host-vars.ts';
import type { FleetRequest } from './request.ts';
import type { SourcePorts } from './source-ports.ts';
import { renderTemplates } from './templates.ts';

export interface PlaybookTarget {
  readonly playbook: Playbook;
  readonly inventory: Inventory;
  /** The hosts selected, in inventory order. */
  readonly hosts: readonly InventoryHost[];
  readonly selection: StepSelection;
}

/** Compiles the request for an action that runs a playbook. Throws ConfigError or UsageError, nothing touched. */
export async function playbookRequest(
  action: 'plan' | 'apply' | 'verify' | 'compare',
  target: PlaybookTarget,
  deps: SourcePorts & { readonly concurrency: number },
): Promise<FleetRequest> {
  const { playbook, hosts } = target;
  const varsByHost = resolveFleetVars(playbook, hosts);
  const steps = selectSteps(playbook, target.selection);
  const filesByHost = await collectGivenFiles(playbook, varsByHost, deps.readFiles);
  const loads = [];
  for (const host of hosts) {
    const declared = varsByHost.get(host.name) ?? new Map<string, never>();
    const files = filesByHost.get(host.name) ?? new Map<string, never>();
    const vars = await shellVars(playbook, declared, files, deps.readSecret);
    loads.push({ host, vars, files: renderTemplates(playbook, host.name, vars) });
  }
  return {
    action,
    playbook: playbook.name,
    hosts: loads,
    steps: steps.map(bundleStep),
    allSteps: steps.length === playbook.steps.length,
    strategy: strategyOf(action, target, deps.concurrency),
  };
}

function bundleStep(step: Playbook['steps'][number]): BundleStep {
  return {
    id: step.id,
    script: step.script,
    timeoutSeconds: Math.ceil(step.timeoutMs / 1000),
    retries: step.retries,
  };
}

/** Only what changes hosts goes in waves; the keep-serving rule counts the whole group, whatever --limit says. */
function strategyOf(
  action: 'plan' | 'apply' | 'verify' | 'compare' | 'rollback',
  target: Pick<PlaybookTarget, 'playbook' | 'inventory' | 'hosts'>,
  concurrency: number,
): Strategy {
  if (action === 'plan' || action === 'verify' || action === 'compare') return everyHostAtOnce(concurrency);
  const { waves, budget, keepServing } = target.playbook.strategy;
  const group = keepServing === undefined ? [] : keptGroup(keepServing.group ?? 'all', target);
  return {
    concurrency,
    waves: waves.map((wave) =>
      wave.kind === 'hosts'
        ? wave.count
        : Math.max(1, Math.floor((target.hosts.length * wave.percent) / 100)),
    ),
    failureBudget: budget?.failures,
    keepServing: keepServing === undefined ? undefined : { hosts: new Set(group), min: keepServing.min },
  };
}

/** In which waves an apply would go over the hosts; empty when the playbook has none. */
export function wavesOf(target: PlaybookTarget): readonly (readonly string[])[] {
  const { waves } = strategyOf('apply', target, 1);
  return waves.length === 0
    ? []
    : planWaves(
        target.hosts.map(({ name }) => name),
        waves,
      );
}

/** The hosts that a keep_serving rule is about. A group that is not there would protect nobody, silently. */
function keptGroup(
  name: string,
  { playbook, inventory }: Pick<PlaybookTarget, 'playbook' | 'inventory'>,
): readonly string[] {
  const group = inventory.groups.get(name);
  if (group !== undefined) return group;
  throw new UsageError('KEEP_SERVING_GROUP', `keep_serving of ${playbook.name} names the group '${name}'`, {
    hint: `${inventory.file} has no such group: add it, so that the rule protects somebody`,
  });
}

/** No waves, no budget. */
export function everyHostAtOnce(concurrency: number): Strategy {
  return { concurrency, waves: [], failureBudget: undefined, keepServing: undefined };
}
