// `npm run bench:sync`: what it costs that each entry of a host's journal is on the disk before its change (`durable`). It
// runs first applies of caged-bind on one practice host whose files are on a file system of their own, alternately with and
// without it.
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { prepareImage, startLab, type Lab } from '../../src/lab/index.ts';
import { inside, muster, playbook } from '../e2e/muster.ts';
import { median, table } from './figures.ts';

const usage = `Usage: npm run bench:sync -- [OPTIONS]
Times first applies with and without durable, and single calls of sync(8).

  --directory DIR   a directory on the disk to be measured; unless told, an ext4 file system in a file of the temporary
                    directory is mounted for it (needs root, mkfs.ext4 and a loop device)
  --rounds N        applies of each kind (default: 5)
  --help            this text
`;
const host = 'timed';
const megabytes = 4096;
/** How many calls of sync are timed, each behind a small file that is new. */
const calls = 50;
const counter = '/var/tmp/syncs';

const kinds = ['durable', 'not durable'] as const;
type Kind = (typeof kinds)[number];

/** Makes and mounts a file system in a file; gives where it is, and what takes it away. */
async function ownDisk(directory: string): Promise<{ at: string; remove: () => void }> {
  const [file, at] = [join(directory, 'disk'), join(directory, 'mounted')];
  await mkdir(at);
  const make = `truncate -s ${megabytes}M "$1" && mkfs.ext4 -q "$1" && mount -o loop "$1" "$2"`;
  execFileSync('sh', ['-c', make, 'sh', file, at]);
  return { at, remove: () => void execFileSync('umount', [at]) };
}

/** Counts what calls sync from here on. */
async function countSyncs(lab: Lab): Promise<void> {
  await inside(
    lab,
    host,
    // Programs in /sbin are found before those in /bin.
    `printf '#!/bin/sh\\nprintf x >>${counter}\\nexec /bin/sync\\n' >/sbin/sync; chmod 755 /sbin/sync; : >${counter}`,
  );
}

/** Milliseconds of one call of sync behind a small write, less those of the same without it. */
async function syncMs(lab: Lab): Promise<number> {
  const timed = async (command: string): Promise<number> => {
    const begun = performance.now();
    await inside(
      lab,
      host,
      `i=0; while [ $i -lt ${calls} ]; do echo $i >/var/tmp/written.$i; ${command}; i=$((i + 1)); done`,
    );
    return performance.now() - begun;
  };
  return ((await timed('sync')) - (await timed('true'))) / calls;
}

async function applyMs(lab: Lab, kind: Kind): Promise<{ ms: number; syncs: number }> {
  const config = join(lab.directory, 'bench.config.yaml');
  await writeFile(config, `durable: ${String(kind === 'durable')}\nhistory: false\n`);
  await countSyncs(lab);
  const begun = performance.now();
  const { code, stderr } = await muster([
    'apply',
    playbook,
    '-i',
    lab.inventoryFile,
    '--config',
    config,
    '--yes',
  ]);
  if (code !== 0) throw new Error(`apply: exit ${String(code)}\n${stderr}`);
  const ms = performance.now() - begun;
  return { ms, syncs: (await inside(lab, host, `cat ${counter}`)).trim().length };
}

async function measure(directory: string, rounds: number): Promise<string> {
  const image = await prepareImage('embedded', (line) => void process.stderr.write(`${line}\n`));
  const lab = await startLab({ hosts: [{ name: host }], image, directory });
  try {
    const oneSync = [await syncMs(lab), await syncMs(lab), await syncMs(lab)];
    const found = new Map<Kind, { ms: number; syncs: number }[]>(kinds.map((kind) => [kind, []]));
    for (let round = 0; round < rounds; round += 1) {
      for (const kind of round % 2 === 0 ? kinds : kinds.toReversed()) {
        await lab.reset(host);
        found.get(kind)?.push(await applyMs(lab, kind));
      }
    }
    const rows = [...found].map(([kind, all]) => {
      const times = all.map(({ ms }) => ms);
      const syncs = median(all.map((one) => one.syncs));
      return [kind, ...[syncs, median(times), Math.min(...times)].map((value) => value.toFixed(0))];
    });
    return (
      `First applies of caged-bind, ${rounds} rounds, load ${String(loadavg()[0]?.toFixed(1))}. One sync behind a small write: ` +
      `${median(oneSync).toFixed(1)} ms.\n\n${table(['', 'calls of sync', 'ms', 'least ms'], rows)}`
    );
  } finally {
    await lab.stop();
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      directory: { type: 'string' },
      rounds: { type: 'string', default: '5' },
      help: { type: 'boolean', default: false },
    },
  });
  const rounds = Number(values.rounds);
  if (values.help || !(rounds >= 1)) {
    process[values.help ? 'stdout' : 'stderr'].write(usage);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const own = await mkdtemp(join(values.directory ?? tmpdir(), 'muster-bench-'));
  const disk = values.directory === undefined ? await ownDisk(own) : undefined;
  try {
    process.stdout.write(await measure(join(disk?.at ?? own, 'lab'), rounds));
  } finally {
    disk?.remove();
    await rm(own, { recursive: true, force: true });
  }
}

await main();
