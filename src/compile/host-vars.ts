// A host's vars as the sh texts that the bundle carries: resolved, secrets read, templates rendered.
import type { SecretSource, VarValue } from '../document/index.ts';
import { isSecretSource, sortIssues } from '../document/index.ts';
import type { Issue } from '../model/index.ts';
import { ConfigError, MusterError } from '../model/index.ts';
import type { InventoryHost } from '../inventory/index.ts';
import type { Playbook, ResolvedVar } from '../playbook/index.ts';
import { checkVarValue, resolveVars } from '../playbook/index.ts';

/** A host's vars, by name, as the inventory and the defaults have them. */
export type FleetVars = ReadonlyMap<string, ResolvedVar>;

/** The files of vars of type files: var to name to content. */
export type FilesByVar = ReadonlyMap<string, ReadonlyMap<string, Uint8Array>>;

/** Everything a host's vars are worth, in sh's terms: lists are one entry a line, true is yes. */
export interface HostVars {
  readonly plain: ReadonlyMap<string, string>;
  readonly secret: ReadonlyMap<string, string>;
  /** The files of vars of type files. */
  readonly files: FilesByVar;
}

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

/** Reads the secrets and turns every value into sh text. */
export async function shellVars(
  playbook: Playbook,
  vars: FleetVars,
  files: FilesByVar,
  readSecret: (source: SecretSource) => Promise<string>,
): Promise<HostVars> {
  const plain = new Map<string, string>();
  const secret = new Map<string, string>();
  for (const [name, resolved] of vars) {
    if (files.has(name)) continue;
    const value = isSecretSource(resolved.value)
      ? await checkedSecret(name, resolved.value, playbook, readSecret)
      : shellText(resolved.value);
    (resolved.secret || isSecretSource(resolved.value) ? secret : plain).set(name, value);
  }
  return { plain, secret, files };
}

/** What a secret is can only be checked once it was read; its text is in no message. */
async function checkedSecret(
  name: string,
  source: SecretSource,
  playbook: Playbook,
  readSecret: (source: SecretSource) => Promise<string>,
): Promise<string> {
  const text = await readSecret(source);
  const declared = playbook.vars.get(name);
  if (text.includes('\0')) {
    throw new MusterError('VAR_NUL', `the secret for '${name}' holds a NUL byte, which no sh can keep`, {
      ...(declared === undefined ? {} : { location: declared.from }),
      hint: `it is read from a ${source.kind}: take a text, e.g. the data in base64, decoded in the step`,
    });
  }
  if (declared !== undefined && checkVarValue(declared, text) !== undefined) {
    throw new MusterError('VAR_TYPE', `the secret for '${name}' is not what the playbook allows`, {
      location: declared.from,
      hint: `it is read from a ${source.kind}; look at type, allowed and pattern of the var`,
    });
  }
  return text;
}

function shellText(value: VarValue): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'object') return value.join('\n');
  return String(value);
}
