// From the texts of an inventory to the inventory, with the hosts that its sources tell.
import { resolve } from 'node:path';
import type { SourceFile } from '../document/index.ts';
import { declaredSources, type Inventory, parseInventories, type ReadTogether } from '../inventory/index.ts';
import { foundInventories, type TakenFleet } from './taken-fleet.ts';
import { TrustGate } from './trust-gate.ts';

/** An inventory, and what it was read from. */
export interface FleetInventory {
  readonly inventory: Inventory;
  /** All texts, those of sources among them, weakest first. */
  readonly texts: readonly SourceFile[];
  readonly how: ReadTogether;
}

/**
 * Reads the inventory; what it names as sources is asked behind the gate. Throws ConfigError or UsageError: no host was
 * contacted then.
 */
export async function readFleet(taken: TakenFleet, mayAsk: boolean): Promise<FleetInventory> {
  const written = taken.inventories.map(({ source }) => source);
  const declared = written.map((source) => declaredSources(source));
  const named = { file: taken.label };
  if (declared.every((each) => each.length === 0))
    return { inventory: parseInventories(written, named), texts: written, how: named };
  await new TrustGate(taken, parseInventories(written, named), mayAsk).toDraw();
  const { drawSource } = await import('./draw-source.ts');
  const found = new Set(foundInventories(taken).map(({ source }) => source));
  const [outside, files] = [new Set<string>(), new Set<string>()];
  const texts: SourceFile[] = [];
  for (const [at, source] of written.entries()) {
    const drawn = await Promise.all((declared[at] ?? []).map(drawSource));
    for (const { text, isOutside } of drawn) {
      files.add(text.file);
      if (isOutside || found.has(source)) outside.add(text.file);
    }
    texts.push(...drawn.map(({ text }) => text), source);
  }
  const how = { ...named, drawn: files, outside };
  return { inventory: parseInventories(texts, how), texts, how };
}

/** The place of the inventory, for the history. */
export function pathsOf({ label, inventories }: TakenFleet): string {
  const [only, second] = inventories;
  return only !== undefined && second === undefined
    ? resolve(only.source.file)
    : label
        .split(', ')
        .map((path) => resolve(path))
        .join(', ');
}
