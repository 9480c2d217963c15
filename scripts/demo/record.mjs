// The scenes of the picture, played, and what stays on a terminal of 100 columns after each command. Needs the build.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { main, withPracticeHosts } from './practice-hosts.mjs';
import { scenes, typed } from './scenes.mjs';

/** @typedef {{ title: string, command: string, printed: readonly string[] }} Played `printed` has its colours. */

/**
 * Throws if a command does not end as it must.
 * @param {(line: string) => void} say
 * @returns {Promise<readonly Played[]>}
 */
export async function record(say) {
  return await withPracticeHosts(async (lab, directory) => {
    const played = [];
    for (const scene of scenes(lab)) {
      const { title, args, pictured, before } = scene;
      if (pictured === undefined) continue;
      await before?.();
      say(`$ ${typed(args)}`);
      const lines = await linesOf(scene, directory);
      played.push({ title, command: typed(args), printed: shortened(lines, pictured) });
    }
    return played;
  }, say);
}

/**
 * Standard output only: on a terminal, progress is gone when the command has ended. No setting of the person's own counts.
 * @param {import('./scenes.mjs').Scene} scene
 * @param {string} directory
 * @returns {Promise<readonly string[]>}
 */
async function linesOf({ args, code: wanted }, directory) {
  const child = spawn(process.execPath, [main, ...args], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      FORCE_COLOR: '1',
      LC_ALL: 'C.UTF-8',
      HOME: directory,
      XDG_CONFIG_HOME: join(directory, 'config'),
      XDG_STATE_HOME: join(directory, 'state'),
    },
  });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (/** @type {string} */ text) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (/** @type {string} */ text) => (err += text));
  /** @type {number | null} */
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== wanted)
    throw new Error(`${typed(args)}: exit ${String(code)}, expected ${String(wanted)}\n${out}${err}`);
  return out.trimEnd().split('\n');
}

/**
 * @param {readonly string[]} lines
 * @param {{ first: number, last: number }} pictured
 */
function shortened(lines, { first, last }) {
  const left = lines.length - first - last;
  if (left <= 0) return lines;
  return [
    ...lines.slice(0, first),
    `\u001b[2m      ... ${String(left)} more lines\u001b[0m`,
    ...lines.slice(lines.length - last),
  ];
}
