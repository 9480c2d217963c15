// What embedded practice hosts cost: `npm run bench:lab [HOSTS]`. Needs a build, some memory, and a quiet machine.
// Memory is what the kernel calls available, before and after: it has everything in it, also what nobody accounts for.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const main = join(import.meta.dirname, '../../dist/cli/main.js');
const playbook = join(import.meta.dirname, '../../playbooks/caged-bind');
const hosts = Number(process.argv[2] ?? '100');
const directory = await mkdtemp(join(tmpdir(), 'muster-bench-'));

async function availableMb() {
  return Number(/MemAvailable:\s+(\d+)/.exec(await readFile('/proc/meminfo', 'utf8'))?.[1]) / 1024;
}

/**
 * @param {string} what
 * @param {readonly string[]} args
 */
async function timed(what, ...args) {
  const start = performance.now();
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (/** @type {Buffer} */ bytes) => (stderr += bytes.toString()));
  /** @type {number | null} */
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`${what}: exit ${code}\n${stderr.slice(-2000)}`);
  const seconds = (performance.now() - start) / 1000;
  const used = (before - (await availableMb())) / hosts;
  const each = `${((1000 * seconds) / hosts).toFixed(0)} ms a host`;
  const memory = `${used.toFixed(0)} MB a host in use afterwards`;
  console.log(`${what.padEnd(14)} ${seconds.toFixed(1).padStart(7)} s   ${each.padEnd(16)} ${memory}`);
}

const before = await availableMb();
const inventory = ['-i', join(directory, 'inventory.yaml')];
console.log(`${hosts} embedded hosts`);
try {
  await timed('lab up', 'lab', 'up', '-n', String(hosts), '--backend', 'embedded', '-d', directory);
  await timed('plan', 'plan', playbook, ...inventory);
  await timed('apply', 'apply', playbook, ...inventory, '--yes');
  await timed('verify', 'verify', playbook, ...inventory);
} finally {
  await timed('lab down', 'lab', 'down', '-d', directory).catch(console.error);
  await rm(directory, { recursive: true, force: true });
}
