// Labels on lab containers: how leftovers are found when the process that started them is gone.
import { hostname } from 'node:os';

/** Holds the lab's id. */
export const labLabel = 'muster.lab';
/** Holds the host's inventory name. */
export const hostLabel = 'muster.lab.host';
/** Holds `HOSTNAME:PID` of the process that a lab ends with; absent on labs that outlive their process. */
export const ownerLabel = 'muster.lab.owner';

/** This process as a value of the owner label. */
export function thisOwner(): string {
  return `${hostname()}:${process.pid}`;
}

/** True when the owner ran on this machine and runs no more. An owner elsewhere is never called gone. */
export function isOwnerGone(owner: string): boolean {
  const separator = owner.lastIndexOf(':');
  const pid = Number(owner.slice(separator + 1));
  if (owner.slice(0, separator) !== hostname() || !Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}
