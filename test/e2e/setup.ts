// Runs once before the e2e suites: chooses who runs practice hosts and has the image made. Suites read it through engine.ts.
import { chooseBackend, labBackends, prepareImage, type LabBackend } from '../../src/lab/index.ts';
import { removeOrphanedLabs } from '../../src/lab/leftovers.ts';

/**
 * MUSTER_LAB_BACKEND forces a backend. Sets it and MUSTER_IMAGE, or MUSTER_E2E_SKIP_REASON when nothing here can run
 * hosts; in CI that is a failure, as everywhere is an image that cannot be made.
 */
export async function setup(): Promise<void> {
  const backend = await backendForTests();
  if (backend === undefined) return;
  process.env['MUSTER_LAB_BACKEND'] = backend;
  if (backend === 'docker') await removeOrphanedLabs();
  const { source } = await prepareImage(backend, (line) => process.stderr.write(`${line}\n`));
  process.env['MUSTER_IMAGE'] = source;
}

async function backendForTests(): Promise<LabBackend | undefined> {
  const name = process.env['MUSTER_LAB_BACKEND'] ?? '';
  const wanted = labBackends.find((candidate) => candidate === name);
  if (wanted === undefined && name !== '') throw new Error(`MUSTER_LAB_BACKEND: no backend '${name}'`);
  try {
    const { backend, reason } = await chooseBackend(wanted);
    process.stderr.write(`practice hosts by the ${backend} backend: ${reason}\n`);
    return backend;
  } catch (error) {
    if (process.env['CI'] === 'true') throw error;
    process.env['MUSTER_E2E_SKIP_REASON'] = error instanceof Error ? error.message : String(error);
    return undefined;
  }
}

/** Removes containers that suites left behind; embedded hosts end with the process that started them. */
export async function teardown(): Promise<void> {
  if (process.env['MUSTER_LAB_BACKEND'] === 'docker') await removeOrphanedLabs();
}
