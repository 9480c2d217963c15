// Starts a lab: keys, the hosts side by side, and the files to reach them by. All or nothing.
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { UsageError } from '../errors.ts';
import { createClientKey } from './client-key.ts';
import { openContainerLab } from './container-lab.ts';
import { endLab, openEmbeddedLab } from './embedded/embedded-lab.ts';
import { isRoot } from './embedded/namespaces.ts';
import { startEmbedded } from './embedded/start-embedded.ts';
import { createHostKey } from './host-key.ts';
import { renderInventory, renderKnownHosts } from './lab-files.ts';
import { hostStart, type HostStart } from './lab-start.ts';
import { removeOnExit } from './remove-on-exit.ts';
import { startContainers } from './start-containers.ts';
import type { Lab, LabHost, LabHostOptions, LabOptions } from './lab.ts';

const hostNamePattern = /^[a-z][a-z0-9-]{0,62}$/;
const labIdPattern = /^[a-z0-9][a-z0-9-]{0,40}$/;

/**
 * Starts practice hosts and returns when all of them serve. Throws UsageError (LAB_OPTIONS), or MusterError
 * (LAB_IMAGE, LAB_START, LAB_PORTS, LAB_ENGINE) when a host does not come up; then nothing is left running.
 */
export async function startLab(options: LabOptions): Promise<Lab> {
  const wanted = hostOptions(options.hosts);
  const id = options.id ?? randomBytes(4).toString('hex');
  if (!labIdPattern.test(id)) throw new UsageError('LAB_OPTIONS', `not a lab id: ${JSON.stringify(id)}`);
  const directory = await privateDirectory(options.directory);
  const clientKey = createClientKey(`muster-lab-${id}`);
  const hostKeys = wanted.map(() => createHostKey());
  const starts = wanted.map((host, index) =>
    hostStart(host, clientKey.publicLine, hostKeys[index] ?? createHostKey()),
  );
  const open = options.image.backend === 'docker' ? containers : embedded;
  // In a user namespace nobody can make a device node.
  const vars = options.image.backend === 'embedded' && !isRoot() ? { devices: [] } : {};
  return open({ options, id, directory, starts }, (hosts) =>
    writeFiles(
      directory,
      hosts,
      clientKey.privateFile,
      hostKeys.map(({ publicLine }) => publicLine),
      vars,
    ),
  );
}

interface Start {
  readonly options: LabOptions;
  readonly id: string;
  readonly directory: string;
  readonly starts: readonly HostStart[];
}

type Files = Pick<Lab, 'identityFile' | 'knownHostsFile' | 'inventoryFile'>;
type WriteFiles = (hosts: readonly LabHost[]) => Promise<Files>;

async function containers({ options, id, directory, starts }: Start, write: WriteFiles): Promise<Lab> {
  const { progress, image } = options;
  const keep = options.keep === true;
  const disarm = keep ? undefined : removeOnExit(id);
  try {
    const hosts = await startContainers(starts, { id, image: image.source, keep, progress });
    return openContainerLab({ id, directory, image: image.source, hosts, ...(await write(hosts)) }, disarm);
  } catch (error) {
    disarm?.();
    throw error;
  }
}

async function embedded({ options, id, directory, starts }: Start, write: WriteFiles): Promise<Lab> {
  // An overlay's layers are named in the options of a mount, where these characters mean something else.
  if (/[,:\\]/.test(directory)) {
    throw new UsageError('LAB_OPTIONS', `${directory}: the path of an embedded lab cannot hold , : or \\`);
  }
  const { progress, image } = options;
  const keep = options.keep === true;
  try {
    const hosts = await startEmbedded({ id, directory, tar: image.source, keep, hosts: starts, progress });
    return openEmbeddedLab({ id, directory, hosts, ...(await write(hosts)) });
  } catch (error) {
    await endLab(directory);
    throw error;
  }
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
  hostKeys: readonly string[],
  vars: Readonly<Record<string, unknown>>,
): Promise<Files> {
  const files = {
    identityFile: join(directory, 'id_ed25519'),
    knownHostsFile: join(directory, 'known_hosts'),
    inventoryFile: join(directory, 'inventory.yaml'),
  };
  // The keys were made here, so that the first SSH connection already knows whom it must meet.
  const known = hosts.map((host, index) => renderKnownHosts(host, hostKeys[index] ?? ''));
  await writeFile(files.identityFile, privateKey, { mode: 0o600 });
  await chmod(files.identityFile, 0o600);
  await writeFile(files.knownHostsFile, known.join(''));
  await writeFile(files.inventoryFile, renderInventory(hosts, files, vars));
  return files;
}
