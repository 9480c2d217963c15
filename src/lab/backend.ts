// Which way of running practice hosts is taken, and why; and what they are made of.
import { isMusterError, MusterError } from '../model/index.ts';
import { containerStarter } from './container-starter.ts';
import { engineStatus } from './docker.ts';
import { ensureImage } from './image.ts';
import { embeddedAvailability } from './embedded/namespaces.ts';
import { ensureRootFileSystem } from './embedded/root-file-system.ts';
import type { LabBackend, LabImage } from './lab.ts';

/** A choice, with a sentence for the person who waits. */
export interface BackendChoice {
  readonly backend: LabBackend;
  readonly reason: string;
}

/**
 * Takes what is wanted, or else containers where they can be started, or else namespaces.
 * Throws MusterError (LAB_ENGINE, LAB_TESTCONTAINERS) with every reason when that cannot be had.
 */
export async function chooseBackend(
  wanted?: LabBackend,
  loadStarter: () => Promise<unknown> = containerStarter,
): Promise<BackendChoice> {
  const obstacle = wanted === 'embedded' ? undefined : await containerObstacle(loadStarter);
  if (wanted !== 'embedded' && obstacle === undefined) {
    return {
      backend: 'docker',
      reason: wanted === undefined ? 'a container engine answers' : 'as asked for',
    };
  }
  if (wanted === 'docker' && obstacle !== undefined) throw obstacle;
  const embedded = await embeddedAvailability();
  if (embedded.available) {
    const reason = obstacle === undefined ? 'as asked for' : `no containers (${obstacle.message})`;
    return { backend: 'embedded', reason };
  }
  const noContainers = obstacle === undefined ? '' : `; nor containers: ${obstacle.message}`;
  throw new MusterError('LAB_ENGINE', `no private namespaces: ${embedded.reason}${noContainers}`);
}

/** Why no container can be started here; undefined when nothing is in the way. */
async function containerObstacle(loadStarter: () => Promise<unknown>): Promise<MusterError | undefined> {
  const engine = await engineStatus();
  if (!engine.available) return new MusterError('LAB_ENGINE', `no container engine: ${engine.reason}`);
  try {
    await loadStarter();
    return undefined;
  } catch (error) {
    if (isMusterError(error)) return error;
    throw error;
  }
}

/** Makes sure that there is something to start hosts from, up to date. Throws MusterError (LAB_IMAGE). */
export async function prepareImage(backend: LabBackend, progress: (line: string) => void): Promise<LabImage> {
  const source = backend === 'docker' ? await ensureImage(progress) : await ensureRootFileSystem(progress);
  return { backend, source };
}
