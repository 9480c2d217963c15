// What an inventory and a playbook make the controller itself do, for hosts: run programs, read variables of its
// environment and files. Nothing is run or read here; who asks may then show it, before any of it happens.
import { isSecretSource, type SecretSource, type VarValue } from '../document/index.ts';
import type { Location } from '../model/index.ts';
import type { Inventory } from '../inventory/index.ts';
import type { Playbook } from '../playbook/index.ts';
import { resolveVars } from '../playbook/index.ts';

/** One thing that the controller does to get the value of a var. */
export type Reach = {
  readonly var: string;
  /** Where it is said. */
  readonly from: Location;
} & (SecretSource | { readonly kind: 'given-file'; readonly path: string });

/**
 * Everything that an inventory makes the controller do, whatever hosts are selected; with a playbook also the files that
 * its vars name, there or by default. Each thing once for each place that says it, in the order of the hosts.
 */
export function reachOf({ hosts }: Pick<Inventory, 'hosts'>, playbook?: Playbook): readonly Reach[] {
  const found = new Map<string, Reach>();
  const add = (reach: Reach): void => {
    found.set(JSON.stringify([reach.from, reach]), reach);
  };
  for (const host of hosts.values()) {
    for (const [name, { value, from }] of host.vars) {
      if (isSecretSource(value)) add({ var: name, from, ...value });
    }
    if (playbook !== undefined) givenFiles(playbook, host).forEach(add);
  }
  return [...found.values()];
}

function givenFiles(playbook: Playbook, host: Parameters<typeof resolveVars>[1]): Reach[] {
  const { vars } = resolveVars(playbook, host);
  return [...playbook.vars.values()]
    .filter(({ type }) => type === 'files')
    .flatMap((declared) => {
      const resolved = vars.get(declared.name);
      const from = typeof resolved?.from === 'object' ? resolved.from : declared.from;
      return pathsIn(resolved?.value ?? []).map((path): Reach => ({
        var: declared.name,
        from,
        kind: 'given-file',
        path,
      }));
    });
}

function pathsIn(value: VarValue | SecretSource): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && !isSecretSource(value) ? value : [];
}
