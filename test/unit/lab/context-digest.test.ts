// When the image is built again: exactly when its files, or what it is built on, changed.
import { chmod, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { digestContext } from '../../../src/lab/context-digest.ts';
import { temporaryDirectory } from './temporary-directory.ts';

async function context(): Promise<string> {
  const directory = await temporaryDirectory();
  await mkdir(join(directory, 'rootfs', 'etc'), { recursive: true });
  await writeFile(join(directory, 'Dockerfile'), 'FROM base\n');
  await writeFile(join(directory, 'rootfs', 'etc', 'rc.conf'), 'named=YES\n');
  await symlink('rc.conf', join(directory, 'rootfs', 'etc', 'link'));
  return directory;
}

describe('digestContext', () => {
  it('is the same for equal files elsewhere, whatever their times and write permissions', async () => {
    const copy = await context();
    await chmod(join(copy, 'Dockerfile'), 0o600);
    expect(await digestContext(copy, 'base')).toBe(await digestContext(await context(), 'base'));
  });

  it.each<[string, (directory: string) => Promise<void>]>([
    ['content', (directory) => writeFile(join(directory, 'rootfs/etc/rc.conf'), 'named=NO\n')],
    ['an executable bit', (directory) => chmod(join(directory, 'rootfs/etc/rc.conf'), 0o755)],
    [
      'a name',
      (directory) => rename(join(directory, 'rootfs/etc/rc.conf'), join(directory, 'rootfs/etc/rc')),
    ],
    ['a new file', (directory) => writeFile(join(directory, 'rootfs/etc/new'), '')],
    ['a missing file', (directory) => rm(join(directory, 'rootfs/etc/rc.conf'))],
    [
      "a link's target",
      async (directory) => {
        await rm(join(directory, 'rootfs/etc/link'));
        await symlink('elsewhere', join(directory, 'rootfs/etc/link'));
      },
    ],
  ])('changes with %s', async (_, change) => {
    const directory = await context();
    const before = await digestContext(directory, 'base');
    await change(directory);
    expect(await digestContext(directory, 'base')).not.toBe(before);
  });

  it('changes with the base image', async () => {
    const directory = await context();
    expect(await digestContext(directory, 'one')).not.toBe(await digestContext(directory, 'two'));
  });
});
