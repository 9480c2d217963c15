// `npm run bench:start`: what muster costs the machine that it runs on, before and beside what hosts do: processor time of the
// process, as the system accounts it when it ends. Time by the clock stands beside it; that one depends on who else is at work.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { median, table } from './figures.ts';

const root = join(import.meta.dirname, '../..');
const muster = [join(root, 'dist/cli/main.js')];

// Loaded into each process before its program: at its end it says what it used, itself and all of its threads.
const account = `process.on('exit', () => {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  require('node:fs').writeSync(3, String(userCPUTime + systemCPUTime));
});`;

interface Cost {
  readonly cpuMs: number;
  readonly wallMs: number;
}

async function costOf(args: readonly string[]): Promise<Cost> {
  const begun = performance.now();
  const preload = `data:text/javascript,import{createRequire}from'node:module';const require=createRequire('file:///');${encodeURIComponent(account)}`;
  const child = spawn(process.execPath, ['--import', preload, ...args], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stdio[3]?.on('data', (bytes: Buffer) => {
    said += bytes.toString();
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0) throw new Error(`${args.join(' ')}: exit ${String(code)}`);
  return { cpuMs: Number(said) / 1000, wallMs: performance.now() - begun };
}

/** Runs muster to its end, for what is not measured. */
async function run(...args: readonly string[]): Promise<void> {
  await costOf([...muster, ...args]);
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { rounds: { type: 'string', default: '11' } } });
  const directory = await mkdtemp(join(tmpdir(), 'muster-bench-'));
  const inventory = ['-i', join(directory, 'lab/inventory.yaml'), '--no-history'];
  const playbook = join(root, 'playbooks/caged-bind');
  const works: Readonly<Record<string, readonly string[]>> = {
    'node alone': ['-e', '0'],
    'muster --version': [...muster, '--version'],
    'muster exec true': [...muster, 'exec', ...inventory, 'true'],
    'muster verify': [...muster, 'verify', playbook, ...inventory],
  };
  try {
    await run('lab', 'up', '-n', '1', '--backend', 'embedded', '-d', join(directory, 'lab'));
    await run('apply', playbook, ...inventory, '--yes');
    const rows: string[][] = [];
    for (const [name, args] of Object.entries(works)) {
      const costs: Cost[] = [];
      for (let round = 0; round < Number(values.rounds); round += 1) costs.push(await costOf(args));
      const [cpu, wall] = [costs.map(({ cpuMs }) => cpuMs), costs.map(({ wallMs }) => wallMs)];
      rows.push([name, ...[median(cpu), Math.min(...cpu), median(wall)].map((ms) => ms.toFixed(0))]);
    }
    process.stdout.write(
      `One practice host, ${values.rounds} rounds, load ${String(loadavg()[0]?.toFixed(1))}, ${process.version}.\n\n` +
        table(['', 'CPU ms', 'least', 'wall ms'], rows),
    );
  } finally {
    await run('lab', 'down', '-d', join(directory, 'lab'));
    await rm(directory, { recursive: true, force: true });
  }
}

await main();
