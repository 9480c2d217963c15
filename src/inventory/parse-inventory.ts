// Inventory text to an Inventory: defaults, groups and hosts laid over each other, weakest first.
import {
  isSecretSource,
  parseDocument,
  type DocumentPath,
  type Locator,
  type SourceFile,
  type VarBinding,
  type VarLevel,
} from '../document/index.ts';
import { ConfigError, type HostConnection, type Issue } from '../model/index.ts';
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

/** How several texts are read as one inventory. */
export interface ReadTogether {
  /** The name of the inventory; default the first file. */
  readonly file?: string;
  /**
   * Files that are what a source said; they name no further sources. Without this nobody asked the sources, so hosts may be
   * missing, and that is no issue.
   */
  readonly drawn?: ReadonlySet<string>;
  /** Files whose text came from elsewhere: they say nothing that makes this machine read or run something. */
  readonly outside?: ReadonlySet<string>;
}

/** Parses an inventory, without what it names as sources. Throws ConfigError with everything that is wrong in it, in the order of the text. */
export function parseInventory(source: SourceFile): Inventory {
  return parseInventories([source]);
}

/** Parses texts as one inventory: hosts and groups of all, and what a later text says wins. Throws as `parseInventory` does. */
export function parseInventories(sources: readonly SourceFile[], how: ReadTogether = {}): Inventory {
  return build(readParts(sources, how), how).inventory;
}

/** One text, checked as far as it can be without the others. */
export interface Part {
  readonly file: string;
  readonly written: WrittenInventory;
  readonly locator: Locator;
}

/** The texts as parts, weakest first. Throws as `parseInventory` does. */
export function readParts(sources: readonly SourceFile[], how: ReadTogether): readonly Part[] {
  const [only] = sources;
  const isAlone = sources.length === 1;
  const issues: Issue[] = [];
  const parts = sources.flatMap((source): Part[] => {
    try {
      const { file } = source;
      const document = parseDocument(
        source,
        inventorySchema,
        (written, locator) => (isAlone ? build([{ file, written, locator }], how).issues : []),
        recognizeForeign,
      );
      return [{ file, written: document.value, locator: document }];
    } catch (error) {
      if (!(error instanceof ConfigError) || isAlone) throw error;
      issues.push(...error.issues);
      return [];
    }
  });
  if (only !== undefined && !isAlone && issues.length === 0) issues.push(...build(parts, how).issues);
  if (issues.length > 0) throw new ConfigError(issues);
  return parts;
}

function build(
  parts: readonly Part[],
  how: ReadTogether,
): { inventory: Inventory; issues: readonly Issue[] } {
  const { hosts: expanded, issues: hostIssues } = placeHosts(parts);
  const names = new Set(expanded.keys());
  const groups = resolveGroups(parts, names);
  const isWhole = how.drawn !== undefined || parts.every(({ written }) => !drawsHosts(written));
  // A host key that could not be read would make its hosts unknown in every group: that is not news.
  const groupIssues = groups.issues.filter(
    ({ code }) => (hostIssues.length === 0 && isWhole) || code !== 'INVENTORY_UNKNOWN_HOST',
  );
  const hosts = [...expanded.values()].map((host) => buildHost(host, layersOf(host, parts, groups)));
  const inventory = {
    file: how.file ?? parts[0]?.file ?? '',
    hosts: new Map(hosts.map((host) => [host.name, host])),
    groups: new Map([
      ['all', [...names]],
      ...[...groups.members].map(([group, members]) => [group, inOrder(names, members)] as const),
    ]),
    listed: groups.listed,
  };
  const missing = isWhole ? noHosts(parts, names) : [];
  return { inventory, issues: [...missing, ...outsideIssues(parts, how), ...hostIssues, ...groupIssues] };
}

/** True for a text that has hosts from elsewhere, too. */
export function drawsHosts({ sources = [], groups = {} }: WrittenInventory): boolean {
  return sources.length > 0 || Object.values(groups).some((group) => group?.ns_of !== undefined);
}

function noHosts(parts: readonly Part[], names: ReadonlySet<string>): Issue[] {
  return parts.flatMap(({ written, locator }): Issue[] => {
    if (written.hosts === undefined && !drawsHosts(written) && parts.length === 1)
      return [{ code: 'CONFIG_MISSING', message: 'hosts: is missing', location: locator.locate(['hosts']) }];
    if (names.size > 0 || (written.hosts !== undefined && Object.keys(written.hosts).length > 0)) return [];
    const location = locator.locateKey(['hosts']);
    return [{ code: 'INVENTORY_NO_HOSTS', message: 'the inventory has no hosts', location }];
  });
}

/** What came from elsewhere is data: it makes this machine read, run and ask nothing. */
function outsideIssues(parts: readonly Part[], { drawn, outside }: ReadTogether): Issue[] {
  return parts.flatMap(({ file, written, locator }) => {
    const issues: Issue[] = [];
    const refuse = (path: DocumentPath, what: string): void => {
      const location = locator.locate(path);
      const hint = 'write it in the inventory itself';
      issues.push({ code: 'SOURCE_SECRET', message: `${what} cannot be set by a source`, location, hint });
    };
    if (drawn?.has(file) === true && drawsHosts(written)) refuse(['sources'], 'another source');
    if (outside?.has(file) !== true) return issues;
    for (const { path, connection, vars } of everyLayer(written)) {
      for (const key of ['become_password', 'password', 'passphrase'] as const)
        if (connection?.[key] !== undefined)
          refuse(
            [...path, 'connection', key],
            `where a ${key === 'passphrase' ? key : 'password'} is read from`,
          );
      for (const [name, value] of Object.entries(vars ?? {}))
        if (isSecretSource(value)) refuse([...path, 'vars', name], 'where a secret is read from');
    }
    return issues;
  });
}

type Written = {
  readonly connection?: WrittenConnection | undefined;
  readonly vars?: WrittenVars | undefined;
};

function everyLayer(written: WrittenInventory): (Written & { readonly path: DocumentPath })[] {
  type Entries = Readonly<Record<string, Written | null | undefined>>;
  const below = (key: string, entries: Entries = {}): (Written & { readonly path: DocumentPath })[] =>
    Object.entries(entries).map(([name, each]) => ({ ...each, path: [key, name] }));
  return [{ ...written, path: [] }, ...below('groups', written.groups), ...below('hosts', written.hosts)];
}

/** A host of all texts: the last address that one of them gives, and the key of each that has it. */
export interface PlacedHost {
  readonly name: string;
  readonly address: string;
  readonly places: readonly { readonly part: Part; readonly host: ExpandedHost }[];
}

/** All hosts of some texts, and what is wrong with their names and addresses. */
export function placeHosts(parts: readonly Part[]): {
  hosts: ReadonlyMap<string, PlacedHost>;
  issues: Issue[];
} {
  const hosts = new Map<string, PlacedHost>();
  const issues: Issue[] = [];
  for (const part of parts) {
    const expanded = expandHosts(part.written.hosts ?? {}, part.locator);
    issues.push(...expanded.issues);
    for (const [name, host] of expanded.hosts) {
      const before = hosts.get(name);
      const isGiven = part.written.hosts?.[host.key]?.address !== undefined;
      const address = isGiven ? host.address : (before?.address ?? host.address);
      hosts.set(name, { name, address, places: [...(before?.places ?? []), { part, host }] });
    }
  }
  return { hosts, issues };
}

function inOrder(names: ReadonlySet<string>, members: ReadonlySet<string>): string[] {
  return [...names].filter((name) => members.has(name));
}

/** One place of a text that gives settings to a host. */
export interface Layer {
  readonly level: VarLevel;
  readonly path: DocumentPath;
  readonly locator: Locator;
  readonly connection: WrittenConnection | undefined;
  readonly vars: WrittenVars | undefined;
}

/** From weakest to strongest: all, groups, host; within each the texts in their order. */
export function layersOf(host: PlacedHost, parts: readonly Part[], groups: ResolvedGroups): Layer[] {
  const joined = groups.order.filter((group) => groups.members.get(group)?.has(host.name));
  return [
    ...parts.map(({ written, locator }): Layer => {
      return { level: 'all', path: [], locator, connection: written.connection, vars: written.vars };
    }),
    ...joined.flatMap((name) =>
      parts.flatMap(({ written, locator }): Layer[] => {
        if (!Object.hasOwn(written.groups ?? {}, name)) return [];
        const group = written.groups?.[name];
        const path = ['groups', name];
        return [{ level: `@${name}`, path, locator, connection: group?.connection, vars: group?.vars }];
      }),
    ),
    ...host.places.map(({ part: { written, locator }, host: { key } }): Layer => {
      const own = written.hosts?.[key];
      return { level: 'host', path: ['hosts', key], locator, connection: own?.connection, vars: own?.vars };
    }),
  ];
}

function buildHost(host: PlacedHost, layers: readonly Layer[]): InventoryHost {
  const vars = new Map<string, VarBinding>();
  const connection: WrittenConnection = {};
  for (const { level, path: above, locator, connection: settings, vars: values } of layers) {
    Object.assign(connection, settings);
    for (const [name, value] of Object.entries(values ?? {})) {
      const path = [...above, 'vars', name];
      const written = locator.written(path);
      const binding = { value, from: locator.locate(path), level };
      vars.set(name, written === undefined ? binding : { ...binding, written });
    }
  }
  const named = layers.flatMap(({ level }) => (level.startsWith('@') ? [level.slice(1)] : []));
  return {
    name: host.name,
    connection: connectionOf(host, connection),
    said: saidBy(host, connection),
    ...(connection.become_password === undefined ? {} : { becomePassword: connection.become_password }),
    ...(connection.password === undefined ? {} : { password: connection.password }),
    ...(connection.passphrase === undefined ? {} : { passphrase: connection.passphrase }),
    groups: [...new Set(named)],
    vars,
  };
}

function saidBy({ name, address }: PlacedHost, written: WrittenConnection): ReadonlySet<string> {
  const keys = Object.keys(written).filter((key) => key !== 'ssh_config');
  return new Set([
    ...keys,
    ...(address === name ? [] : ['address']),
    ...(written.ssh_config === false ? ['no ssh_config'] : []),
  ]);
}

function connectionOf({ name, address }: PlacedHost, written: WrittenConnection): HostConnection {
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
    ...(written.jump === undefined ? {} : { jump: [written.jump].flat() }),
    ...(written.transport === undefined ? {} : { transport: written.transport }),
    ...(written.identity_file === undefined ? {} : { identityFile: written.identity_file }),
    ...(written.ready_timeout === undefined ? {} : { readyTimeoutMs: written.ready_timeout }),
    ...(written.silence_timeout === undefined ? {} : { silenceTimeoutMs: written.silence_timeout }),
  };
}
