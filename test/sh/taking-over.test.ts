// What caged-bind reads, takes over and removes where a hostile named may write, in a real sh: a link shows nothing of what it
// leads to, a pipe or a device without end keeps nobody waiting, and no name means another place.
import { execFileSync } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ScratchHost } from './scratch.ts';
import { complaintsOf, scratchHost } from './scratch.ts';

const folder = join(import.meta.dirname, '../../playbooks/caged-bind/lib');
const parts = ['cage-proof', 'places', 'reading', 'take-over', 'trees', 'trusted', 'written'];
const shells = ['/bin/dash', '/bin/busybox sh', '/bin/mksh'].filter((shell) =>
  existsSync(shell.split(' ')[0] ?? ''),
);

/** A host with zones, a cage, and directories of named's on both sides. */
function hostWithZones(shell: string): ScratchHost {
  const host = scratchHost({ shell });
  for (const side of ['', 'cage']) {
    for (const place of ['zones/dynamic', 'run'])
      mkdirSync(host.path(`${side}/${place}`), { recursive: true });
    execFileSync('chown', ['daemon', host.path(`${side}/zones/dynamic`), host.path(`${side}/run`)]);
  }
  host.write('secret', 'root:$2a$secret\n', 0o600);
  // That of NetBSD takes rights away by options; here the tree is not open to others.
  host.write('bin/chroot', '#!/bin/sh\nshift 7\nexec "$@"\n', 0o755);
  return host;
}

/** Runs sh lines with the libraries there, in an apply, and gives what they print. */
async function say(host: ScratchHost, lines: string): Promise<string> {
  const { result } = await host.run('apply', {
    steps: { say: `state() { ${lines}\n}` },
    files: Object.fromEntries(
      parts.map((name) => [`lib/${name}.sh`, readFileSync(join(folder, `${name}.sh`))]),
    ),
    vars: {
      cage: host.path('cage'),
      namedb: host.path('zones'),
      named_conf: '/named.conf',
      pid_file: '/run/named.pid',
      run_user: 'daemon',
      run_group: 'daemon',
      zones_change: 'dynamic/*',
      further_paths: '',
    },
    settings: { searchPath: `${host.path('bin')}:/usr/sbin:/usr/bin:/sbin:/bin` },
  });
  expect(result.steps[0]?.outcome, complaintsOf(result)).not.toBe('failed');
  return result.steps[0]?.stdout ?? '';
}

const pids: readonly (readonly [string, (host: ScratchHost, path: string) => void, RegExp])[] = [
  [
    'a number',
    (_host, path) => {
      writeFileSync(path, '4711\n');
    },
    /^4711\|$/,
  ],
  [
    'a link to a file of root',
    (host, path) => {
      symlinkSync(host.path('secret'), path);
    },
    /^\|what cannot be a pid file/,
  ],
  [
    'a second name of a file of root',
    (host, path) => {
      linkSync(host.path('secret'), path);
    },
    /^\|what cannot be a pid file/,
  ],
  [
    'a pipe that nobody writes to',
    (_host, path) => execFileSync('mkfifo', [path]),
    /^\|what cannot be a pid file/,
  ],
  [
    'a link to what has no end',
    (_host, path) => {
      symlinkSync('/dev/zero', path);
    },
    /^\|what cannot be a pid file/,
  ],
  [
    'a file of many bytes',
    (_host, path) => {
      writeFileSync(path, '1'.repeat(100));
    },
    /^\|what cannot be a pid file/,
  ],
  [
    'words',
    (_host, path) => {
      writeFileSync(path, 'one\n');
    },
    /^\|what is no number$/,
  ],
  [
    'a number and words',
    (_host, path) => {
      writeFileSync(path, '1;id\n');
    },
    /^\|what is no number$/,
  ],
  [
    'a directory',
    (_host, path) => {
      mkdirSync(path);
    },
    /^\|what cannot be a pid file/,
  ],
  ['nothing', () => undefined, /^\|nothing$/],
];

describe.skipIf(process.getuid?.() !== 0).each(shells)('the pid file in %s', (shell) => {
  it.each(pids)('may be %s', async (_what, plant, says) => {
    const host = hostWithZones(shell);
    plant(host, host.path('cage/run/named.pid'));
    const said = await say(host, `read_pid "$cage$pid_file"; echo "$pid_read|$pid_why"`);
    expect(said.trimEnd()).toMatch(says);
    expect(said).not.toContain('root:');
  });
});

describe.skipIf(process.getuid?.() !== 0).each(shells)('taking over in %s', (shell) => {
  const take = `: >"$m_work/own.auto"; : >"$m_work/own.logs"; : >"$m_work/facts"
    take_over; echo "$taken"`;

  it('takes what was written, and follows no link, pipe or second name', async () => {
    const host = hostWithZones(shell);
    host.write('zones/dynamic/new', 'n\n');
    host.write('zones/dynamic/changed', 'c\n');
    host.write('zones/dynamic/same', 's\n');
    host.write('cage/zones-of-root', '');
    const inside = `cage${host.path('zones/dynamic')}`;
    for (const [name, text] of [
      ['changed', 'old\n'],
      ['same', 's\n'],
    ] as const)
      host.write(`${inside}/${name}`, text);
    execFileSync('chown', ['daemon', host.path(inside)]);
    symlinkSync(host.path('secret'), host.path('zones/dynamic/link'));
    linkSync(host.path('secret'), host.path('zones/dynamic/second'));
    execFileSync('mkfifo', [host.path('zones/dynamic/pipe')]);
    // In the way of what is taken: root's file must not be written by way of it.
    symlinkSync(host.path('secret'), host.path(`${inside}/new`));
    expect(await say(host, take)).toBe('2\n');
    expect(host.read(`${inside}/changed`)).toBe('c\n');
    expect(host.read(`${inside}/new`)).toBe('n\n');
    expect(host.read('secret')).toBe('root:$2a$secret\n');
    for (const name of ['link', 'second', 'pipe'])
      expect(existsSync(host.path(`${inside}/${name}`))).toBe(false);
  });
});

describe.skipIf(process.getuid?.() !== 0).each(shells)('what is taken back in %s', (shell) => {
  it('is what was put into the cage, and no path that a name of named’s spells', async () => {
    const host = hostWithZones(shell);
    const victim = host.write('victim', 'root’s\n');
    const before = `: >"$m_work/own.auto"; own_auto=; list_cage "$m_work/cage.before"; end_of_found >"$root/text"`;
    const spelled = `${host.path('cage/run')}/x\n${victim}`;
    const plant = `mkdir -p '${spelled.slice(0, spelled.lastIndexOf('/'))}'; : >'${spelled}'; mkdir "$cage/usr"; : >"$cage/usr/plugin"`;
    const found = `m_record_made() { printf '%s\\n' "$1"; }; record_found; sh "$root/text"`;
    const said = await say(host, `${before}\n${plant}\n${found}`);
    expect(said.trimEnd().split('\n')).toEqual([host.path('cage/usr'), host.path('cage/usr/plugin')]);
    expect(host.read('victim')).toBe('root’s\n');
    expect(existsSync(host.path('cage/usr'))).toBe(false);
  });

  it('ends a command that does not come to its end, and gives the status of one that does', async () => {
    const host = hostWithZones(shell);
    execFileSync('mkfifo', [host.path('pipe')]);
    const lines = `within 1 cat "$root/pipe" || echo "$within_status"; kill -0 "$(cat "$m_work/within.pid")" 2>/dev/null || echo gone
      within 9 sh -c 'echo out; exit 3' || echo "$within_status"; cat "$m_work/within.out"`;
    expect(await say(host, lines)).toBe('late\ngone\n3\nout\n');
  });
});
