// The processes of a host, found from its first one: every process in a pid namespace descends from that, because
// orphans are given to it.
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

/** The children of a process; none when it is gone. Needs CONFIG_PROC_CHILDREN, as every distribution's kernel has. */
export async function childrenOf(pid: number): Promise<readonly number[]> {
  try {
    return numbers(await readFile(`/proc/${pid}/task/${pid}/children`, 'latin1'));
  } catch {
    return [];
  }
}

/** Sends a signal to a process and all below it; parents first, so that a stopped parent starts no more. */
export function signalTree(pid: number, signal: NodeJS.Signals): void {
  // Number 0 would be our own process group.
  if (pid <= 0) return;
  try {
    process.kill(pid, signal);
    // Threads have children too, but what runs on a host forks in its first one or waits for those itself.
    for (const child of numbers(readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1')))
      signalTree(child, signal);
  } catch {
    // Gone in the meantime.
  }
}

function numbers(text: string): readonly number[] {
  return text
    .split(' ')
    .filter((word) => word !== '')
    .map(Number);
}
