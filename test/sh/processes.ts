// Processes that a step left behind, and waiting for what comes a moment later.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** True when the process is there and not a zombie that waits for its parent. */
export function isAlive(pid: number): boolean {
  try {
    return !execFileSync('ps', ['-o', 'stat=', '-p', String(pid)])
      .toString()
      .includes('Z');
  } catch {
    return false;
  }
}

/** The process ids that a step wrote into a file, one a line; a line that is not whole yet is none. */
export function pidsIn(file: string): readonly number[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8').split('\n').slice(0, -1).map(Number);
}

/** Waits until the condition holds, 10 minutes at most; true when it does. */
export async function eventually(condition: () => boolean): Promise<boolean> {
  for (let turn = 0; turn < 6000; turn++) {
    if (condition()) return true;
    await sleep(100);
  }
  return condition();
}

/** sh that waits until a file is there, and is not empty if it must not be; 10 minutes at most. */
export function untilThere(file: string, needs: 'a name' | 'content' = 'a name'): string {
  return `for turn in $(seq 6000); do [ ! ${needs === 'content' ? '-s' : '-f'} "${file}" ] || break; sleep 0.1; done`;
}
