// Assigns processor time. Controller and hosts are put into groups of processes of their own (cgroups, version 2), so no
// process is missed, even if it detached itself or was never waited for. If no group can be made, there is no figure.
import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A group of processes. */
export interface Account {
  /** Moves a process in; what it starts later is in there too. */
  take(pid: number): Promise<void>;
  /** The file that a process writes its own number to, to get in. */
  readonly door: string;
  cpuMs(): Promise<number>;
  /** Removes the group, which must be empty. */
  close(): Promise<void>;
}

/** Makes a group; undefined where that is not possible. */
export async function openAccount(name: string): Promise<Account | undefined> {
  const mounts = await readFile('/proc/mounts', 'utf8');
  const root = /^\S+ (\S+) cgroup2 /m.exec(mounts)?.[1];
  if (root === undefined) return undefined;
  const directory = join(root, `muster-bench-${process.pid}-${name}`);
  const door = join(directory, 'cgroup.procs');
  const cpuMs = async (): Promise<number> => {
    const text = await readFile(join(directory, 'cpu.stat'), 'utf8');
    return Number(/^usage_usec (\d+)/m.exec(text)?.[1]) / 1000;
  };
  try {
    await mkdir(directory);
    await cpuMs();
  } catch {
    return undefined;
  }
  return {
    door,
    cpuMs,
    take: (pid) => writeFile(door, String(pid)),
    close: () => rmdir(directory),
  };
}
