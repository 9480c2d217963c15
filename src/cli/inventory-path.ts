// Which inventory a command works on.
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../sources/index.ts';
import { UsageError } from '../model/index.ts';

/** The default directory of `muster lab up` for its files, relative to the working directory. */
export const labDirectory = '.muster/lab';

/**
 * The named inventory, or the configured one, or that of the practice hosts which `muster lab up` started here; those
 * are not worked on without `say` telling so. Throws UsageError (INVENTORY_MISSING).
 */
export async function inventoryPath(
  named: string | undefined,
  config: Pick<Config, 'inventory'>,
  say: (line: string) => void,
): Promise<string> {
  const path = named ?? config.inventory;
  if (path !== undefined) return path;
  const ofLab = join(process.cwd(), labDirectory, 'inventory.yaml');
  try {
    await access(ofLab);
  } catch {
    throw new UsageError('INVENTORY_MISSING', 'no inventory was named', {
      hint: 'add -i FILE, or `inventory: FILE` to muster.config.yaml; or start practice hosts: muster lab up',
    });
  }
  say(`no inventory was named: using the practice hosts, ${ofLab}`);
  return ofLab;
}
