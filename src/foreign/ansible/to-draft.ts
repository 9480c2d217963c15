// From Ansible's view of a fleet to an inventory: groups keep what they say, and where the order of precedence differs
// between the two, the host says it itself. So each host has here what it has there.
import { parseInventory } from '../../inventory/index.ts';
import { isHostName } from '../../model/index.ts';
import {
  type Draft,
  type DraftConnection,
  type DraftHost,
  type DraftLayer,
  type DraftValue,
  type ForeignNote,
  groupNames,
  type Imported,
  Names,
} from '../draft.ts';
import { renderDraft } from '../render.ts';
import type { AnsibleFleet, ForeignVars } from './fleet.ts';
import { type Settings, settingsOf } from './settings.ts';

/** The draft of a fleet, with the notes of reading and those of losing. */
export function draftOf(fleet: AnsibleFleet, read: readonly ForeignNote[]): Imported {
  const notes = [...read];
  const named = namesOf(fleet, notes);
  const wanted = new Map([...fleet.hosts.keys()].map((host) => [host, settingsOf(effectiveOf(fleet, host))]));
  const losses = new Losses();
  for (const [host, settings] of wanted) losses.add(settings, host);
  const layers = new Map(
    [...fleet.groups].map(([name, group]) => [name, settingsOf(laidOver(group.vars, group.fileVars))]),
  );
  for (const [group, settings] of layers) losses.add(settings, `@${group}`);
  const draft = assemble(fleet, named, layers, losses.names());
  correct(draft, wanted, named);
  return { draft, notes: [...notes, ...losses.notes()] };
}

interface Named {
  readonly host: (name: string) => string;
  readonly group: (name: string) => string;
}

function namesOf(fleet: AnsibleFleet, notes: ForeignNote[]): Named {
  const hosts = new Names(isHostName, (name) =>
    name.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replaceAll(/^[._-]+|[._-]+$/g, ''),
  );
  const groups = groupNames();
  hosts.reserve(fleet.hosts.keys());
  groups.reserve(fleet.groups.keys());
  for (const name of fleet.hosts.keys())
    if (hosts.of(name) !== name) notes.push({ place: name, what: `this host is renamed ${hosts.of(name)}` });
  for (const name of fleet.groups.keys())
    if (name !== 'all' && groups.of(name) !== name)
      notes.push({ place: name, what: `this group is renamed ${groups.of(name)}` });
  return { host: (name) => hosts.of(name), group: (name) => groups.of(name) };
}

function laidOver(...layers: readonly ForeignVars[]): ForeignVars {
  return new Map(layers.flatMap((layer) => [...layer]));
}

/** What holds for a host, in the order of Ansible: inventories, then files for all, for groups, and the host. */
function effectiveOf(fleet: AnsibleFleet, host: string): ForeignVars {
  const all = fleet.group('all');
  const ungrouped = fleet.ungrouped().includes(host) ? [fleet.group('ungrouped')] : [];
  const groups = [
    ...fleet.ranked().flatMap((name) => (members(fleet, name).has(host) ? [fleet.group(name)] : [])),
    ...ungrouped,
  ];
  const own = fleet.hosts.get(host);
  return laidOver(
    all.vars,
    ...groups.map(({ vars }) => vars),
    all.fileVars,
    ...groups.map(({ fileVars }) => fileVars),
    own?.vars ?? nothing,
    own?.fileVars ?? nothing,
  );
}

const nothing: ForeignVars = new Map();

const memberships = new WeakMap<AnsibleFleet, Map<string, ReadonlySet<string>>>();

function members(fleet: AnsibleFleet, group: string): ReadonlySet<string> {
  const known = memberships.get(fleet) ?? new Map<string, ReadonlySet<string>>();
  memberships.set(fleet, known);
  const hosts = known.get(group) ?? fleet.membersOf(group);
  known.set(group, hosts);
  return hosts;
}

/** A var that is lost somewhere stands at hosts alone, so that a value of a group does not take its place. */
function assemble(
  fleet: AnsibleFleet,
  named: Named,
  layers: ReadonlyMap<string, Settings>,
  lost: ReadonlySet<string>,
): Draft {
  const layerOf = (group: string): DraftLayer => {
    const { connection = {}, vars = new Map<string, DraftValue>() } = layers.get(group) ?? {};
    return { connection, vars: new Map([...vars].filter(([name]) => !lost.has(name))) };
  };
  const groups: Draft['groups'] = new Map();
  const hostsIn = (names: Iterable<string>): string[] => [...names].map(named.host);
  for (const name of fleet.ranked()) {
    const { hosts, children } = fleet.group(name);
    const nested = [...children].filter((child) => child !== 'all' && child !== 'ungrouped').map(named.group);
    groups.set(named.group(name), { hosts: hostsIn(hosts), groups: nested, ...layerOf(name) });
  }
  const lone = fleet.ungrouped();
  const ofLone = layerOf('ungrouped');
  if (lone.length > 0 && ofLone.vars.size + Object.keys(ofLone.connection).length > 0)
    groups.set('ungrouped', { hosts: hostsIn(lone), groups: [], ...ofLone });
  const hosts = new Map(
    [...fleet.hosts.keys()].map((name): [string, DraftHost] => [
      named.host(name),
      { connection: {}, vars: new Map() },
    ]),
  );
  return { top: layerOf('all'), hosts, groups };
}

/** Gives each host what it lacks, or has otherwise, when the draft is read as an inventory. */
function correct({ top, hosts, groups }: Draft, wanted: ReadonlyMap<string, Settings>, named: Named): void {
  if (hosts.size === 0) return;
  const text = renderDraft({ draft: { top, hosts, groups }, notes: [] }, '');
  const { hosts: read } = parseInventory({ file: 'import', text });
  const layered = layersByHost({ top, hosts, groups }, read);
  for (const [foreign, { address, connection, vars }] of wanted) {
    const name = named.host(foreign);
    const draft = hosts.get(name);
    const seen = layered.get(name);
    if (draft === undefined || seen === undefined) continue;
    const target = address ?? foreign;
    if (target !== name) draft.address = target;
    for (const [key, value] of Object.entries(connection))
      if (!isSame(seen.connection[key], value)) draft.connection[key] = value;
    for (const key of Object.keys(seen.connection))
      if (!(key in connection)) draft.connection[key] = defaults[key] ?? 'none';
    for (const [key, value] of vars) if (!isSame(seen.vars.get(key), value)) draft.vars.set(key, value);
  }
}

/** What a setting is where nobody says it. */
const defaults: Readonly<Record<string, DraftConnection[string]>> = {
  ...{ user: 'root', port: 22, become: 'none', jump: [], connect_timeout: '10s' },
  known_hosts: '~/.ssh/known_hosts',
};

type Seen = { readonly connection: DraftConnection; readonly vars: ReadonlyMap<string, DraftValue> };

function layersByHost(
  { top, groups }: Draft,
  read: ReadonlyMap<string, { readonly groups: readonly string[] }>,
): ReadonlyMap<string, Seen> {
  return new Map(
    [...read].map(([name, host]) => {
      const layers = [top, ...host.groups.flatMap((group) => groups.get(group) ?? [])];
      const connection = Object.assign({}, ...layers.map((layer) => layer.connection)) as DraftConnection;
      return [name, { connection, vars: new Map(layers.flatMap(({ vars }) => [...vars])) }];
    }),
  );
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** What is lost, each thing once, however many hosts it holds for. */
class Losses {
  readonly #entries = new Map<string, ForeignNote>();
  readonly #names = new Set<string>();

  add({ lost }: Settings, owner: string): void {
    for (const [name, { place, why }] of lost) {
      this.#names.add(name);
      const key = `${place}\0${name}\0${why}`;
      if (!this.#entries.has(key))
        this.#entries.set(key, { place, what: `${name} (${owner}) is left out: ${why}` });
    }
  }

  names(): ReadonlySet<string> {
    return this.#names;
  }

  notes(): readonly ForeignNote[] {
    return [...this.#entries.values()];
  }
}
