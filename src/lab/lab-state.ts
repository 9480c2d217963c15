// The state file of a lab: written by the process that starts it, read by the one that looks after it later.
import { readFile, realpath, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { UsageError } from '../model/index.ts';
import { openContainerLab } from './container-lab.ts';
import { openEmbeddedLab } from './embedded/embedded-lab.ts';
import { stateFileName } from './lab-directory.ts';
import type { Lab } from './lab.ts';

/** What every host was before a lab could choose. */
const oldRelease = '6.99.16';

const hostShape = {
  name: z.string(),
  release: z.string().default(oldRelease),
  address: z.string(),
  sshPort: z.number(),
  dnsPort: z.number(),
  ip: z.string(),
};
const labShape = {
  version: z.literal(2),
  id: z.string(),
  directory: z.string(),
  identityFile: z.string(),
  knownHostsFile: z.string(),
  inventoryFile: z.string(),
};
const startSchema = z.object({
  name: z.string(),
  release: z.string().default(oldRelease),
  serves: z.boolean(),
  environment: z.record(z.string(), z.string()),
});

const stateSchema = z.discriminatedUnion('backend', [
  z.object({
    ...labShape,
    backend: z.literal('docker'),
    image: z.string(),
    hosts: z.array(z.object({ ...hostShape, containerId: z.string(), start: startSchema })),
  }),
  z.object({ ...labShape, backend: z.literal('embedded'), hosts: z.array(z.object(hostShape)) }),
]);

/** Writes `lab.json` into the lab's directory, so that `loadLab` finds it; gives its path. */
export async function saveLab(lab: Lab): Promise<string> {
  const state = stateSchema.parse({ ...lab, version: 2, hosts: lab.hosts });
  const file = join(lab.directory, stateFileName);
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
      hint: 'remove the file, and the leftover hosts with: muster lab down --all',
      cause: state.error,
    });
  }
  await refuseStrange(state.data, dirname(file));
  return state.data.backend === 'docker' ? openContainerLab(state.data) : openEmbeddedLab(state.data);
}

/** A lab's files are removed in the end: a state file that came from somewhere must not say that yours are among them. */
async function refuseStrange(
  state: Pick<
    z.output<typeof stateSchema>,
    'directory' | 'identityFile' | 'knownHostsFile' | 'inventoryFile'
  >,
  directory: string,
): Promise<void> {
  const files = [state.identityFile, state.knownHostsFile, state.inventoryFile];
  const file = join(directory, stateFileName);
  const [here, there, info] = await Promise.all([
    realpath(directory),
    realOrAsSaid(state.directory),
    stat(file),
  ]);
  const isOurs = info.uid === process.geteuid?.() && (info.mode & 0o077) === 0;
  if (isOurs && here === there && files.every((each) => dirname(resolve(each)) === state.directory)) return;
  throw new UsageError('LAB_STATE', `${file} was not written here by muster for you`, {
    hint: 'muster does not use it; remove it, and leftover hosts with: muster lab down --all',
  });
}

async function realOrAsSaid(path: string): Promise<string> {
  return await realpath(path).catch(() => path);
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
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
