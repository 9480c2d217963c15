// `npm run demo`: the story of the README on practice hosts, with the real commands and their real output. Needs the build.
import { spawn } from 'node:child_process';
import { built } from './built.mjs';
import { main, withPracticeHosts } from './demo/practice-hosts.mjs';
import { scenes, typed } from './demo/scenes.mjs';

const { isMusterError } = /** @type {typeof import('../src/model/index.ts')} */ (
  await built('model/index.js')
);

/** @returns {Promise<number>} the exit code */
async function demo() {
  return await withPracticeHosts(async (lab, directory) => {
    for (const scene of scenes(lab)) if (!(await play(scene, directory))) return 1;
    process.stdout.write('\nThat was it. The practice hosts are removed now.\n');
    return 0;
  }, say);
}

/** @param {string} line */
function say(line) {
  process.stderr.write(`${line}\n`);
}

/**
 * @param {import('./demo/scenes.mjs').Scene} scene
 * @param {string} directory
 * @returns {Promise<boolean>} whether it ended as it must
 */
async function play(scene, directory) {
  await scene.before?.();
  process.stdout.write(`\n━━ ${scene.title}\n$ ${typed(scene.args)}\n`);
  const child = spawn(process.execPath, [main, ...scene.args], {
    cwd: directory,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  /** @type {number | null} */
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code === scene.code) return true;
  process.stderr.write(`\nThe demo went wrong: exit ${String(code)}, expected ${String(scene.code)}\n`);
  return false;
}

try {
  process.exitCode = await demo();
} catch (error) {
  if (!isMusterError(error)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
