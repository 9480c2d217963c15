// Runs once before the e2e suites: chooses who runs practice hosts and has the image made. Suites read it through engine.ts.
import { chooseBackend, labBackends, prepareImage, removeOrphanedLabs } from '../../src/lab/index.ts';

/**
 * MUSTER_LAB_BACKEND forces a backend. Sets it and MUSTER_IMAGE, or MUSTER_E2E_SKIP_REASON when no host can be started
 * here; in CI that is a failure.
 */
export async function setup(): Promise<void> {
  const wanted = labBackends.find((name) => name === process.env['MUSTER_LAB_BACKEND']);
  try {
    const { backend, reason } = await chooseBackend(wanted);
    process.stderr.write(`practice hosts by the ${backend} backend: ${reason}\n`);
    process.env['MUSTER_LAB_BACKEND'] = backend;
    if (backend === 'docker') await removeOrphanedLabs();
    const { source } = await prepareImage(backend, (line) => process.stderr.write(`${line}\n`));
    process.env['MUSTER_IMAGE'] = source;
  } catch (error) {
    if (process.env['CI'] === 'true') throw error;
    process.env['MUSTER_E2E_SKIP_REASON'] = error instanceof Error ? error.message : String(error);
  }
}

/** Removes containers that suites left behind; embedded hosts end with the process that started them. */
export async function teardown(): Promise<void> {
  if (process.env['MUSTER_LAB_BACKEND'] === 'docker') await removeOrphanedLabs();
}
