// Which configuration and which inventory a command works with, how muster came to them, and their bytes.
import { dirname, resolve } from 'node:path';
import type { Config, TakenText } from '../sources/index.ts';
import { takeConfig, takeInventories } from '../sources/index.ts';
import { escapeTerminal, type Sources } from '../report/index.ts';
import { inventoryPath } from './inventory-path.ts';
import type { GlobalOptions } from './options.ts';

/** A file that nobody named: a search found it, or one that was found names it. */
export interface FoundFile extends TakenText {
  /** Absolute. */
  readonly path: string;
}

/** The files of a command, each read once. */
export interface TakenFiles {
  readonly config: Config;
  readonly sources: Sources;
  /** Those that nobody named, the one that was found first. */
  readonly found: readonly FoundFile[];
}

/** What a saved plan says of its inventory. */
export interface PlannedFrom {
  readonly inventory: string;
  /** How muster came to it when the plan was made. */
  readonly by: string;
  /** The operator made the plan here. What it named then is named; any other plan is a file that somebody else wrote. */
  readonly isOwn: boolean;
  /** The plan itself. */
  readonly file: FoundFile;
}

/** With the inventory's texts: one, unless several were named, or a directory. */
export interface TakenFleet extends TakenFiles {
  /** What the inventory is called: the paths that were named. */
  readonly label: string;
  /** Weakest first. */
  readonly inventories: readonly TakenText[];
}

/** What to print when it is known whether anything is printed. */
let held: string[] | undefined;

/** Tells the operator something on standard error. */
export function tell(line: string): void {
  const text = `muster: ${escapeTerminal(line)}\n`;
  if (held === undefined) process.stderr.write(text);
  else held.push(text);
}

/** Holds all notices from now on, until the function that it gives decides whether they are printed. */
export function holdWords(): (isTold: boolean) => void {
  const words: string[] = [];
  held = words;
  return (isTold) => {
    held = undefined;
    if (isTold) process.stderr.write(words.join(''));
  };
}

/** Takes the configuration alone. Throws ConfigError or UsageError. */
export async function takeFiles({ config: named }: GlobalOptions): Promise<TakenFiles> {
  const cwd = process.cwd();
  const { config, origin, taken } = await takeConfig(cwd, named);
  if (config.file === undefined || origin === undefined) return { config, sources: {}, found: [] };
  // What another account can write is not the user's own, wherever it is.
  const by = origin === 'own' && taken?.stranger !== undefined ? 'found' : origin;
  const found = by !== 'found' || taken === undefined ? [] : [{ ...taken, path: resolve(cwd, config.file) }];
  return { config, sources: { configuration: { file: config.file, by } }, found };
}

/** Takes configuration and inventory, and says which when one was not named. Throws ConfigError or UsageError. */
export async function takeFleet(
  options: GlobalOptions & { readonly inventory?: readonly string[] },
  planned?: PlannedFrom,
): Promise<TakenFleet> {
  const { config, sources, found } = await takeFiles(options);
  const paths =
    planned === undefined && options.inventory !== undefined
      ? options.inventory
      : [planned?.inventory ?? (await inventoryPath(undefined, config, tell))];
  const label = paths.join(', ');
  const by = inventoryBy(options.inventory, config, planned);
  const all: Sources = { ...sources, inventory: { file: label, by } };
  tellSources(all);
  const inventories = (await Promise.all(paths.map(takeInventories))).flat();
  // What a named file names, somebody named.
  const isFound = by === 'lab' || by === 'plan' || (by === 'configuration' && found.length > 0);
  return {
    config,
    sources: all,
    label,
    inventories,
    found: [
      ...found,
      ...(isFound ? inventories.map((each) => ({ ...each, path: resolve(each.source.file) })) : []),
      ...(planned === undefined || planned.isOwn ? [] : [planned.file]),
    ],
  };
}

function inventoryBy(
  named: readonly string[] | undefined,
  { inventory }: Pick<Config, 'inventory'>,
  planned: PlannedFrom | undefined,
): 'named' | 'configuration' | 'lab' | 'plan' {
  if (named !== undefined) return 'named';
  if (planned !== undefined) {
    const ownBy = planned.isOwn ? planned.by : undefined;
    if (ownBy === 'named' || ownBy === 'lab') return ownBy;
    const isConfigured = inventory !== undefined && resolve(inventory) === resolve(planned.inventory);
    return isConfigured ? 'configuration' : 'plan';
  }
  return inventory === undefined ? 'lab' : 'configuration';
}

/** The inventories that nobody named. */
export function foundInventories({ found, inventories }: TakenFleet): readonly FoundFile[] {
  return found.filter(({ source }) => inventories.some((each) => each.source === source));
}

const waysTo: Readonly<Record<string, string>> = {
  configuration: 'which it names',
  plan: 'which the plan names',
};

/** One line, when the command line did not name all of it. That a lab was taken has been said. */
export function tellSources({ configuration, inventory }: Sources): void {
  if (configuration === undefined || configuration.by === 'named') return;
  const whose = configuration.by === 'own' ? 'yours' : 'found, not named';
  const parts = [`configuration ${configuration.file} (${whose})`];
  if (inventory !== undefined)
    parts.push(`inventory ${inventory.file} (${waysTo[inventory.by] ?? inventory.by})`);
  tell(parts.join(', '));
}

/** The directory of the file that was found: what lies in it came with that file. A lab's is the working directory. */
export function rootOf({ sources, found }: TakenFiles): string {
  const [first] = found;
  if (first === undefined) return process.cwd();
  return sources.inventory?.by === 'lab' && found.length === 1
    ? dirname(dirname(dirname(first.path)))
    : dirname(first.path);
}
