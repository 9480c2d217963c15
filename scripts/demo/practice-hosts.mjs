// The practice hosts of the demo. Needs the build.
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { built } from '../built.mjs';

/** @typedef {import('../../src/lab/index.ts').Lab} Lab */

/** The command line that plays. */
export const main = join(import.meta.dirname, '../../dist/cli/main.js');

/**
 * Three hosts while `work` runs; they and their directory go however it ends.
 * @template T
 * @param {(lab: Lab, directory: string) => Promise<T>} work
 * @param {(line: string) => void} say hears what is going on
 * @returns {Promise<T>}
 */
export async function withPracticeHosts(work, say) {
  const { chooseBackend, prepareImage, startLab } = /** @type {typeof import('../../src/lab/index.ts')} */ (
    await built('lab/index.js')
  );
  const { backend, reason } = await chooseBackend();
  say(`practice hosts by the ${backend} backend: ${reason}`);
  const image = await prepareImage(backend, say);
  const directory = await mkdtemp(join(tmpdir(), 'muster-demo-'));
  removeAtTheEnd(directory);
  const lab = await startLab({ hosts: 3, image, directory, progress: say });
  try {
    return await work(lab, directory);
  } finally {
    await lab.stop();
  }
}

/**
 * There is a key in it, so it goes however this process ends.
 * @param {string} directory
 */
function removeAtTheEnd(directory) {
  const remove = () => {
    rmSync(directory, { recursive: true, force: true });
  };
  process.once('exit', remove);
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.once(signal, () => {
      remove();
      // The last who listens lets it end as if nobody had.
      if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
    });
  }
}
