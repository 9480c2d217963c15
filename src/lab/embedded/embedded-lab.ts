// A lab whose hosts are namespaces of this machine's kernel: every method is a question to the lab's keeper.
import { readFile, readdir, readlink } from 'node:fs/promises';
import { isMusterError } from '../../model/index.ts';
import { hostNamed, removeLabFiles, type LabState } from '../lab-directory.ts';
import type { Lab, LabExecResult, LabFault, LabHost, LabHostStatus } from '../lab.ts';
import { loopback } from '../loopback-ports.ts';
import { eventually, greetsAsSsh } from '../readiness.ts';
import { startFailed } from '../start-failed.ts';
import { removeKeeperFiles } from './keeper-files.ts';
import { askLab, execSchema, statusSchema, type EmbeddedStatus, type LabRequest } from './wire.ts';

/** A host that says that it is up answers at once, unless the machine is very busy. */
const answerTimeoutMs = 30_000;

/** Gives a lab over hosts that a keeper runs. */
export function openEmbeddedLab(state: LabState): Lab {
  return new EmbeddedLab(state);
}

class EmbeddedLab implements Lab {
  readonly backend = 'embedded';
  readonly id: string;
  readonly directory: string;
  readonly hosts: readonly LabHost[];
  readonly identityFile: string;
  readonly knownHostsFile: string;
  readonly inventoryFile: string;

  constructor(state: LabState) {
    this.id = state.id;
    this.directory = state.directory;
    this.hosts = state.hosts;
    this.identityFile = state.identityFile;
    this.knownHostsFile = state.knownHostsFile;
    this.inventoryFile = state.inventoryFile;
  }

  async stop(): Promise<void> {
    await endLab(this.directory);
    await removeKeeperFiles(this.directory);
    await removeLabFiles(this);
  }

  async status(): Promise<readonly LabHostStatus[]> {
    const found = await this.#statusOf();
    return this.hosts.map((host) => ({
      host,
      state: found?.find(({ name }) => name === host.name)?.state ?? 'gone',
    }));
  }

  async exec(name: string, command: readonly string[]): Promise<LabExecResult> {
    return execSchema.parse(await this.#ask({ op: 'exec', host: name, command: [...command] }));
  }

  async kill(name: string): Promise<void> {
    await this.#ask({ op: 'kill', host: name });
  }

  async pause(name: string): Promise<void> {
    await this.#ask({ op: 'pause', host: name });
  }

  async unpause(name: string): Promise<void> {
    await this.#ask({ op: 'unpause', host: name });
  }

  async restart(name: string): Promise<void> {
    await this.#ask({ op: 'restart', host: name });
    await waitForGreeting(hostNamed(this, name));
  }

  async reset(name: string): Promise<void> {
    await this.#ask({ op: 'reset', host: name });
    await waitForGreeting(hostNamed(this, name));
  }

  async fault(name: string, fault: LabFault): Promise<void> {
    await this.#ask({ op: 'fault', host: name, fault });
  }

  async clearFaults(name: string): Promise<void> {
    await this.#ask({ op: 'clear', host: name });
  }

  async hostPid(name: string): Promise<number | undefined> {
    hostNamed(this, name);
    const namespace = (await this.#statusOf())?.find((host) => host.name === name)?.namespace ?? '';
    return namespace === '' ? undefined : firstProcessOf(namespace);
  }

  async #ask(request: LabRequest & { readonly host: string }): Promise<unknown> {
    hostNamed(this, request.host);
    return askLab(this.directory, request);
  }

  /** Undefined when the lab does not run. */
  async #statusOf(): Promise<EmbeddedStatus | undefined> {
    try {
      return statusSchema.parse(await askLab(this.directory, { op: 'status' }));
    } catch (error) {
      if (isMusterError(error) && error.code === 'LAB_GONE') return undefined;
      throw error;
    }
  }
}

/** Ends the lab in `directory`, if it runs. */
export async function endLab(directory: string): Promise<void> {
  try {
    await askLab(directory, { op: 'stop' });
  } catch (error) {
    if (!isMusterError(error) || error.code !== 'LAB_GONE') throw error;
  }
}

/** Throws MusterError (LAB_START) when sshd does not greet. */
export async function waitForGreeting(host: Pick<LabHost, 'name' | 'sshPort'>): Promise<void> {
  if (!(await eventually(() => greetsAsSsh(loopback, host.sshPort), answerTimeoutMs))) {
    throw startFailed(host.name, `no answer from sshd within ${answerTimeoutMs / 1000} s`, '');
  }
}

/** The process that is number 1 in a pid namespace, as this machine's kernel numbers it. */
async function firstProcessOf(namespace: string): Promise<number | undefined> {
  const pids = (await readdir('/proc')).map(Number).filter(Number.isInteger);
  const answers = await Promise.all(
    pids.map(async (pid) => {
      try {
        if ((await readlink(`/proc/${pid}/ns/pid`)) !== namespace) return false;
        return /^NSpid:.*\t1$/m.test(await readFile(`/proc/${pid}/status`, 'latin1'));
      } catch {
        return false;
      }
    }),
  );
  return pids[answers.indexOf(true)];
}
