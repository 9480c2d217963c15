// A lab whose hosts are containers: every method is one or two questions to the engine.
import { readFile } from 'node:fs/promises';
import { UsageError } from '../model/index.ts';
import { docker, pauseContainer, tryDocker } from './docker.ts';
import { inspectContainers } from './inspect.ts';
import { removeLabs } from './leftovers.ts';
import { waitForSsh } from './wait-for-host.ts';
import { hostNamed, removeLabFiles, type LabState } from './lab-directory.ts';
import type { ContainerHost } from './container-host.ts';
import { containerNameOf, startContainerHost } from './start-container-host.ts';
import type { Lab, LabExecResult, LabFault, LabHostStatus } from './lab.ts';

const execTimeoutMs = 120_000;
/** Seconds that a host's services get to end before a restart cuts them off. */
const shutdownSeconds = 5;
/** A slow processor is a fifth of one. By a quota, because an engine takes `--cpus 0` for "as before". */
const slowCpu = ['--cpu-period', '100000', '--cpu-quota', '20000'];
const fullCpu = ['--cpu-quota', '-1'];

/** State of a lab of containers. */
export interface ContainerLabState extends LabState<ContainerHost> {
  readonly image: string;
}

/** Gives a lab over running containers. `onStopped` is called once they are gone. */
export function openContainerLab(state: ContainerLabState, onStopped?: () => void): Lab {
  return new ContainerLab(state, onStopped);
}

class ContainerLab implements Lab {
  readonly backend = 'docker';
  readonly image: string;
  readonly id: string;
  readonly directory: string;
  readonly identityFile: string;
  readonly knownHostsFile: string;
  readonly inventoryFile: string;
  #hosts: readonly ContainerHost[];
  readonly #onStopped: (() => void) | undefined;

  constructor(state: ContainerLabState, onStopped: (() => void) | undefined) {
    this.id = state.id;
    this.image = state.image;
    this.directory = state.directory;
    this.identityFile = state.identityFile;
    this.knownHostsFile = state.knownHostsFile;
    this.inventoryFile = state.inventoryFile;
    this.#hosts = state.hosts;
    this.#onStopped = onStopped;
  }

  get hosts(): readonly ContainerHost[] {
    return this.#hosts;
  }

  async stop(): Promise<void> {
    await removeLabs(this.id);
    this.#onStopped?.();
    await removeLabFiles(this);
  }

  async status(): Promise<readonly (LabHostStatus & { readonly host: ContainerHost })[]> {
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
    await pauseContainer(this.#host(name).containerId);
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

  async reset(name: string): Promise<void> {
    const host = this.#host(name);
    // By name: an earlier reset that failed may have left a container of another id. There may be none.
    await tryDocker(['rm', '--force', '--volumes', containerNameOf(this.id, name)]);
    const { start, sshPort, dnsPort } = host;
    const lab = { id: this.id, image: this.image, keep: this.#onStopped === undefined };
    const fresh = await startContainerHost(start, lab, { sshPort, dnsPort });
    this.#hosts = this.#hosts.map((other) => (other === host ? fresh : other));
  }

  async fault(name: string, fault: LabFault): Promise<void> {
    const { containerId } = this.#host(name);
    if (fault.kind === 'freeze') await pauseContainer(containerId);
    else if (fault.kind === 'slow-cpu') await docker(['update', ...slowCpu, containerId]);
    else if (fault.kind === 'reboot') await this.#loseAndRegainPower(name);
    else {
      throw new UsageError('LAB_FAULT', `a container cannot have the fault ${fault.kind} here`, {
        hint: 'a lab that was started with --backend embedded can',
      });
    }
  }

  async #loseAndRegainPower(name: string): Promise<void> {
    const host = this.#host(name);
    // Not `restart`, which lets services end in order. A host that is down already only starts.
    await tryDocker(['kill', host.containerId]);
    // A frozen one does not notice, where the kernel's control groups are of the first kind.
    await tryDocker(['unpause', host.containerId]);
    await docker(['wait', host.containerId]);
    await docker(['start', host.containerId]);
    await waitForSsh(host);
    this.#hosts = (await this.status()).map((status) => status.host);
  }

  async clearFaults(name: string): Promise<void> {
    const { containerId } = this.#host(name);
    if ((await inspectContainers([containerId])).get(containerId)?.state === 'paused')
      await docker(['unpause', containerId]);
    await docker(['update', ...fullCpu, containerId]);
  }

  async hostPid(name: string): Promise<number | undefined> {
    const { containerId } = this.#host(name);
    const pid = (await inspectContainers([containerId])).get(containerId)?.pid ?? 0;
    return pid !== 0 && (await isOurProcess(pid, containerId)) ? pid : undefined;
  }

  #host(name: string): ContainerHost {
    return hostNamed(this, name);
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
