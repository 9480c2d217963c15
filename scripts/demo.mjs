// `npm run demo`: the story of the README on practice hosts, told by the real commands and their real output. Needs the build.
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { built } from './built.mjs';

/** @typedef {import('../src/lab/index.ts').Lab} Lab */
/**
 * One scene: what is told, which command runs, and how it must end.
 * @typedef {{ title: string, args: readonly string[], code: number, before?: () => Promise<void> }} Scene
 */

const { chooseBackend, prepareImage, startLab } = /** @type {typeof import('../src/lab/index.ts')} */ (
  await built('lab/index.js')
);
const { isMusterError } = /** @type {typeof import('../src/model/index.ts')} */ (
  await built('model/index.js')
);
const muster = join(import.meta.dirname, '../dist/cli/main.js');
const playbook = 'playbooks/caged-bind';

/**
 * @param {Lab} lab
 * @returns {readonly Scene[]}
 */
function scenes(lab) {
  const inventory = ['-i', lab.inventoryFile];
  const everywhere = `dig @127.0.0.1 www.example.net +short; ps -axww -o user -o command | grep "[s]bin/named"`;
  return [
    {
      title: 'Three DNS servers, each with the named of the base system, running as root',
      args: ['exec', ...inventory, everywhere],
      code: 0,
    },
    { title: 'What would change? Nothing is touched.', args: ['plan', playbook, ...inventory], code: 0 },
    {
      title: 'Move them into the cage, in parallel',
      args: ['apply', playbook, ...inventory, '--yes'],
      code: 0,
    },
    { title: 'Again: nothing is left to change', args: ['apply', playbook, ...inventory, '--yes'], code: 0 },
    { title: 'The same question as at the beginning', args: ['exec', ...inventory, everywhere], code: 0 },
    {
      title: 'Prove it, and compare the hosts with each other',
      args: ['verify', playbook, ...inventory],
      code: 0,
    },
    {
      title: 'Somebody edits one host by hand. Who, and what? (exit 3: drift and divergence)',
      before: async () => {
        await lab.exec('ns2', ['/bin/sh', '-c', 'echo "# by hand" >>/home/named/etc/named.conf']);
      },
      args: ['verify', playbook, ...inventory],
      code: 3,
    },
    {
      title: 'Take that one host back to before, by force, since somebody changed it; the others stay',
      args: ['rollback', '--limit', 'ns2', '--force', ...inventory, '--yes'],
      code: 0,
    },
    {
      title: 'ns2 serves with its base named again, the others from their cages',
      args: ['exec', ...inventory, everywhere],
      code: 0,
    },
  ];
}

/** @param {string} line */
function say(line) {
  process.stderr.write(`${line}\n`);
}

/** @returns {Promise<number>} the exit code */
async function main() {
  const { backend, reason } = await chooseBackend();
  say(`practice hosts by the ${backend} backend: ${reason}`);
  const image = await prepareImage(backend, say);
  const directory = await mkdtemp(join(tmpdir(), 'muster-demo-'));
  removeAtTheEnd(directory);
  const lab = await startLab({ hosts: 3, image, directory, progress: say });
  try {
    for (const scene of scenes(lab)) if (!(await play(scene))) return 1;
    process.stdout.write('\nThat was it. The practice hosts are removed now.\n');
    return 0;
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

/**
 * @param {Scene} scene
 * @returns {Promise<boolean>} whether it ended as it must
 */
async function play(scene) {
  await scene.before?.();
  process.stdout.write(`\n━━ ${scene.title}\n$ muster ${scene.args.map(shown).join(' ')}\n`);
  const child = spawn(process.execPath, [muster, ...scene.args], { stdio: ['ignore', 'inherit', 'inherit'] });
  /** @type {number | null} */
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code === scene.code) return true;
  process.stderr.write(`\nThe demo went wrong: exit ${String(code)}, expected ${String(scene.code)}\n`);
  return false;
}

/** @param {string} word */
function shown(word) {
  return /^[\w./@=-]+$/.test(word) ? word : `'${word}'`;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!isMusterError(error)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
