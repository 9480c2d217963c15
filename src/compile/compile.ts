// The compile stage: from a playbook, an inventory and what a command line asks for to a plan as a value.
import type { Inventory, InventoryHost } from '../inventory/index.ts';
import { ConfigError, type Issue, isMusterError, type JobStep } from '../model/index.ts';
import { type Playbook, selectSteps, type StepSelection } from '../playbook/index.ts';
import { refuseLongPath } from './ustar.ts';
import { sha256 } from './fingerprint.ts';
import { collectGivenFiles } from './given-files.ts';
import { plainVars, refuseIssues, resolveFleetVars } from './host-vars.ts';
import { loadOf, runtimeDigest, type SharedParts } from './host-load.ts';
import { readSecrets } from './read-secrets.ts';
import { type HostLoad, type PlannedFile, planVersion, type RunPlan } from './run-plan.ts';
import { refuseShadows } from './refuse-shadows.ts';
import type { SourcePorts } from './source-ports.ts';
import { limitsOf, wavesOf } from './waves.ts';

/** What is asked for: a playbook on hosts of an inventory. */
export interface PlaybookTarget {
  readonly playbook: Playbook;
  readonly inventory: Inventory;
  /** The hosts selected, in inventory order. */
  readonly hosts: readonly InventoryHost[];
  /** The pattern that selected them; undefined: all. */
  readonly limit?: string;
  readonly selection: StepSelection;
}

/**
 * Compiles the plan of a playbook. Every source is read once, and a run of the plan reads none again. `salt` is random text
 * for the fingerprints of its secrets: the same sources and the same salt give the same plan. Throws ConfigError with all
 * that is wrong, or UsageError; no host was touched then.
 */
export async function compile(target: PlaybookTarget, ports: SourcePorts, salt: string): Promise<RunPlan> {
  const { playbook, inventory, limit, selection } = target;
  refuseShadows(playbook);
  const varsByHost = resolveFleetVars(playbook, target.hosts);
  const steps = selectSteps(playbook, selection);
  const [waves, limits] = [wavesOf(target), limitsOf(target)];
  const { byHost, contents } = await collectGivenFiles(playbook, varsByHost, ports.readFiles);
  const secrets = await readSecrets(playbook, varsByHost, ports.readSecret, salt);
  const shared: SharedParts = {
    playbook: playbook.name,
    from: {
      inventory: inventory.file,
      playbook: playbook.directory,
      ...(limit === undefined ? {} : { limit }),
      selection,
    },
    runtime: runtimeDigest(),
    files: plannedFiles(playbook),
    steps: steps.map(jobStep),
    allSteps: steps.length === playbook.steps.length,
  };
  const issues: Issue[] = [];
  const hosts = target.hosts.map(({ name, connection }) => {
    const given = byHost.get(name) ?? new Map<string, never>();
    const vars = plainVars(varsByHost.get(name) ?? new Map<string, never>(), given);
    return loadOf({ name, connection, vars, given }, secrets.get(name) ?? new Map(), shared, issues);
  });
  refuseIssues(issues);
  const plan: Omit<RunPlan, 'digest'> = {
    version: planVersion,
    ...shared,
    salt,
    waves,
    limits,
    contents,
    hosts,
  };
  return { ...plan, digest: planDigest(plan) };
}

/** Throws ConfigError for a file whose path cannot travel. */
function plannedFiles({ directory, files }: Playbook): RunPlan['files'] {
  const planned = new Map<string, PlannedFile>();
  const issues: Issue[] = [];
  for (const [path, { bytes }] of files) {
    planned.set(path, { bytes, digest: sha256(bytes) });
    try {
      refuseLongPath(`playbook/${path}`);
    } catch (error) {
      if (!isMusterError(error)) throw error;
      const { code, message, hint = '' } = error;
      issues.push({ code, message, hint, location: { file: `${directory}/${path}`, line: 1, column: 1 } });
    }
  }
  if (issues.length > 0) throw new ConfigError(issues);
  return planned;
}

function jobStep({ id, script, timeoutMs, retries }: Playbook['steps'][number]): JobStep {
  return { id, script, timeoutSeconds: Math.ceil(timeoutMs / 1000), retries };
}

function planDigest(plan: Omit<RunPlan, 'digest'>): string {
  const { version, playbook, from, salt, runtime, steps, allSteps, waves, limits } = plan;
  const files = [...plan.files].map(([path, { digest }]) => [path, digest]);
  const hosts = plan.hosts.map(({ name, digest }: HostLoad) => [name, digest]);
  const whole = [version, playbook, from, salt, runtime, files, steps, allSteps, waves, limits, hosts];
  return sha256(JSON.stringify(whole));
}
