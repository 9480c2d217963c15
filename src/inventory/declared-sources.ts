// What an inventory says about where more of its hosts come from. Nothing is asked here.
import { type DocumentPath, parseDocument, type SourceFile } from '../document/index.ts';
import type { Location } from '../model/index.ts';
import { inventorySchema } from './schema.ts';

/** One source, and where it is declared. */
export type DeclaredSource = {
  readonly from: Location;
  /** How long its answer may be kept; undefined: not at all. */
  readonly ttlMs?: number;
} & (
  | { readonly kind: 'command'; readonly argv: readonly string[] }
  | { readonly kind: 'file' | 'ansible'; readonly path: string }
  | {
      readonly kind: 'axfr';
      readonly zone: string;
      readonly server: string;
      readonly port: number;
      /** File of the TSIG key. */
      readonly key?: string;
    }
  | {
      readonly kind: 'ns';
      /** The group that the name servers are in. */
      readonly group: string;
      readonly zone: string;
      readonly server?: string;
      readonly port: number;
    }
);

/** The sources of a text, in its order, and then those of its groups. Throws ConfigError. */
export function declaredSources(source: SourceFile): readonly DeclaredSource[] {
  // Most inventories have none, and are parsed only once.
  if (!/\b(sources|ns_of)\b/.test(source.text)) return [];
  const { value: written, locate } = parseDocument(source, inventorySchema);
  const at = (path: DocumentPath): { readonly from: Location } => ({ from: locate(path) });
  const listed = (written.sources ?? []).map((each, index): DeclaredSource => {
    const { command, file, ansible, axfr, ttl } = each;
    const known = { ...at(['sources', index]), ...(ttl === undefined ? {} : { ttlMs: ttl }) };
    if (command !== undefined) return { ...known, kind: 'command', argv: command };
    if (axfr !== undefined) {
      const { zone, server, port = 53, key } = axfr;
      return { ...known, kind: 'axfr', zone, server, port, ...(key === undefined ? {} : { key }) };
    }
    const kind = file === undefined ? 'ansible' : 'file';
    return { ...known, kind, path: file ?? ansible ?? '' };
  });
  const ofGroups = Object.entries(written.groups ?? {}).flatMap(([group, entry]): DeclaredSource[] => {
    const zone = entry?.ns_of;
    if (zone === undefined) return [];
    const known = { ...at(['groups', group, 'ns_of']), kind: 'ns', group } as const;
    if (typeof zone === 'string') return [{ ...known, zone, port: 53 }];
    return [{ ...known, zone: zone.zone, server: zone.server, port: zone.port ?? 53 }];
  });
  return [...listed, ...ofGroups];
}
