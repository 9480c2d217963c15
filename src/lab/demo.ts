// `npm run demo`: the story of the README on practice hosts, told by the real commands and their real output.
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chooseBackend, prepareImage } from './backend.ts';
import { isMusterError } from '../model/index.ts';
import type { Lab } from './lab.ts';
import { startLab } from './start-lab.ts';

const muster = join(import.meta.dirname, '../cli/main.js');
const playbook = 'playbooks/caged-bind';

/** One scene: what is told, which command runs, and how it must end. */
interface Scene {
  readonly title: string;
  readonly args: readonly string[];
  readonly code: number;
  readonly before?: () => Promise<void>;
}

function scenes(lab: Lab): readonly Scene[] {
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

async function main(): Promise<number> {
  const say = (line: string): void => {
    process.stderr.write(`${line}\n`);
  };
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

/** There is a key in it, so it goes however this process ends. */
function removeAtTheEnd(directory: string): void {
  const remove = (): void => {
    rmSync(directory, { recursive: true, force: true });
  };
  process.once('exit', remove);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      remove();
      // The last who listens lets it end as if nobody had.
      if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
    });
  }
}

async function play(scene: Scene): Promise<boolean> {
  await scene.before?.();
  process.stdout.write(`\n━━ ${scene.title}\n$ muster ${scene.args.map(shown).join(' ')}\n`);
  const child = spawn(process.execPath, [muster, ...scene.args], { stdio: ['ignore', 'inherit', 'inherit'] });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code === scene.code) return true;
  process.stderr.write(`\nThe demo went wrong: exit ${String(code)}, expected ${String(scene.code)}\n`);
  return false;
}

function shown(word: string): string {
  return /^[\w./@=-]+$/.test(word) ? word : `'${word}'`;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!isMusterError(error)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
