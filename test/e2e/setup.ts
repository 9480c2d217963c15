// Runs once before the e2e suites: finds the engine and builds the image. Suites read the answer through engine.ts.
import { engineStatus, ensureImage, removeOrphanedLabs } from '../../src/lab/index.ts';

/** Sets MUSTER_IMAGE, or MUSTER_E2E_SKIP_REASON when there is no engine; in CI a missing engine is a failure. */
export async function setup(): Promise<void> {
  const engine = await engineStatus();
  if (!engine.available) {
    if (process.env['CI'] === 'true') throw new Error(`no container engine, and CI=true: ${engine.reason}`);
    process.env['MUSTER_E2E_SKIP_REASON'] = engine.reason;
    return;
  }
  await removeOrphanedLabs();
  process.env['MUSTER_IMAGE'] = await ensureImage((line) => process.stderr.write(`image: ${line}\n`));
}

/** Removes what suites left behind that could not end properly; only labs of processes that are gone. */
export async function teardown(): Promise<void> {
  if (process.env['MUSTER_IMAGE'] !== undefined) await removeOrphanedLabs();
}
