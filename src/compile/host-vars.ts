// The vars of a fleet's hosts, as the inventory and the defaults have them, and as texts of sh.
import { isSecretSource, sortIssues, type VarValue } from '../document/index.ts';
import { ConfigError, type Issue, type Location } from '../model/index.ts';
import type { InventoryHost } from '../inventory/index.ts';
import { type Playbook, type ResolvedVar, resolveVars } from '../playbook/index.ts';

/** A host's vars, by name, as the inventory and the defaults have them. */
export type FleetVars = ReadonlyMap<string, ResolvedVar>;

/** Resolves the vars of all hosts. Throws ConfigError with the problems of every host at once, each said once. */
export function resolveFleetVars(
  playbook: Playbook,
  hosts: readonly InventoryHost[],
): ReadonlyMap<string, FleetVars> {
  const found: Issue[] = [];
  const varsByHost = new Map<string, FleetVars>();
  for (const host of hosts) {
    const { vars, issues } = resolveVars(playbook, host);
    found.push(...issues);
    varsByHost.set(host.name, vars);
  }
  refuseIssues(found);
  return varsByHost;
}

/** Throws ConfigError when there are issues; what many hosts have from one place in a file is said once. */
export function refuseIssues(issues: readonly Issue[]): void {
  const issuesByText = new Map(
    issues.map((issue) => [JSON.stringify([issue.location, issue.message]), issue]),
  );
  if (issuesByText.size > 0) throw new ConfigError(sortIssues([...issuesByText.values()]));
}

/** The vars of a host that are neither secret nor files, in sh's terms: lists are one entry a line, true is yes. */
export function plainVars(vars: FleetVars, given: ReadonlyMap<string, unknown>): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const [name, { value, secret }] of vars) {
    if (!secret && !isSecretSource(value) && !given.has(name)) texts.set(name, shellText(value));
  }
  return texts;
}

/** A value as the text that sh has. */
export function shellText(value: VarValue): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'object') return value.join('\n');
  return String(value);
}

/** The place that gives a host this value: in the inventory, or where the playbook declares the var. */
export function placeOf({ vars, directory }: Playbook, name: string, { from }: ResolvedVar): Location {
  if (from !== 'default') return from;
  return vars.get(name)?.from ?? { file: `${directory}/playbook.yaml`, line: 1, column: 1 };
}
