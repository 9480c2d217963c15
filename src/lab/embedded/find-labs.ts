// Embedded labs that run on this machine, of all users: found by their keepers' command lines.
import { readFile, readdir } from 'node:fs/promises';

/** Directories of the labs that run and that this user can see. */
export async function findEmbeddedLabs(): Promise<readonly string[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const directories = await Promise.all(pids.map(keeperDirectory));
  return directories.filter((directory) => directory !== undefined);
}

async function keeperDirectory(pid: string): Promise<string | undefined> {
  try {
    const [, program = '', directory] = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0');
    return program.endsWith('/lab/embedded/keeper.js') ? directory : undefined;
  } catch {
    return undefined;
  }
}
