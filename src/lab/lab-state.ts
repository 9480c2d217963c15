// The state file of a lab: written by the process that starts it, read by the one that looks after it later.
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { UsageError } from '../errors.ts';
import { openContainerLab, stateFileName } from './container-lab.ts';
import type { Lab } from './lab.ts';

const stateSchema = z.strictObject({
  version: z.literal(1),
  id: z.string(),
  directory: z.string(),
  identityFile: z.string(),
  knownHostsFile: z.string(),
  inventoryFile: z.string(),
  hosts: z.array(
    z.strictObject({
      name: z.string(),
      address: z.string(),
      sshPort: z.number(),
      dnsPort: z.number(),
      containerId: z.string(),
      ip: z.string(),
    }),
  ),
});

/** Writes `lab.json` into the lab's directory, so that `loadLab` finds it; gives its path. */
export async function saveLab(lab: Lab): Promise<string> {
  const { id, directory, identityFile, knownHostsFile, inventoryFile, hosts } = lab;
  const state: z.infer<typeof stateSchema> = {
    version: 1,
    id,
    directory,
    identityFile,
    knownHostsFile,
    inventoryFile,
    hosts: hosts.map((host) => ({ ...host })),
  };
  const file = join(directory, stateFileName);
  await writeFile(file, `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600 });
  return file;
}

/**
 * Opens the lab that was saved in `directory`, whether or not its hosts still run; an `ip` is as it was when saved.
 * Gives undefined when none was saved; throws UsageError (LAB_STATE) when the file is not one of ours.
 */
export async function loadLab(directory: string): Promise<Lab | undefined> {
  const file = join(resolve(directory), stateFileName);
  const text = await readIfThere(file);
  if (text === undefined) return undefined;
  const state = stateSchema.safeParse(parseJson(text, file));
  if (!state.success) {
    throw new UsageError('LAB_STATE', `${file} is not a lab's state file of this version of muster`, {
      hint: 'remove the file, and the leftover hosts with: muster lab down',
      cause: state.error,
    });
  }
  return openContainerLab(state.data);
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UsageError('LAB_STATE', `${file} is not JSON`, { cause });
  }
}
