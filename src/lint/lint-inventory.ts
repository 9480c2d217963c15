// An inventory: everything its parser says, and its vars against the playbooks that are linted with it.
import { isSecretSource, type SourceFile, type VarBinding } from '../document/index.ts';
import { type Inventory, parseInventory } from '../inventory/index.ts';
import { ConfigError, didYouMean, type Issue } from '../model/index.ts';
import { checkVarValue, probeVars, type VarDeclaration } from '../playbook/index.ts';
import type { Finding } from './finding.ts';
import { findingOf } from './finding.ts';

/** Vars of the playbooks that are linted too; a name without details is declared by a broken one. */
type DeclaredVars = readonly ReadonlyMap<string, VarDeclaration | undefined>[];

/** Lints an inventory. */
export function lintInventory(source: SourceFile, declared: DeclaredVars): Finding[] {
  let inventory: Inventory;
  try {
    inventory = parseInventory(source);
  } catch (error) {
    if (error instanceof ConfigError) return error.issues.map(findingOf);
    throw error;
  }
  if (declared.length === 0) return [];
  const bindings = new Map<string, readonly [string, VarBinding]>();
  for (const { vars } of inventory.hosts.values()) {
    for (const [name, binding] of vars) {
      bindings.set(`${name} ${binding.from.line} ${binding.from.column}`, [name, binding]);
    }
  }
  return [...bindings.values()].flatMap(([name, binding]) => judge(name, binding, declared));
}

function judge(name: string, { value, from, written }: VarBinding, declared: DeclaredVars): Finding[] {
  const declaring = declared.filter((vars) => vars.has(name));
  if (declaring.length === 0) {
    if (probeVars.some((read) => read === name)) return [];
    const message = `none of the linted playbooks declares var "${name}"`;
    const hint =
      didYouMean(
        name,
        declared.flatMap((vars) => [...vars.keys()]),
      ) ?? 'name its playbook on the command line too, or remove it';
    return [{ severity: 'warning', code: 'INVENTORY_VAR_UNUSED', message, location: from, hint }];
  }
  if (isSecretSource(value)) return [];
  // One playbook's int may be another one's text: wrong is only what fits none of them.
  const problems = declaring.map((vars) => {
    const declaration = vars.get(name);
    return declaration === undefined ? undefined : checkVarValue(declaration, value, written);
  });
  const [problem] = problems;
  if (problem === undefined || problems.includes(undefined)) return [];
  const message = `var "${name}": ${problem.message}`;
  const issue: Issue = { code: 'VAR_TYPE', ...problem, message, location: from };
  return [findingOf(issue)];
}
