// Which inventory is taken when nobody, somebody, or a lab names one.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { inventoryPath, labDirectory } from '../../../src/cli/inventory-path.ts';
import { temporaryDirectory } from '../lab/temporary-directory.ts';

const none = { inventory: undefined };

afterEach(() => {
  vi.restoreAllMocks();
});

/** The inventory that is used in a new directory, with or without a lab, and the messages. */
async function taken(
  named: string | undefined,
  config: { readonly inventory: string | undefined },
  withLab: boolean,
): Promise<{ path: string; said: string[] }> {
  const directory = await temporaryDirectory();
  vi.spyOn(process, 'cwd').mockReturnValue(directory);
  if (withLab) {
    await mkdir(join(directory, labDirectory), { recursive: true });
    await writeFile(join(directory, labDirectory, 'inventory.yaml'), 'hosts: {}\n');
  }
  const said: string[] = [];
  return { path: await inventoryPath(named, config, (line) => said.push(line)), said };
}

describe('inventoryPath', () => {
  it('uses the named inventory, then the configured one, and then never the lab', async () => {
    expect(await taken('a.yaml', { inventory: 'b.yaml' }, true)).toEqual({ path: 'a.yaml', said: [] });
    expect(await taken(undefined, { inventory: 'b.yaml' }, true)).toEqual({ path: 'b.yaml', said: [] });
  });

  it('uses the practice hosts that were started here, and says so', async () => {
    const { path, said } = await taken(undefined, none, true);
    expect(path).toMatch(/\.muster\/lab\/inventory\.yaml$/);
    expect(said).toEqual([expect.stringContaining('practice hosts')]);
  });

  it('refuses if there is none', async () => {
    await expect(taken(undefined, none, false)).rejects.toMatchObject({ code: 'INVENTORY_MISSING' });
  });
});
