// Which way of running practice hosts is taken, and why; and what they are made of.
import { MusterError } from '../model/index.ts';
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
 * Takes what is wanted, or else containers where an engine answers, or else namespaces.
 * Throws MusterError (LAB_ENGINE) with every reason when that cannot be had.
 */
export async function chooseBackend(wanted?: LabBackend): Promise<BackendChoice> {
  const docker = wanted === 'embedded' ? undefined : await engineStatus();
  if (docker?.available === true) {
    return {
      backend: 'docker',
      reason: wanted === undefined ? 'a container engine answers' : 'as asked for',
    };
  }
  if (wanted === 'docker')
    throw new MusterError('LAB_ENGINE', `no container engine: ${docker?.reason ?? ''}`);
  const embedded = await embeddedAvailability();
  if (embedded.available) {
    const reason = docker === undefined ? 'as asked for' : `no container engine (${docker.reason})`;
    return { backend: 'embedded', reason };
  }
  const noEngine = docker === undefined ? '' : `; nor a container engine: ${docker.reason}`;
  throw new MusterError('LAB_ENGINE', `no private namespaces: ${embedded.reason}${noEngine}`);
}

/** Makes sure that there is something to start hosts from, up to date. Throws MusterError (LAB_IMAGE). */
export async function prepareImage(backend: LabBackend, progress: (line: string) => void): Promise<LabImage> {
  const source = backend === 'docker' ? await ensureImage(progress) : await ensureRootFileSystem(progress);
  return { backend, source };
}
