// Starts one practice host and waits until it serves.
import { MusterError } from '../errors.ts';
import { hostLabel, labLabel, ownerLabel, thisOwner } from './labels.ts';
import { listLabContainers } from './leftovers.ts';
import { findLoopbackPort, loopback } from './loopback-ports.ts';
import { inspectContainers } from './inspect.ts';
import { tryDocker } from './docker.ts';
import { startFailure, waitForDns, waitForSsh } from './wait-for-host.ts';
import type { ContainerRequest } from './lab-container.ts';
import type { LabHost, LabHostOptions, LabOptions } from './lab.ts';

const portAttempts = 3;

/** What every host of a starting lab gets. */
export interface SharedStart extends Pick<LabOptions, 'image' | 'progress' | 'keep'> {
  readonly id: string;
  /** Line for root's authorized_keys. */
  readonly publicKey: string;
}

/** Starts a host and returns when it serves; throws MusterError (LAB_START) and may leave a container behind. */
export async function startLabHost(options: LabHostOptions, shared: SharedStart): Promise<LabHost> {
  const { containerId, sshPort, dnsPort } = await startOnFreePorts(options, shared);
  const ip = (await inspectContainers([containerId])).get(containerId)?.ip ?? '';
  const host = { name: options.name, address: loopback, sshPort, dnsPort, containerId, ip };
  await waitForSsh(host);
  if (isNamedOn(options)) await waitForDns(host);
  shared.progress?.(`${host.name} serves: ssh ${loopback}:${sshPort}, dns ${loopback}:${dnsPort}`);
  return host;
}

/** Another process may take a port between our look and the engine's bind; then others are tried. */
async function startOnFreePorts(
  options: LabHostOptions,
  shared: SharedStart,
): Promise<{ containerId: string; sshPort: number; dnsPort: number }> {
  const { startContainer } = await import('./lab-container.ts');
  for (let attempt = 1; ; attempt += 1) {
    const [sshPort, dnsPort] = await Promise.all([findLoopbackPort(), findLoopbackPort()]);
    const request = containerRequest(options, shared, sshPort, dnsPort);
    try {
      return { containerId: await startContainer(request), sshPort, dnsPort };
    } catch (error) {
      if (attempt === portAttempts || !isPortConflict(error))
        throw await explain(error, options.name, shared.id);
      await tryDocker(['rm', '--force', '--volumes', request.containerName]);
    }
  }
}

/** A host that stops at once shows as an error about its ports; its console says more. */
async function explain(error: unknown, name: string, lab: string): Promise<MusterError> {
  const container = (await listLabContainers(lab)).find(({ host }) => host === name);
  if (container?.state === 'exited') {
    return startFailure({ name, containerId: container.containerId }, 'the host stopped while it booted');
  }
  const reason = error instanceof Error ? error.message.trim() : 'the engine does not say why';
  return new MusterError('LAB_START', `${name}: ${reason}`, { host: name, cause: error });
}

function containerRequest(
  options: LabHostOptions,
  shared: SharedStart,
  sshPort: number,
  dnsPort: number,
): ContainerRequest {
  const owner: Record<string, string> = shared.keep === true ? {} : { [ownerLabel]: thisOwner() };
  const release: Record<string, string> =
    options.release === undefined ? {} : { NETBSD_RELEASE: options.release };
  return {
    image: shared.image,
    containerName: `muster-lab-${shared.id}-${options.name}`,
    hostname: options.name,
    labels: { [labLabel]: shared.id, [hostLabel]: options.name, ...owner },
    env: {
      ...options.env,
      ...release,
      MUSTER_AUTHORIZED_KEY: shared.publicKey,
      MUSTER_NAMED: isNamedOn(options) ? 'YES' : 'NO',
    },
    sshPort,
    dnsPort,
  };
}

function isNamedOn(options: LabHostOptions): boolean {
  return options.named ?? true;
}

function isPortConflict(error: unknown): boolean {
  return error instanceof Error && /port is already allocated|address already in use/i.test(error.message);
}
