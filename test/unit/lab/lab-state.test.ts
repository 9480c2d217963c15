// The state file: what one process saves, another opens.
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openContainerLab } from '../../../src/lab/container-lab.ts';
import { loadLab, saveLab } from '../../../src/lab/lab-state.ts';
import { temporaryDirectory } from './temporary-directory.ts';

function state(directory: string): Parameters<typeof openContainerLab>[0] {
  return {
    id: 'a1',
    directory,
    identityFile: join(directory, 'id_ed25519'),
    knownHostsFile: join(directory, 'known_hosts'),
    inventoryFile: join(directory, 'inventory.yaml'),
    hosts: [
      {
        name: 'ns1',
        address: '127.0.0.1',
        sshPort: 20_001,
        dnsPort: 20_002,
        containerId: 'c1',
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

  it('gives undefined where no lab was saved', async () => {
    expect(await loadLab(await temporaryDirectory())).toBeUndefined();
  });

  it.each([
    ['that is not JSON', 'lab'],
    ['of another version', '{"version":2}'],
    [
      'with an unknown key',
      '{"version":1,"id":"a","directory":"/d","identityFile":"","knownHostsFile":"","inventoryFile":"","hosts":[],"more":1}',
    ],
  ])('refuses a file %s', async (_, text) => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, 'lab.json'), text);
    await expect(loadLab(directory)).rejects.toMatchObject({ code: 'LAB_STATE' });
  });
});

describe('a lab', () => {
  it('refuses names that it does not have, and says which it has', async () => {
    const lab = openContainerLab(state(await temporaryDirectory()));
    await expect(lab.exec('ns2', ['true'])).rejects.toMatchObject({
      code: 'LAB_HOST',
      message: 'no host "ns2" in lab a1; it has ns1',
    });
  });
});
