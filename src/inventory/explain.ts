// The source of each setting and var of one host, and what it overrides.
import type { DocumentPath, SourceFile, VarLevel } from '../document/index.ts';
import type { Location } from '../model/index.ts';
import {
  type Layer,
  layersOf,
  type PlacedHost,
  placeHosts,
  type ReadTogether,
  readParts,
} from './parse-inventory.ts';
import { resolveGroups } from './resolve-groups.ts';

/** A value, and the place that says it. */
export interface Saying {
  readonly value: unknown;
  readonly from: Location;
  readonly level: VarLevel;
}

/** A setting with all that is said of it, the strongest first: that one holds. */
export interface ExplainedSetting {
  readonly name: string;
  readonly sayings: readonly [Saying, ...Saying[]];
}

/** What the texts say of one host. */
export interface ExplainedHost {
  readonly name: string;
  /** Each text that has it, with the place of its key. */
  readonly places: readonly Location[];
  readonly address: ExplainedSetting | undefined;
  readonly connection: readonly ExplainedSetting[];
  readonly vars: readonly ExplainedSetting[];
  /** From weakest to strongest, each with where it is declared. */
  readonly groups: readonly { readonly name: string; readonly from: Location }[];
}

/** Undefined when there is no such host. Throws ConfigError as `parseInventory` does. */
export function explainHost(
  sources: readonly SourceFile[],
  name: string,
  how: ReadTogether = {},
): ExplainedHost | undefined {
  const parts = readParts(sources, how);
  const { hosts } = placeHosts(parts);
  const host = hosts.get(name);
  if (host === undefined) return undefined;
  const layers = layersOf(host, parts, resolveGroups(parts, new Set(hosts.keys())));
  const groups = new Map<string, Location>();
  for (const { level, path, locator } of layers)
    if (level.startsWith('@') && !groups.has(level.slice(1)))
      groups.set(level.slice(1), locator.locateKey(path));
  return {
    name,
    places: host.places.map(({ part, host: { key } }) => part.locator.locateKey(['hosts', key])),
    address: addressOf(host),
    connection: settingsOf(layers, 'connection'),
    vars: settingsOf(layers, 'vars'),
    groups: [...groups].map(([group, from]) => ({ name: group, from })),
  };
}

function addressOf({ name, places }: PlacedHost): ExplainedSetting | undefined {
  const sayings = places.flatMap(({ part, host }): Saying[] => {
    if (part.written.hosts?.[host.key]?.address === undefined) return [];
    const from = part.locator.locate(['hosts', host.key, 'address']);
    return [{ value: host.address, from, level: 'host' }];
  });
  const [first, ...rest] = sayings.toReversed();
  return first === undefined ? undefined : { name, sayings: [first, ...rest] };
}

function settingsOf(layers: readonly Layer[], kind: 'connection' | 'vars'): readonly ExplainedSetting[] {
  const found = new Map<string, [Saying, ...Saying[]]>();
  for (const { level, path, locator, ...layer } of layers) {
    for (const [name, value] of Object.entries(layer[kind] ?? {})) {
      if (value === undefined) continue;
      const place: DocumentPath = [...path, kind, name];
      const saying = { value: locator.written(place) ?? value, from: locator.locate(place), level };
      found.set(name, [saying, ...(found.get(name) ?? [])]);
    }
  }
  return [...found].map(([name, sayings]) => ({ name, sayings })).sort((a, b) => (a.name < b.name ? -1 : 1));
}
