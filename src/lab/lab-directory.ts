// What every lab has, whatever runs it: a directory with the files by which muster and ssh reach the hosts.
import { chmod, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { didYouMean, isMusterError, UsageError } from '../model/index.ts';
import type { Lab, LabHost } from './lab.ts';

/** What there is to know about a lab in order to work with it; plain data, also in the state file. */
export interface LabState<H extends LabHost = LabHost> extends Pick<
  Lab,
  'id' | 'directory' | 'identityFile' | 'knownHostsFile' | 'inventoryFile'
> {
  readonly hosts: readonly H[];
}

/** Name of the state file in a lab's directory. */
export const stateFileName = 'lab.json';

/** Name of the empty file that says that a directory is a lab's. */
const markName = '.muster-lab';

/**
 * Makes a directory a lab's: private and marked. Gives its absolute path. Throws UsageError (LAB_DIRECTORY) when it cannot
 * be made or written, and when it holds anything and was no lab's before, since files of the same names would be
 * overwritten, and removed in the end.
 */
export async function claimDirectory(path: string): Promise<string> {
  try {
    return await claim(resolve(path));
  } catch (cause) {
    if (isMusterError(cause)) throw cause;
    const words = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError('LAB_DIRECTORY', `the lab's files cannot be written: ${words}`, {
      cause,
      hint: 'name another directory with --directory',
    });
  }
}

async function claim(directory: string): Promise<string> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const names = await readdir(directory);
  if (names.length > 0 && !names.includes(markName)) {
    throw new UsageError('LAB_DIRECTORY', `${directory} holds files that are no lab's`, {
      hint: 'name a new or an empty directory with --directory',
    });
  }
  await chmod(directory, 0o700);
  await writeFile(join(directory, markName), '');
  return directory;
}

/** Removes what a lab wrote into its directory. */
export async function removeLabFiles(lab: LabState): Promise<void> {
  const { identityFile, knownHostsFile, inventoryFile } = lab;
  const ours = [stateFileName, markName].map((name) => join(lab.directory, name));
  await Promise.all(
    [identityFile, knownHostsFile, inventoryFile, ...ours].map((file) => rm(file, { force: true })),
  );
}

/** Throws UsageError (LAB_HOST) for a name that is not in the lab. */
export function hostNamed<H extends LabHost>(
  lab: { readonly id: string; readonly hosts: readonly H[] },
  name: string,
): H {
  const host = lab.hosts.find((candidate) => candidate.name === name);
  if (host !== undefined) return host;
  const names = lab.hosts.map((candidate) => candidate.name);
  throw new UsageError('LAB_HOST', `no host ${JSON.stringify(name)} in lab ${lab.id}`, {
    hint: didYouMean(name, names) ?? `it has ${names.join(', ')}`,
  });
}
