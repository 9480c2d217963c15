// Starts the containers of a lab, a few at a time.
import pLimit from 'p-limit';
import { requireImage } from './image.ts';
import { removeLabs } from './leftovers.ts';
import { startContainerHost, type ContainerLabStart } from './start-container-host.ts';
import type { ContainerHost } from './container-host.ts';
import type { HostStart } from './lab-start.ts';

const startsAtOnce = 4;

/** All or nothing: throws MusterError (LAB_IMAGE, LAB_START, LAB_ENGINE), and then nothing is left running. */
export async function startContainers(
  hosts: readonly HostStart[],
  lab: ContainerLabStart,
): Promise<readonly ContainerHost[]> {
  await requireImage(lab.image);
  const limit = pLimit(startsAtOnce);
  const starts = await Promise.allSettled(hosts.map((host) => limit(() => startContainerHost(host, lab))));
  const failure = starts.find((start) => start.status === 'rejected');
  if (failure !== undefined) {
    await removeLabs(lab.id);
    throw failure.reason;
  }
  return starts.filter((start) => start.status === 'fulfilled').map((start) => start.value);
}
