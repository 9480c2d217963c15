// What verify and compare share: questions from outside when the hosts' own runs are over, and who is compared with whom.
import type { Inventory } from '../inventory/index.ts';
import type { HostGroup } from '../model/index.ts';
import { askDns, probeFleet, type ProbeQuestion } from '../probe/index.ts';
import type { FollowUp } from '../run/index.ts';
import type { ActionDeps } from './deps.ts';

export { planProbes } from '../probe/index.ts';

/** Asks the questions of every host that was not skipped; undefined when there are none. */
export function followUpOf(questions: readonly ProbeQuestion[], deps: ActionDeps): FollowUp | undefined {
  if (questions.length === 0) return undefined;
  return {
    hosts: new Set(questions.map(({ host }) => host)),
    ask: async (hosts, tell) => {
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
