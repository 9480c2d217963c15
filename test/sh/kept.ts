// A run that makes room for others in every way there is, and what others then write there that cannot be made again.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, symlinkSync, utimesSync } from 'node:fs';
import { dirname } from 'node:path';
import { fingerprint } from './fingerprint.ts';
import type { ScratchHost } from './scratch.ts';

export const steps = {
  one: `state() {
  directory "$root/run" --owner 14 --transient '*.pid' --transient 'k*' --transient log --transient sub --transient literal
  directory "$root/keys" --owner 14 --group 15 --mode 0775 --kept '*' --transient '*.lock'
  directory "$root/none"
  directory "$root/zones" --owner 14 --group 15 --mode 0775
  copy "$root/zones/copy" --from "$root/source" --once
  mode_owner "$root/zones/copy" --owner 14
  file "$root/zones/file" --content ours --once
  file "$root/zones/same" --content ours --once --owner 14
}`,
  two: `state() {
  file "$root/changed" --content ours
  file "$root/new" --content ours
  symlink "$root/link" --to here
  symlink "$root/relinked" --to here
  absent "$root/tree" --recursive
  absent "$root/gone"
  directory "$root/deep/er" --kept '*'
}`,
};

/** What is there before the run; gives the tree's fingerprint. */
export function furnish(host: ScratchHost): readonly string[] {
  host.write('source', 'zone 1\n');
  host.write('changed', 'first\n', 0o600);
  host.write('tree/in/file', 'first\n');
  host.write('gone', 'first\n');
  symlinkSync('there', host.path('relinked'));
  for (const name of ['tree/in/file', 'tree/in', 'tree', '.'])
    utimesSync(host.path(name), 981_173_106, 981_173_106);
  return fingerprint(host.root, 'second');
}

/** What a daemon (14) writes in the places that are its own. Each text is a key, or has the name of a journal. */
export const daemonWrites: Readonly<Record<string, string>> = {
  'run/k1': 'Private-key-format: v1.3\nmarker-1',
  'run/log/deep/key': '-----BEGIN EC PRIVATE KEY-----\nmarker-2',
  'run/sub/zone.jnl': 'marker-3',
  'run/k-shared': 'key "k" {\n\tsecret "marker-4";\n};',
  'run/k.jnl': 'marker-19',
  'run/literal': '-----BEGIN PRIVATE KEY-----\nmarker-20',
  'keys/Kexample.+013+1.private': 'Private-key-format: v1.3\nmarker-5',
  'keys/sub/under/it': 'marker-6',
  'keys/.dot': 'marker-7',
  'keys/-dash and blank': 'marker-8',
  'zones/copy': 'zone 2 marker-9',
  'deep/er/file': 'marker-10',
};

/** What a person writes over or beside what the run made. */
export const othersWrite: Readonly<Record<string, string>> = {
  'none/key': 'marker-11',
  changed: 'marker-12',
  new: 'marker-13',
  link: 'marker-14',
  'tree/other': 'marker-15',
  'gone/with/in': 'marker-16',
  'zones/file/with': 'marker-17',
  'zones/more': 'marker-18',
};

/** Writes them; a daemon's files and directories are its own. */
export function plant(host: ScratchHost, ...sets: readonly Readonly<Record<string, string>>[]): void {
  for (const [name, text] of sets.flatMap((set) => Object.entries(set))) {
    const top = name.split('/')[0] ?? '';
    if (['new', 'link', 'gone'].includes(top)) removeIfThere(host, top);
    if (name.startsWith('zones/file/')) removeIfThere(host, 'zones/file');
    host.write(name, text);
    chmodSync(host.path(name), 0o640);
    if (['run', 'keys', 'zones', 'deep'].includes(top)) giveAway(host, name);
  }
  host.write('run/1.pid', '1\n');
  host.write('keys/1.lock', '');
  mkdirSync(host.path('run/log'), { recursive: true });
  execFileSync('mkfifo', [host.path('run/sub/pipe'), host.path('keys/pipe')]);
}

function removeIfThere(host: ScratchHost, name: string): void {
  execFileSync('rm', ['-rf', host.path(name)]);
}

function giveAway(host: ScratchHost, name: string): void {
  chownSync(host.path(name), 14, 15);
  for (let folder = dirname(name); folder.includes('/'); folder = dirname(folder)) {
    chownSync(host.path(folder), 14, 15);
  }
}

/** The markers that are nowhere any more, neither on the host nor in what is kept. */
export function lostMarkers(
  host: ScratchHost,
  ...sets: readonly Readonly<Record<string, string>>[]
): string[] {
  // It fails when it finds nothing.
  const { stdout } = spawnSync('grep', ['-rhoaE', '--devices=skip', 'marker-[0-9]+', host.root, host.state]);
  const there = new Set(stdout.toString().split('\n'));
  return sets
    .flatMap((set) => Object.values(set))
    .map((text) => /marker-\d+/.exec(text)?.[0] ?? '')
    .filter((marker) => !there.has(marker));
}
