// What every lab has, whatever runs it: a directory with the files by which muster and ssh reach the hosts.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../errors.ts';
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

/** Removes what a lab wrote into its directory. */
export async function removeLabFiles(lab: LabState): Promise<void> {
  const { identityFile, knownHostsFile, inventoryFile } = lab;
  const files = [identityFile, knownHostsFile, inventoryFile, join(lab.directory, stateFileName)];
  await Promise.all(files.map((file) => rm(file, { force: true })));
}

/** Throws UsageError (LAB_HOST) for a name that is not in the lab. */
export function hostNamed<H extends LabHost>(
  lab: { readonly id: string; readonly hosts: readonly H[] },
  name: string,
): H {
  const host = lab.hosts.find((candidate) => candidate.name === name);
  if (host !== undefined) return host;
  const names = lab.hosts.map((candidate) => candidate.name).join(', ');
  throw new UsageError('LAB_HOST', `no host ${JSON.stringify(name)} in lab ${lab.id}; it has ${names}`);
}
