// Lab containers as the engine knows them, found by label: what is there, and removing it.
import { MusterError } from '../model/index.ts';
import { docker, tryDocker } from './docker.ts';
import { hostLabel, isOwnerGone, labLabel, ownerLabel } from './labels.ts';

const removalTimeoutMs = 120_000;
/** Somebody else removes the same container, or has done so: as good as having done it here. */
const alreadyGone = /no such container|removal of container .* is already in progress/i;

/** A lab container, running or not. */
interface LabContainer {
  readonly lab: string;
  readonly host: string;
  /** `HOSTNAME:PID` of the process it ends with; empty when it is meant to outlive its process. */
  readonly owner: string;
  readonly containerId: string;
  readonly state: string;
}

/** Every lab container on the engine, of all labs or of one. Throws MusterError (LAB_ENGINE). */
export async function listLabContainers(lab?: string): Promise<readonly LabContainer[]> {
  const filter = lab === undefined ? `label=${labLabel}` : `label=${labLabel}=${lab}`;
  const format = [label(labLabel), label(hostLabel), label(ownerLabel), '{{.ID}}', '{{.State}}'].join('\t');
  const out = await docker(['ps', '--all', '--no-trunc', '--filter', filter, '--format', format]);
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [id = '', host = '', owner = '', containerId = '', state = ''] = line.split('\t');
      return { lab: id, host, owner, containerId, state };
    });
}

/** Removes the containers of one lab, or of all labs of all users; gives what was removed. */
export async function removeLabs(lab?: string): Promise<readonly LabContainer[]> {
  return remove(await listLabContainers(lab));
}

/**
 * Removes labs whose process ended without being able to, e.g. by SIGKILL; labs that were kept on purpose stay.
 * @internal For programs that start labs that end with the process, which are the tests: `muster lab` keeps all of its own.
 */
export async function removeOrphanedLabs(): Promise<readonly LabContainer[]> {
  const containers = await listLabContainers();
  return remove(containers.filter(({ owner }) => isOwnerGone(owner)));
}

async function remove(containers: readonly LabContainer[]): Promise<readonly LabContainer[]> {
  if (containers.length > 0) {
    const ids = containers.map(({ containerId }) => containerId);
    const end = await tryDocker(['rm', '--force', '--volumes', ...ids], { timeoutMs: removalTimeoutMs });
    const complaints = end.stderr.split('\n').filter((line) => line !== '' && !alreadyGone.test(line));
    if (end.exitCode !== 0 && complaints.length > 0) {
      throw new MusterError('LAB_ENGINE', `docker rm: ${complaints.join('; ')}`);
    }
  }
  return containers;
}

function label(name: string): string {
  return `{{.Label "${name}"}}`;
}
