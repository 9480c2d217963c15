// What caged-bind reads, copies and removes in directories that a hostile named may write, in a real sh. A link shows
// nothing of its target, a pipe or an endless device blocks nothing, and no name leads to another place.
import { execFileSync } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ScratchHost } from './scratch.ts';
import { complaintsOf, scratchHost, shells } from './scratch.ts';

const folder = join(import.meta.dirname, '../../playbooks/caged-bind/lib');
const parts = [
  ...['cage', 'cage-proof', 'pid-file', 'places', 'reading', 'rndc-key', 'serving', 'switch'],
  ...['take-over', 'trees', 'trusted', 'written'],
];
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
    /^\|a text that cannot be a pid file/,
  ],
  [
    'a second name of a file of root',
    (host, path) => {
      linkSync(host.path('secret'), path);
    },
    /^\|a text that cannot be a pid file/,
  ],
  [
    'a pipe that nobody writes to',
    (_host, path) => execFileSync('mkfifo', [path]),
    /^\|a text that cannot be a pid file/,
  ],
  [
    'a link to what has no end',
    (_host, path) => {
      symlinkSync('/dev/zero', path);
    },
    /^\|a text that cannot be a pid file/,
  ],
  [
    'a file of many bytes',
    (_host, path) => {
      writeFileSync(path, '1'.repeat(100));
    },
    /^\|a text that cannot be a pid file/,
  ],
  [
    'words',
    (_host, path) => {
      writeFileSync(path, 'one\n');
    },
    /^\|a text that is no number$/,
  ],
  [
    'a number and words',
    (_host, path) => {
      writeFileSync(path, '1;id\n');
    },
    /^\|a text that is no number$/,
  ],
  [
    'a directory',
    (_host, path) => {
      mkdirSync(path);
    },
    /^\|a text that cannot be a pid file/,
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

  it('copies what was written, and follows no link, pipe or second name', async () => {
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

describe.skipIf(process.getuid?.() !== 0).each(shells)('what is rolled back in %s', (shell) => {
  it('is what was put into the cage, and no path that named’s file names form', async () => {
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

  it('ends a command that hangs, and returns the status of one that ends', async () => {
    const host = hostWithZones(shell);
    execFileSync('mkfifo', [host.path('pipe')]);
    const lines = `within 1 sh -c 'echo $$ >"$1"; exec cat "$2"' sh "$root/mine" "$root/pipe" || echo "$within_status"
      kill -0 "$(cat "$root/mine")" 2>/dev/null || echo gone
      within 9 sh -c 'echo out; exit 3' || echo "$within_status"; cat "$m_work/within.out"`;
    expect(await say(host, lines)).toBe('late\ngone\n3\nout\n');
  });

  it('does not end a command because of the time of an earlier one', async () => {
    const host = hostWithZones(shell);
    const lines = `within 4 sleep 1.5 && within 4 sleep 1.5 && within 4 sleep 1.5 && echo none`;
    expect(await say(host, lines)).toBe('none\n');
  });

  it('shows no process with the words of a command that ended', async () => {
    const host = hostWithZones(shell);
    const lines = `within 9 sh -c 'sleep 1.2' of-the-command
      ps -eww -o args | grep -c "[o]f-the-command" || :`;
    expect(await say(host, lines)).toBe('0\n');
  });
});

const disguises: readonly (readonly [string, (host: ScratchHost, path: string) => void])[] = [
  [
    'a link to a file of root',
    (host, path) => {
      symlinkSync(host.path('secret'), path);
      execFileSync('chown', ['-h', 'daemon', path]);
    },
  ],
  [
    'a second name of a file of root',
    (host, path) => {
      linkSync(host.path('secret'), path);
    },
  ],
  ['a pipe that nobody writes to', (_host, path) => execFileSync('mkfifo', [path])],
];

describe.skipIf(process.getuid?.() !== 0).each(shells)('a cage that was named’s own, in %s', (shell) => {
  it.each(
    disguises.flatMap(([what, plant]) => ['daemon', 'root'].map((owner) => [what, owner, plant] as const)),
  )('has %s instead of a key, in a directory of %s', async (_what, owner, plant) => {
    const host = hostWithZones(shell);
    mkdirSync(host.path('cage/etc'));
    plant(host, host.path('cage/etc/rndc.key'));
    execFileSync('chown', [owner, host.path('cage/etc')]);
    const lines = `program=/none; (stage_rndc_key) || echo refused; cat "$m_work/rndc.key" 2>/dev/null || :
      ! same_as /etc/passwd "$cage/etc/rndc.key" || echo same; text_of "$cage/etc/rndc.key" | wc -c`;
    const said = await say(host, lines);
    expect(said).toMatch(/^refused\n|^key "rndc-key"/);
    // What has two names is root's to read where only root writes, and is shown to nobody.
    expect(said).not.toContain('$2a$secret');
    expect(said).not.toContain('same');
  });

  it('has files that root would load: they are reported, and those that named may have are not', async () => {
    const host = hostWithZones(shell);
    const zones = host.path('zones').slice(1);
    for (const name of [
      'usr/lib/libc.so',
      'etc/ld.so.conf',
      'etc/rndc.key',
      'etc/slaves/zone',
      `${zones}/zone`,
      'var/log',
    ])
      execFileSync('chown', ['daemon', host.write(`cage/${name}`, 'x\n')]);
    host.write('cage/usr/lib/libroot.so', 'x\n');
    const said = await say(host, `own_auto=/etc/slaves; loaded_from_named`);
    expect(said).toContain(
      `(chown root ${host.path('cage/usr/lib/libc.so')} ${host.path('cage/etc/ld.so.conf')})`,
    );
    expect(said).not.toMatch(/rndc|zone|libroot|var/);
  });

  it('is never entered by programs with the rights of root', async () => {
    const host = hostWithZones(shell);
    host.write('bin/chroot', '#!/bin/sh\necho "$@" >"${0%/bin/*}/chroot.called"\nexec sleep 0\n', 0o755);
    await say(host, 'program=/usr/sbin/named; starts_in_cage');
    expect(host.read('chroot.called')).toBe(
      `-u daemon -g daemon -G daemon ${host.path('cage')} /usr/sbin/named -v\n`,
    );
  });

  it('restores the link of a pid file, and follows no link that is put in its way', async () => {
    const host = hostWithZones(shell);
    mkdirSync(host.path('canary'));
    symlinkSync('/old', host.path('run/named.pid'));
    const lines = `pid_link=$root/run/named.pid; m_record_command() { printf '%s\\n' "$2" >"$root/text"; }; record_pid_link
      sh "$root/text"; ls -l "$pid_link" | sed 's/.*-> //'
      printf '#!/bin/sh\\n/bin/ln -s %s %s\\nexec /bin/ln "$@"\\n' "$root/canary" "$pid_link" >"$root/bin/ln"; chmod 755 "$root/bin/ln"
      sh "$root/text" 2>/dev/null || :; ls "$root/canary"`;
    expect(await say(host, lines)).toBe('/old\n');
  });
});

describe.skipIf(process.getuid?.() !== 0).each(shells)('links of other accounts in %s', (shell) => {
  it('are reported all at once, with the remedy for directories of root and for others', async () => {
    const host = hostWithZones(shell);
    const links = ['zones/a', 'zones/dynamic/b'].map((name) => host.path(name));
    for (const link of links) {
      symlinkSync(host.path('secret'), link);
      execFileSync('chown', ['-h', '1000', link]);
    }
    symlinkSync(host.path('secret'), host.path('zones/roots'));
    const lines = `: >"$m_work/links.others"; find_links_of_others "$root/zones"; links_of_others`;
    const said = await say(host, lines);
    expect(said).toContain(`${links.join(', ')} may lead anywhere`);
    expect(said).toContain(`(chown -h root ${links[0] ?? ''})`);
    expect(said).not.toContain('roots ');
    execFileSync('chown', ['-h', 'root', ...links]);
    expect(await say(host, lines)).toBe('');
  });
});

describe.each(shells)('the named that answers after a hand-over, in %s', (shell) => {
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ['ours alone', `ours=7 others=`, /^alone$/],
    ['another named', `ours=7 others='8 /usr/sbin/named'`, /^pid 8 \/usr\/sbin\/named runs as well$/],
    ['a second one of ours', `ours='7 8' others=`, /^it runs more than once \(pids 7 8\)$/],
    ['somebody at the port', `ours=9 others=`, /^something answers at port 53, and pid 9 does not listen/],
    [
      'a program of its account',
      `ours=7 others=; echo 'pid 8, which is no named, is there' >"$m_work/named.rivals"`,
      /^pid 8/,
    ],
  ];
  it.each(cases)('may be %s', async (_what, lines, says) => {
    const host = hostWithZones(shell);
    host.write('bin/sockstat', `#!/bin/sh\necho 'named named 7 20 udp 127.0.0.1.53 *.*'\n`, 0o755);
    const given = `: >"$m_work/facts"; : >"$m_work/named.rivals"; ask_port=53 old_port=53; ${lines}`;
    const said = await say(host, `${given}; if answers_alone; then echo alone; else echo "$beside"; fi`);
    expect(said.trimEnd()).toMatch(says);
  });
});
