// Starts one practice host as a container and waits until it serves.
import { MusterError } from '../model/index.ts';
import { containerStarter } from './container-starter.ts';
import { hostLabel, labLabel, ownerLabel, thisOwner } from './labels.ts';
import { listLabContainers } from './leftovers.ts';
import { findLoopbackPorts, loopback } from './loopback-ports.ts';
import { inspectContainers } from './inspect.ts';
import { tryDocker } from './docker.ts';
import { startFailure, waitForDns, waitForSsh } from './wait-for-host.ts';
import type { ContainerHost } from './container-host.ts';
import type { ContainerRequest } from './lab-container.ts';
import type { HostStart } from './lab-start.ts';

const portAttempts = 3;

/** What every host of a lab of containers has in common. */
export interface ContainerLabStart {
  readonly id: string;
  readonly image: string;
  readonly keep: boolean;
  readonly progress?: ((line: string) => void) | undefined;
}

/** The name under which the engine knows a host of a lab. */
export function containerNameOf(lab: string, host: string): string {
  return `muster-lab-${lab}-${host}`;
}

type Ports = Pick<ContainerHost, 'sshPort' | 'dnsPort'>;

/**
 * Starts a host and returns when it serves; on free ports, or on those that are given. Throws MusterError (LAB_START) and
 * may leave a container behind.
 */
export async function startContainerHost(
  start: HostStart,
  lab: ContainerLabStart,
  fixed?: Ports,
): Promise<ContainerHost> {
  const { containerId, sshPort, dnsPort } = await startOnFreePorts(start, lab, fixed);
  const ip = (await inspectContainers([containerId])).get(containerId)?.ip ?? '';
  const host = {
    name: start.name,
    release: start.release,
    address: loopback,
    sshPort,
    dnsPort,
    containerId,
    ip,
    start,
  };
  await waitForSsh(host);
  if (start.serves) await waitForDns(host);
  lab.progress?.(`${host.name} serves: ssh ${loopback}:${sshPort}, dns ${loopback}:${dnsPort}`);
  return host;
}

/** Another process may take a port between our look and the engine's bind; then others are tried. */
async function startOnFreePorts(
  start: HostStart,
  lab: ContainerLabStart,
  fixed: Ports | undefined,
): Promise<Ports & { containerId: string }> {
  const { startContainer } = await containerStarter();
  for (let attempt = 1; ; attempt += 1) {
    const ports = fixed ?? (await freePorts());
    const request = containerRequest(start, lab, ports);
    try {
      return { containerId: await startContainer(request), ...ports };
    } catch (error) {
      if (attempt === portAttempts || !isPortConflict(error)) throw await explain(error, start.name, lab.id);
      await tryDocker(['rm', '--force', '--volumes', request.containerName]);
    }
  }
}

async function freePorts(): Promise<Ports> {
  const [sshPort = 0, dnsPort = 0] = await findLoopbackPorts(2);
  return { sshPort, dnsPort };
}

/** A host that stops at once shows as an error about its ports; its console says more. */
async function explain(error: unknown, name: string, lab: string): Promise<MusterError> {
  const container = (await listLabContainers(lab)).find(({ host }) => host === name);
  if (container?.state === 'exited') {
    return startFailure({ name, containerId: container.containerId }, 'the host stopped while it booted');
  }
  const reason = error instanceof Error ? error.message.trim() : 'the engine gives no reason';
  return new MusterError('LAB_START', `${name}: ${reason}`, { host: name, cause: error });
}

function containerRequest(start: HostStart, lab: ContainerLabStart, ports: Ports): ContainerRequest {
  const owner: Record<string, string> = lab.keep ? {} : { [ownerLabel]: thisOwner() };
  return {
    image: lab.image,
    containerName: containerNameOf(lab.id, start.name),
    hostname: start.name,
    labels: { [labLabel]: lab.id, [hostLabel]: start.name, ...owner },
    env: start.environment,
    ...ports,
  };
}

function isPortConflict(error: unknown): boolean {
  return error instanceof Error && /port is already allocated|address already in use/i.test(error.message);
}
