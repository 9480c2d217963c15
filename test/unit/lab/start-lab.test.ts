// What startLab refuses before it asks the engine for anything.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startLab } from '../../../src/lab/start-lab.ts';
import { fakeDocker } from './fake-docker.ts';
import { temporaryDirectory } from './temporary-directory.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

const none = { backend: 'docker', source: 'none' } as const;

describe('startLab', () => {
  it.each([
    ['no hosts', { hosts: 0 }, 'a lab needs at least one host'],
    ['two hosts of one name', { hosts: [{ name: 'ns1' }, { name: 'ns1' }] }, 'two hosts are called ns1'],
    [
      'a release that is none',
      { hosts: [{ name: 'ns1', release: '11.0; reboot' }] },
      'not a NetBSD release: "11.0; reboot"',
    ],
    ['a name that is no host name', { hosts: [{ name: 'ns 1' }] }, 'not a host name: "ns 1"'],
    ['an id that is no label', { hosts: 1, id: '../up' }, 'not a lab id: "../up"'],
  ])('refuses %s', async (_, options, message) => {
    const docker = await fakeDocker('exit 1');
    const directory = join(await temporaryDirectory(), 'lab');
    await expect(startLab({ image: none, directory, ...options })).rejects.toMatchObject({
      code: 'LAB_OPTIONS',
      message,
    });
    expect(await docker.calls()).toEqual([]);
  });

  it('does not change a directory that holds something other than a lab', async () => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, 'inventory.yaml'), 'hosts: {}\n');
    await expect(startLab({ image: none, directory, hosts: 1 })).rejects.toMatchObject({
      code: 'LAB_DIRECTORY',
    });
    expect(await readdir(directory)).toEqual(['inventory.yaml']);
    expect(await readFile(join(directory, 'inventory.yaml'), 'utf8')).toBe('hosts: {}\n');
  });

  it('accepts the directory of an earlier lab', async () => {
    const docker = await fakeDocker('exit 1');
    const directory = await temporaryDirectory();
    for (const name of ['.muster-lab', 'inventory.yaml']) await writeFile(join(directory, name), '');
    await expect(startLab({ image: none, directory, hosts: 1 })).rejects.toMatchObject({ code: 'LAB_IMAGE' });
    expect(await docker.calls()).toHaveLength(1);
  });

  it('refuses a directory name that an overlay option cannot contain', async () => {
    const directory = join(await temporaryDirectory(), 'a,b');
    const image = { backend: 'embedded', source: '/no/such.tar' } as const;
    await expect(startLab({ image, directory, hosts: 1 })).rejects.toMatchObject({ code: 'LAB_OPTIONS' });
  });

  it('never downloads a missing image', async () => {
    const docker = await fakeDocker('exit 1');
    const directory = join(await temporaryDirectory(), 'lab');
    await expect(startLab({ image: none, directory, hosts: 1 })).rejects.toMatchObject({
      code: 'LAB_IMAGE',
    });
    expect(await docker.calls()).toEqual(['image inspect --format {{.Id}} none']);
  });
});
