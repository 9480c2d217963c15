// What verify and compare share: questions from outside when the hosts' own runs are over, and who is compared with whom.
import type { Inventory, InventoryHost } from '../inventory/index.ts';
import type { HostGroup } from '../model/index.ts';
import type { ProbeQuestion } from '../probe/index.ts';
import type { Playbook } from '../playbook/index.ts';
import type { FollowUp } from '../run/index.ts';
import type { ActionDeps } from './deps.ts';

/** What the playbook's probes ask of each host. How questions are asked is loaded only where there are some. */
export async function planProbes(
  playbook: Playbook,
  hosts: readonly InventoryHost[],
): Promise<readonly ProbeQuestion[]> {
  if (playbook.probes.length === 0) return [];
  const { planProbes: plan } = await import('../probe/index.ts');
  return plan(playbook, hosts);
}

/** Asks the questions of every host that was not skipped; undefined when there are none. */
export function followUpOf(questions: readonly ProbeQuestion[], deps: ActionDeps): FollowUp | undefined {
  if (questions.length === 0) return undefined;
  return {
    hosts: new Set(questions.map(({ host }) => host)),
    ask: async (hosts, tell) => {
      const { askDns, probeFleet } = await import('../probe/index.ts');
      const open = questions.filter(({ host }) => hosts.has(host));
      await probeFleet(open, deps, askDns, tell);
    },
  };
}

/** Hosts are compared within their groups; `all` is compared as one only where no other group says what belongs together. */
export function groupsToCompare(inventory: Inventory): readonly HostGroup[] {
  const named = [...inventory.groups]
    .filter(([name, hosts]) => name !== 'all' && hosts.length > 0)
    .map(([name, hosts]) => ({ name, hosts }));
  const grouped = new Set(named.flatMap(({ hosts }) => hosts));
  const others = [...inventory.hosts.keys()].filter((host) => !grouped.has(host));
  return [...named, ...(others.length > 0 ? [{ name: 'all', hosts: others }] : [])];
}
