// A lab whose hosts are containers: every method is one or two questions to the engine.
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../errors.ts';
import { docker, tryDocker } from './docker.ts';
import { inspectContainers } from './inspect.ts';
import { removeLabs } from './leftovers.ts';
import { waitForSsh } from './wait-for-host.ts';
import type { Lab, LabExecResult, LabHost, LabHostStatus } from './lab.ts';

const execTimeoutMs = 120_000;
/** Seconds that a host's services get to end before a restart cuts them off. */
const shutdownSeconds = 5;

/** What there is to know about a lab in order to work with it; plain data, also in the state file. */
export type LabState = Pick<
  Lab,
  'id' | 'directory' | 'hosts' | 'identityFile' | 'knownHostsFile' | 'inventoryFile'
>;

/** Name of the state file in a lab's directory. */
export const stateFileName = 'lab.json';

/** Gives a lab over running containers. `onStopped` is called once they are gone. */
export function openContainerLab(state: LabState, onStopped?: () => void): Lab {
  return new ContainerLab(state, onStopped);
}

class ContainerLab implements Lab {
  readonly id: string;
  readonly directory: string;
  readonly identityFile: string;
  readonly knownHostsFile: string;
  readonly inventoryFile: string;
  #hosts: readonly LabHost[];
  readonly #onStopped: (() => void) | undefined;

  constructor(state: LabState, onStopped: (() => void) | undefined) {
    this.id = state.id;
    this.directory = state.directory;
    this.identityFile = state.identityFile;
    this.knownHostsFile = state.knownHostsFile;
    this.inventoryFile = state.inventoryFile;
    this.#hosts = state.hosts;
    this.#onStopped = onStopped;
  }

  get hosts(): readonly LabHost[] {
    return this.#hosts;
  }

  async stop(): Promise<void> {
    await removeLabs(this.id);
    this.#onStopped?.();
    const files = [
      this.identityFile,
      this.knownHostsFile,
      this.inventoryFile,
      join(this.directory, stateFileName),
    ];
    await Promise.all(files.map((file) => rm(file, { force: true })));
  }

  async status(): Promise<readonly LabHostStatus[]> {
    const found = await inspectContainers(this.#hosts.map(({ containerId }) => containerId));
    return this.#hosts.map((host) => {
      const inspection = found.get(host.containerId);
      return { host: { ...host, ip: inspection?.ip ?? '' }, state: inspection?.state ?? 'gone' };
    });
  }

  async exec(name: string, command: readonly string[]): Promise<LabExecResult> {
    const args = ['exec', this.#host(name).containerId, ...command];
    return tryDocker(args, { timeoutMs: execTimeoutMs });
  }

  async kill(name: string): Promise<void> {
    await docker(['kill', this.#host(name).containerId]);
  }

  async pause(name: string): Promise<void> {
    await docker(['pause', this.#host(name).containerId]);
  }

  async unpause(name: string): Promise<void> {
    await docker(['unpause', this.#host(name).containerId]);
  }

  async restart(name: string): Promise<void> {
    const host = this.#host(name);
    await docker(['restart', '-t', `${shutdownSeconds}`, host.containerId]);
    await waitForSsh(host);
    this.#hosts = (await this.status()).map((status) => status.host);
  }

  async hostPid(name: string): Promise<number | undefined> {
    const { containerId } = this.#host(name);
    const pid = (await inspectContainers([containerId])).get(containerId)?.pid ?? 0;
    return pid !== 0 && (await isOurProcess(pid, containerId)) ? pid : undefined;
  }

  #host(name: string): LabHost {
    const host = this.#hosts.find((candidate) => candidate.name === name);
    if (host !== undefined) return host;
    const names = this.#hosts.map((candidate) => candidate.name).join(', ');
    throw new UsageError('LAB_HOST', `no host ${JSON.stringify(name)} in lab ${this.id}; it has ${names}`);
  }
}

/** An engine on another machine gives process ids of that machine's kernel; ours would be a stranger's. */
async function isOurProcess(pid: number, containerId: string): Promise<boolean> {
  try {
    return (await readFile(`/proc/${pid}/cgroup`, 'utf8')).includes(containerId);
  } catch {
    return false;
  }
}
