// The state file: what one process saves, another opens.
import { chmod, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openContainerLab } from '../../../src/lab/container-lab.ts';
import { openEmbeddedLab } from '../../../src/lab/embedded/embedded-lab.ts';
import { loadLab, saveLab } from '../../../src/lab/lab-state.ts';
import { temporaryDirectory } from './temporary-directory.ts';

function state(directory: string): Parameters<typeof openContainerLab>[0] {
  return {
    id: 'a1',
    image: 'muster/netbsd-host:0',
    directory,
    identityFile: join(directory, 'id_ed25519'),
    knownHostsFile: join(directory, 'known_hosts'),
    inventoryFile: join(directory, 'inventory.yaml'),
    hosts: [
      {
        name: 'ns1',
        release: '11.0',
        address: '127.0.0.1',
        sshPort: 20_001,
        dnsPort: 20_002,
        containerId: 'c1',
        start: { name: 'ns1', release: '11.0', serves: true, environment: { MUSTER_NAMED: 'YES' } },
        ip: '192.0.2.1',
      },
    ],
  };
}

describe('loadLab', () => {
  it('opens what saveLab wrote', async () => {
    const directory = await temporaryDirectory();
    const saved = state(directory);
    const file = await saveLab(openContainerLab(saved));
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await loadLab(directory)).toMatchObject(saved);
  });

  it('opens an embedded lab, which is gone if no keeper runs it', async () => {
    const directory = await temporaryDirectory();
    const { hosts, id, identityFile, knownHostsFile, inventoryFile } = state(directory);
    const { name, release, address, sshPort, dnsPort, ip } = hosts[0]!;
    const host = { name, release, address, sshPort, dnsPort, ip };
    const saved = { id, directory, identityFile, knownHostsFile, inventoryFile, hosts: [host] };
    await saveLab(openEmbeddedLab(saved));
    const opened = await loadLab(directory);
    expect(opened).toMatchObject({ ...saved, backend: 'embedded' });
    expect(await opened?.status()).toEqual([{ host, state: 'gone' }]);
  });

  it('returns undefined if no lab was saved', async () => {
    expect(await loadLab(await temporaryDirectory())).toBeUndefined();
  });

  it.each([
    ['that is not JSON', 'lab'],
    ['of another version', '{"version":1}'],
    ['of an unknown backend', '{"version":2,"backend":"zones","id":"a","directory":"/d","hosts":[]}'],
  ])('refuses a file %s', async (_, text) => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, 'lab.json'), text);
    await expect(loadLab(directory)).rejects.toMatchObject({ code: 'LAB_STATE' });
  });

  it.each([
    ['whose files are elsewhere', { identityFile: '/root/.ssh/id_ed25519' }],
    ['whose files are further down', { inventoryFile: 'sub/../../inventory.yaml' }],
    ['of another directory', { directory: '/elsewhere' }],
  ])('ignores a file %s, as a repository may contain it', async (_, strange) => {
    const directory = await temporaryDirectory();
    const file = await saveLab(openContainerLab(state(directory)));
    const saved = JSON.parse(await readFile(file, 'utf8')) as object;
    await writeFile(file, JSON.stringify({ ...saved, ...strange }));
    await expect(loadLab(directory)).rejects.toMatchObject({ code: 'LAB_STATE' });
  });

  it('ignores a file that others may read, because muster never writes it so', async () => {
    const directory = await temporaryDirectory();
    await chmod(await saveLab(openContainerLab(state(directory))), 0o644);
    await expect(loadLab(directory)).rejects.toThrow('was not written here by muster for you');
  });

  it('recognises its directory by another path, too', async () => {
    const directory = await temporaryDirectory();
    await saveLab(openContainerLab(state(directory)));
    const link = join(await temporaryDirectory(), 'link');
    await symlink(directory, link);
    expect(await loadLab(link)).toMatchObject({ id: 'a1' });
  });
});

describe('a lab', () => {
  it('refuses unknown names, and lists its own', async () => {
    const lab = openContainerLab(state(await temporaryDirectory()));
    await expect(lab.exec('ns2', ['true'])).rejects.toMatchObject({
      code: 'LAB_HOST',
      message: 'no host "ns2" in lab a1',
      hint: expect.stringContaining('ns1') as string,
    });
  });
});
