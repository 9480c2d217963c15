// The vars of a playbook for one host: what the inventory says, else the default.
import { isSecretSource, type VarBinding, type VarValue } from '../document/index.ts';
import type { Issue } from '../model/index.ts';
import { checkVarValue, isTextual } from './check-var-value.ts';
import type { Playbook, ResolvedVar, ResolvedVars, VarDeclaration } from './model.ts';

/** A host with what the inventory gives it. */
export interface BoundHost {
  readonly name: string;
  readonly vars: ReadonlyMap<string, VarBinding>;
}

/**
 * Gives every declared var a value; vars of the inventory that the playbook does not declare are left out. A var that
 * has neither value nor default, and need not have one, is empty (`''`, or an empty list; no files). Issues point at the
 * inventory, or at the declaration when a required var is missing. Secrets that must still be read are checked later,
 * with `checkVarValue`.
 */
export function resolveVars(playbook: Playbook, host: BoundHost): ResolvedVars {
  const vars = new Map<string, ResolvedVar>();
  const issues: Issue[] = [];
  for (const [name, declared] of playbook.vars) {
    const binding = host.vars.get(name);
    const issue =
      binding === undefined ? checkMissing(playbook, declared, host) : checkBinding(declared, binding);
    if (issue !== undefined) issues.push(issue);
    else vars.set(name, binding === undefined ? defaultOf(declared) : bound(declared, binding));
  }
  return { vars, issues };
}

function bound({ secret }: VarDeclaration, { value, from }: VarBinding): ResolvedVar {
  return { value, secret: secret || isSecretSource(value), from };
}

function defaultOf(declared: VarDeclaration): ResolvedVar {
  const empty: VarValue = declared.type === 'list' || declared.type === 'files' ? [] : '';
  return { value: declared.default ?? empty, secret: declared.secret, from: 'default' };
}

function checkMissing(
  playbook: Playbook,
  { name, required, from }: VarDeclaration,
  host: BoundHost,
): Issue | undefined {
  if (!required) return undefined;
  return {
    code: 'VAR_MISSING',
    message: `host ${host.name} has no value for var "${name}", which playbook ${playbook.name} requires`,
    location: from,
    hint: `set ${name} under vars in the inventory: at the top, in a group or at the host`,
  };
}

function checkBinding(declared: VarDeclaration, { value, from, written }: VarBinding): Issue | undefined {
  const { name, type } = declared;
  if (isSecretSource(value)) {
    if (isTextual(type) && type !== 'list') return undefined;
    const message = `var "${name}" is of type ${type}, but a secret (from_${value.kind}) is a text`;
    return { code: 'VAR_TYPE', message, location: from };
  }
  const problem = checkVarValue(declared, value, written);
  if (problem === undefined) return undefined;
  return { code: 'VAR_TYPE', ...problem, message: `var "${name}": ${problem.message}`, location: from };
}
