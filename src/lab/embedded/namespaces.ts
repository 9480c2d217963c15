// What this machine's kernel lets us do: private namespaces as root, or below a user namespace as anybody else.
import { readFile } from 'node:fs/promises';
import { isMusterError } from '../../model/index.ts';
import { lastLine, runProgram } from '../../programs/index.ts';

const lab = ['--mount', '--pid', '--net', '--fork', '--kill-child'];
// Several users are needed on a host, so one mapped id is not enough: /etc/subuid and newuidmap give the others.
const user = ['--user', '--map-root-user', '--map-auto'];

/** The command, to be followed by another, that runs that one in a lab's namespaces, as root there. */
export function unshareLab(): readonly string[] {
  return isRoot() ? ['unshare', ...lab] : ['unshare', ...user, ...lab];
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** Whether this process is in a user namespace below the machine's own, where root is root of less. */
export async function isInUserNamespace(): Promise<boolean> {
  return !/^\s*0\s+0\s+4294967295\s*$/m.test(await readFile('/proc/self/uid_map', 'latin1'));
}

/** Whether hosts that we start can have device nodes: nobody can make one in a user namespace. */
export async function mayMakeDevices(): Promise<boolean> {
  return isRoot() && !(await isInUserNamespace());
}

/** Whether embedded labs can run here, and if not, why. */
export type EmbeddedAvailability =
  { readonly available: true } | { readonly available: false; readonly reason: string };

/** Tries it with a command that does nothing; never throws. */
export async function embeddedAvailability(): Promise<EmbeddedAvailability> {
  if (process.platform !== 'linux') return { available: false, reason: 'only Linux has namespaces' };
  const [command = '', ...args] = unshareLab();
  const trial =
    'mount -t proc proc /proc && mount -t tmpfs tmpfs /tmp && command -v nsenter >/dev/null && command -v setpriv >/dev/null';
  try {
    const end = await runProgram(command, [...args, 'sh', '-c', trial], { timeoutMs: 10_000 });
    if (end.exitCode === 0) return { available: true };
    const hint = isRoot()
      ? ''
      : '; an ordinary user needs user namespaces, newuidmap and lines in /etc/subuid and /etc/subgid';
    return { available: false, reason: `unshare: ${lastLine(end.stderr) || 'no namespaces'}${hint}` };
  } catch (error) {
    if (!isMusterError(error)) throw error;
    return { available: false, reason: error.message };
  }
}
