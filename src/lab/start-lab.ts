// Starts a lab: a key, the hosts side by side, and the files to reach them by. All or nothing.
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import pLimit from 'p-limit';
import { MusterError, UsageError } from '../errors.ts';
import { createClientKey } from './client-key.ts';
import { openContainerLab } from './container-lab.ts';
import { docker } from './docker.ts';
import { requireImage } from './image.ts';
import { renderInventory, renderKnownHosts } from './lab-files.ts';
import { removeLabs } from './leftovers.ts';
import { removeOnExit } from './remove-on-exit.ts';
import { startLabHost, type SharedStart } from './start-lab-host.ts';
import type { Lab, LabHost, LabHostOptions, LabOptions } from './lab.ts';

const startsAtOnce = 4;
const hostNamePattern = /^[a-z][a-z0-9-]{0,62}$/;
const labIdPattern = /^[a-z0-9][a-z0-9-]{0,40}$/;

/**
 * Starts practice hosts and returns when all of them serve. Throws UsageError (LAB_OPTIONS), or MusterError
 * (LAB_IMAGE, LAB_START, LAB_ENGINE) when a host does not come up; then nothing is left running.
 */
export async function startLab(options: LabOptions): Promise<Lab> {
  const wanted = hostOptions(options.hosts);
  const id = options.id ?? randomBytes(4).toString('hex');
  if (!labIdPattern.test(id)) throw new UsageError('LAB_OPTIONS', `not a lab id: ${JSON.stringify(id)}`);
  await requireImage(options.image);
  const disarm = options.keep === true ? undefined : removeOnExit(id);
  try {
    const directory = await privateDirectory(options.directory);
    const key = createClientKey(`muster-lab-${id}`);
    const hosts = await startAll(wanted, { ...options, id, publicKey: key.publicLine });
    const files = await writeFiles(directory, hosts, key.privateFile);
    return openContainerLab({ id, directory, hosts, ...files }, disarm);
  } catch (error) {
    await removeLabs(id);
    disarm?.();
    throw error;
  }
}

async function startAll(wanted: readonly LabHostOptions[], shared: SharedStart): Promise<readonly LabHost[]> {
  const limit = pLimit(startsAtOnce);
  const starts = await Promise.allSettled(wanted.map((host) => limit(() => startLabHost(host, shared))));
  const failure = starts.find((start) => start.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
  return starts.filter((start) => start.status === 'fulfilled').map((start) => start.value);
}

function hostOptions(hosts: LabOptions['hosts']): readonly LabHostOptions[] {
  const list =
    typeof hosts === 'number'
      ? Array.from({ length: hosts }, (_, index) => ({ name: `ns${index + 1}` }))
      : hosts;
  if (list.length === 0) throw new UsageError('LAB_OPTIONS', 'a lab needs at least one host');
  const names = new Set<string>();
  for (const { name } of list) {
    if (!hostNamePattern.test(name))
      throw new UsageError('LAB_OPTIONS', `not a host name: ${JSON.stringify(name)}`);
    if (names.has(name)) throw new UsageError('LAB_OPTIONS', `two hosts are called ${name}`);
    names.add(name);
  }
  return list;
}

async function privateDirectory(path: string): Promise<string> {
  const directory = resolve(path);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await chmod(directory, 0o700);
  return directory;
}

async function writeFiles(
  directory: string,
  hosts: readonly LabHost[],
  privateKey: string,
): Promise<Pick<Lab, 'identityFile' | 'knownHostsFile' | 'inventoryFile'>> {
  const files = {
    identityFile: join(directory, 'id_ed25519'),
    knownHostsFile: join(directory, 'known_hosts'),
    inventoryFile: join(directory, 'inventory.yaml'),
  };
  const known = await Promise.all(hosts.map(readHostKeys));
  await writeFile(files.identityFile, privateKey, { mode: 0o600 });
  await chmod(files.identityFile, 0o600);
  await writeFile(files.knownHostsFile, known.join(''));
  await writeFile(files.inventoryFile, renderInventory(hosts, files));
  return files;
}

/** Read through the engine, so that the first SSH connection already knows whom it must meet. */
async function readHostKeys(host: LabHost): Promise<string> {
  const keys = await docker(['exec', host.containerId, 'sh', '-c', 'cat /etc/ssh/ssh_host_*_key.pub']);
  const lines = renderKnownHosts(host, keys);
  if (lines === '')
    throw new MusterError('LAB_START', `${host.name} has no SSH host keys`, { host: host.name });
  return lines;
}
