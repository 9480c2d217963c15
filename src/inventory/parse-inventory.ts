// Inventory text to an Inventory: defaults, groups and hosts laid over each other, weakest first.
import {
  parseDocument,
  type DocumentPath,
  type Locator,
  type SourceFile,
  type VarBinding,
  type VarLevel,
} from '../document/index.ts';
import type { HostConnection, Issue } from '../model/index.ts';
import { expandHosts, type ExpandedHost } from './expand-hosts.ts';
import type { Inventory, InventoryHost } from './model.ts';
import { recognizeForeign } from './recognize-foreign.ts';
import { resolveGroups, type ResolvedGroups } from './resolve-groups.ts';
import {
  inventorySchema,
  type WrittenConnection,
  type WrittenInventory,
  type WrittenVars,
} from './schema.ts';

/** Parses an inventory. Throws ConfigError with everything that is wrong in it, in the order of the text. */
export function parseInventory(source: SourceFile): Inventory {
  const document = parseDocument(
    source,
    inventorySchema,
    (written, locator) => build(source.file, written, locator).issues,
    recognizeForeign,
  );
  return build(source.file, document.value, document).inventory;
}

function build(
  file: string,
  written: WrittenInventory,
  locator: Locator,
): { inventory: Inventory; issues: readonly Issue[] } {
  const { hosts: expanded, issues: hostIssues } = expandHosts(written.hosts, locator);
  const names = new Set(expanded.keys());
  const groups = resolveGroups(written.groups ?? {}, names, locator);
  // A host key that could not be read would make its hosts unknown in every group: that is not news.
  const groupIssues = groups.issues.filter(
    ({ code }) => hostIssues.length === 0 || code !== 'INVENTORY_UNKNOWN_HOST',
  );
  const hosts = [...expanded.values()].map((host) =>
    buildHost(host, layersOf(host, written, groups), locator),
  );
  const inventory = {
    file,
    hosts: new Map(hosts.map((host) => [host.name, host])),
    groups: new Map([
      ['all', [...names]],
      ...[...groups.members].map(([group, members]) => [group, inOrder(names, members)] as const),
    ]),
  };
  return { inventory, issues: [...noHosts(written, locator), ...hostIssues, ...groupIssues] };
}

function noHosts(written: WrittenInventory, locator: Locator): Issue[] {
  if (Object.keys(written.hosts).length > 0) return [];
  const location = locator.locateKey(['hosts']);
  return [{ code: 'INVENTORY_NO_HOSTS', message: 'the inventory has no hosts', location }];
}

function inOrder(names: ReadonlySet<string>, members: ReadonlySet<string>): string[] {
  return [...names].filter((name) => members.has(name));
}

/** One place of the file that gives settings to a host. */
interface Layer {
  readonly level: VarLevel;
  readonly path: DocumentPath;
  readonly connection: WrittenConnection | undefined;
  readonly vars: WrittenVars | undefined;
}

/** From weakest to strongest: all, groups, host. */
function layersOf(host: ExpandedHost, written: WrittenInventory, groups: ResolvedGroups): Layer[] {
  const own = written.hosts[host.key];
  const joined = groups.order.filter((group) => groups.members.get(group)?.has(host.name));
  return [
    { level: 'all', path: [], connection: written.connection, vars: written.vars },
    ...joined.map((name): Layer => {
      const group = written.groups?.[name];
      return { level: `@${name}`, path: ['groups', name], connection: group?.connection, vars: group?.vars };
    }),
    { level: 'host', path: ['hosts', host.key], connection: own?.connection, vars: own?.vars },
  ];
}

function buildHost(host: ExpandedHost, layers: readonly Layer[], locator: Locator): InventoryHost {
  const vars = new Map<string, VarBinding>();
  const connection: WrittenConnection = {};
  for (const layer of layers) {
    Object.assign(connection, layer.connection);
    for (const [name, value] of Object.entries(layer.vars ?? {})) {
      const path = [...layer.path, 'vars', name];
      const written = locator.written(path);
      const binding = { value, from: locator.locate(path), level: layer.level };
      vars.set(name, written === undefined ? binding : { ...binding, written });
    }
  }
  const groups = layers.flatMap(({ level }) => (level.startsWith('@') ? [level.slice(1)] : []));
  return { name: host.name, connection: connectionOf(host, connection), groups, vars };
}

function connectionOf({ name, address }: ExpandedHost, written: WrittenConnection): HostConnection {
  const knownHosts = written.known_hosts ?? '~/.ssh/known_hosts';
  const settings = {
    name,
    address,
    port: written.port ?? 22,
    user: written.user ?? 'root',
    knownHosts: typeof knownHosts === 'string' ? [knownHosts] : knownHosts,
    agent: written.agent ?? true,
    become: written.become ?? ('none' as const),
    connectTimeoutMs: written.connect_timeout ?? 10_000,
    legacyAlgorithms: written.legacy_algorithms ?? false,
  };
  return {
    ...settings,
    ...(written.identity_file === undefined ? {} : { identityFile: written.identity_file }),
    ...(written.ready_timeout === undefined ? {} : { readyTimeoutMs: written.ready_timeout }),
    ...(written.silence_timeout === undefined ? {} : { silenceTimeoutMs: written.silence_timeout }),
  };
}
