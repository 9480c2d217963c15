// Hosts, groups and vars as Ansible has them in its memory, whatever form they came in.
import type { Node } from '../yaml11.ts';

/** A value of Ansible, which may be anything, and where it stands. */
export interface ForeignVar {
  readonly node: Node;
  readonly place: string;
}

export type ForeignVars = Map<string, ForeignVar>;

export interface AnsibleGroup {
  readonly hosts: Set<string>;
  readonly children: Set<string>;
  readonly vars: ForeignVars;
  /** Of the files in group_vars, which win over the inventories. */
  readonly fileVars: ForeignVars;
}

export interface AnsibleHost {
  readonly vars: ForeignVars;
  readonly fileVars: ForeignVars;
}

const implied: ReadonlySet<string> = new Set(['all', 'ungrouped']);

/** Inventories laid over each other in the order in which they are read. */
export class AnsibleFleet {
  readonly hosts = new Map<string, AnsibleHost>();
  readonly groups = new Map<string, AnsibleGroup>();

  constructor() {
    for (const name of implied) this.group(name);
  }

  group(name: string): AnsibleGroup {
    const known = this.groups.get(name);
    if (known !== undefined) return known;
    const group = {
      hosts: new Set<string>(),
      children: new Set<string>(),
      vars: new Map(),
      fileVars: new Map(),
    };
    this.groups.set(name, group);
    return group;
  }

  host(name: string, group: string): AnsibleHost {
    this.group(group).hosts.add(name);
    const host = this.hosts.get(name) ?? { vars: new Map(), fileVars: new Map() };
    this.hosts.set(name, host);
    return host;
  }

  /** Names of groups but `all` and `ungrouped`, weakest first: by depth, priority and name, as Ansible merges them. */
  ranked(): readonly string[] {
    const depths = this.#depths();
    const priorityOf = (name: string): number => {
      const group = this.groups.get(name);
      const value = (
        group?.fileVars.get('ansible_group_priority') ?? group?.vars.get('ansible_group_priority')
      )?.node.value;
      return Number.isInteger(Number(value ?? 1)) ? Number(value ?? 1) : 1;
    };
    return [...this.groups.keys()]
      .filter((name) => !implied.has(name))
      .map((name) => ({ name, depth: depths.get(name) ?? 1, priority: priorityOf(name) }))
      .sort((a, b) => a.depth - b.depth || a.priority - b.priority || (a.name < b.name ? -1 : 1))
      .map(({ name }) => name);
  }

  /** The group's hosts, nested groups included. */
  membersOf(name: string, seen = new Set<string>()): ReadonlySet<string> {
    const group = this.groups.get(name);
    if (group === undefined || seen.has(name)) return new Set();
    seen.add(name);
    return new Set([
      ...group.hosts,
      ...[...group.children].flatMap((child) => [...this.membersOf(child, seen)]),
    ]);
  }

  /** Hosts that are in no group but `all`. */
  ungrouped(): readonly string[] {
    const grouped = new Set(
      [...this.groups].flatMap(([name, { hosts }]) => (implied.has(name) ? [] : [...hosts])),
    );
    return [...this.hosts.keys()].filter((host) => !grouped.has(host));
  }

  #depths(): ReadonlyMap<string, number> {
    const depths = new Map<string, number>();
    const lower = (name: string, depth: number, trail: readonly string[]): void => {
      if (trail.includes(name) || (depths.get(name) ?? 0) >= depth) return;
      depths.set(name, depth);
      for (const child of this.groups.get(name)?.children ?? []) lower(child, depth + 1, [...trail, name]);
    };
    for (const name of this.groups.keys()) if (!implied.has(name)) lower(name, 1, []);
    return depths;
  }
}
