// Starts a lab: keys, the hosts side by side, and the files to reach them by. All or nothing.
import { randomBytes } from 'node:crypto';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../model/index.ts';
import { createClientKey } from './client-key.ts';
import { openContainerLab } from './container-lab.ts';
import { openEmbeddedLab } from './embedded/embedded-lab.ts';
import { mayMakeDevices } from './embedded/namespaces.ts';
import { startEmbedded } from './embedded/start-embedded.ts';
import { createHostKey } from './host-key.ts';
import { claimDirectory } from './lab-directory.ts';
import { renderInventory, renderKnownHosts } from './lab-files.ts';
import { saveLab } from './lab-state.ts';
import { hostStart, type HostStart } from './lab-start.ts';
import { removeOnExit } from './remove-on-exit.ts';
import { startContainers } from './start-containers.ts';
import type { Lab, LabHost, LabHostOptions, LabOptions } from './lab.ts';

const hostNamePattern = /^[a-z][a-z0-9-]{0,62}$/;
const releasePattern = /^[1-9]\d*\.\d+(\.\d+)*(_[A-Z0-9]+)?$/;
const labIdPattern = /^[a-z0-9][a-z0-9-]{0,40}$/;

/**
 * Starts practice hosts and returns when all of them serve; those to be kept are saved then, so that `loadLab` finds them.
 * Throws UsageError (LAB_OPTIONS, LAB_DIRECTORY), or MusterError (LAB_UP, LAB_IMAGE, LAB_START, LAB_PORTS, LAB_ENGINE) when a
 * host does not come up; then nothing is left running.
 */
export async function startLab(options: LabOptions): Promise<Lab> {
  const wanted = hostOptions(options.hosts);
  const id = options.id ?? randomBytes(4).toString('hex');
  if (!labIdPattern.test(id)) throw new UsageError('LAB_OPTIONS', `not a lab id: ${JSON.stringify(id)}`);
  const directory = await claimDirectory(options.directory);
  const clientKey = createClientKey(`muster-lab-${id}`);
  const hostKeys = wanted.map(() => createHostKey());
  const starts = wanted.map((host, index) =>
    hostStart(host, clientKey.publicLine, hostKeys[index] ?? createHostKey()),
  );
  const open = options.image.backend === 'docker' ? containers : embedded;
  const vars = options.image.backend === 'embedded' && !(await mayMakeDevices()) ? { devices: [] } : {};
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
  const disarm = removeOnExit(id);
  try {
    const hosts = await startContainers(starts, { id, image: image.source, keep, progress });
    const state = { id, directory, image: image.source, hosts, ...(await write(hosts)) };
    if (!keep) return openContainerLab(state, disarm);
    const lab = openContainerLab(state);
    await saveLab(lab);
    disarm();
    return lab;
  } catch (error) {
    disarm();
    throw error;
  }
}

async function embedded({ options, id, directory, starts }: Start, write: WriteFiles): Promise<Lab> {
  // An overlay's layers are named in the options of a mount, where these characters mean something else.
  if (/[,:\\]/.test(directory)) {
    throw new UsageError('LAB_OPTIONS', `${directory}: the path of an embedded lab cannot hold , : or \\`);
  }
  const { progress, image } = options;
  const { hosts, keeper } = await startEmbedded({
    id,
    directory,
    tar: image.source,
    hosts: starts,
    progress,
  });
  try {
    const lab = openEmbeddedLab({ id, directory, hosts, ...(await write(hosts)) });
    if (options.keep === true) {
      await saveLab(lab);
      await keeper.outliveUs();
    }
    return lab;
  } catch (error) {
    await keeper.end();
    throw error;
  }
}

function hostOptions(hosts: LabOptions['hosts']): readonly LabHostOptions[] {
  const list: readonly LabHostOptions[] =
    typeof hosts === 'number'
      ? Array.from({ length: hosts }, (_, index) => ({ name: `ns${index + 1}` }))
      : hosts;
  if (list.length === 0) throw new UsageError('LAB_OPTIONS', 'a lab needs at least one host');
  const names = new Set<string>();
  for (const { name, release } of list) {
    if (!hostNamePattern.test(name))
      throw new UsageError('LAB_OPTIONS', `not a host name: ${JSON.stringify(name)}`);
    if (names.has(name)) throw new UsageError('LAB_OPTIONS', `two hosts are called ${name}`);
    if (release !== undefined && !releasePattern.test(release))
      throw new UsageError('LAB_OPTIONS', `not a NetBSD release: ${JSON.stringify(release)}`);
    names.add(name);
  }
  return list;
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
