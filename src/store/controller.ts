// Whether the controller of a run is still there. A number of a process may be another one's by now; where the system says
// when a process began (procfs as on Linux), that is held against the record too.
import { readFileSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import type { RunOrigin } from '../model/index.ts';

type Controller = RunOrigin['controller'];

/** Of a controller on another machine nothing is known but when its record last grew. */
const silentMs = 15 * 60_000;

/** This process. */
export function thisController(): Controller {
  const begun = begunAt(process.pid);
  return { host: hostname(), pid: process.pid, ...(begun === undefined ? {} : { begun }) };
}

/** True while the controller may still write the record at `path`. */
export function isAtWork(controller: Controller, path: string, now: Date): boolean {
  if (controller.host !== hostname()) return now.getTime() - statSync(path).mtimeMs < silentMs;
  if (!isProcess(controller.pid)) return false;
  const begun = begunAt(controller.pid);
  return begun === undefined || controller.begun === undefined || begun === controller.begun;
}

function isProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It is somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Clock ticks from the machine's boot to the beginning of a process, with the id of that boot; `dead` for a zombie. */
function begunAt(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    return fields[0] === 'Z' ? 'dead' : `${boot} ${fields[19] ?? ''}`;
  } catch {
    return undefined;
  }
}
