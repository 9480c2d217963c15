// The cache of root file systems: what is there is used, and only what nobody uses goes.
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { removeUnused } from '../../../src/lab/embedded/root-file-system.ts';
import { temporaryDirectory } from './temporary-directory.ts';

describe('removeUnused', () => {
  it('removes tars of other recipes that are older than a week, and nothing else', async () => {
    const directory = await temporaryDirectory();
    const old = new Date(Date.now() - 8 * 24 * 3_600_000);
    for (const name of ['root-0a.tar', 'root-0b.tar', 'root-0c.tar', 'notes.tar']) {
      await writeFile(join(directory, name), '');
      if (name !== 'root-0b.tar') await utimes(join(directory, name), old, old);
    }
    await mkdir(join(directory, 'downloads'));
    await removeUnused(directory, 'root-0c.tar');
    expect((await readdir(directory)).toSorted()).toEqual([
      'downloads',
      'notes.tar',
      'root-0b.tar',
      'root-0c.tar',
    ]);
  });
});
