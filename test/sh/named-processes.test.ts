// Which processes caged-bind takes for named, in a real sh with a ps, fstat, sockstat and /proc of the test's own: whatever a
// process calls itself, it is ended, and started again, only for what the kernel says of it.
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ScratchHost } from './scratch.ts';
import { complaintsOf, scratchHost, shells } from './scratch.ts';

const folder = join(import.meta.dirname, '../../playbooks/caged-bind/lib');
const parts = ['hand-over', 'processes', 'proof', 'reading', 'serving', 'start-again', 'switch', 'trusted'];
const started = 'Sat Nov 28 08:00:00 2026';
const daemonUid = 1;

interface Process {
  readonly pid: number;
  readonly command: string;
  readonly uid?: number;
  readonly ruid?: number;
  /** The file that the kernel says it runs; without it, there is no /proc. */
  readonly exe?: string;
  /** Its root directory. */
  readonly root?: string;
  readonly sockets?: boolean;
  readonly start?: string;
}

/** ps, fstat and sockstat that say of each process what its files say, and leave a signal in `killed`. */
function hostWith(shell: string, given: readonly Process[]): ScratchHost {
  const host = scratchHost({ shell });
  const processes = JSON.parse(JSON.stringify(given).replaceAll('ROOT', host.root)) as readonly Process[];
  const table = (one: Process): string => {
    const { uid = 0, ruid = uid, start = started } = one;
    return `${String(uid)}|${String(ruid)}|${uid === 0 ? 'root' : uid === daemonUid ? 'daemon' : 'bob'}|${start}|${one.command}`;
  };
  for (const one of processes) {
    host.write(`table/${String(one.pid)}`, `${table(one)}\n`);
    if (one.sockets !== false)
      host.write(`fstat/${String(one.pid)}`, `root named ${String(one.pid)} 20* internet dgram udp *:53\n`);
    if (one.exe !== undefined) link(host, `proc/${String(one.pid)}/exe`, one.exe);
    if (one.exe !== undefined) link(host, `proc/${String(one.pid)}/root`, one.root ?? '/');
  }
  host.write(
    'bin/ps',
    `#!/bin/sh
row() { IFS='|'; read -r uid ruid user start command <${host.root}/table/$1; IFS=' '; }
case " $* " in
  *' -p '*) for pid; do :; done; echo 'UID RUID USER STARTED COMMAND'; [ -f ${host.root}/table/$pid ] || exit 1
    row $pid; echo "$uid $ruid $user $start $command"; sed 1d ${host.root}/table/$pid ;;
  *) echo 'PID USER UCOMM COMMAND'
    for file in ${host.root}/table/*; do row \${file##*/}; first=\${command%% *}; echo "\${file##*/} $user \${first##*/} $command"; sed 1d $file; done ;;
esac
`,
    0o755,
  );
  host.write('bin/fstat', `#!/bin/sh\necho USER\ncat ${host.root}/fstat/$2 2>/dev/null\n`, 0o755);
  host.write('bin/sockstat', `#!/bin/sh\necho USER\n`, 0o755);
  host.write('usr/sbin/named', '#!/bin/sh\n', 0o755);
  host.write('usr/pkg/sbin/named', '#!/bin/sh\n', 0o755);
  host.write('etc/named.conf', '');
  host.write('etc/rc.conf', '');
  host.write('cage/etc/named.conf', '');
  return host;
}

function link(host: ScratchHost, name: string, text: string): void {
  mkdirSync(dirname(host.path(name)), { recursive: true });
  symlinkSync(text, host.path(name));
}

/** Runs sh lines with the libraries there, all paths below the tree, and gives what they print. */
async function say(host: ScratchHost, lines: string): Promise<string> {
  const { result } = await host.run('verify', {
    steps: {
      say: `state() { :; }\nverify() {\nkill() { echo "$@" >>"${host.path('killed')}"; }\n${lines}\n}`,
    },
    files: Object.fromEntries(
      parts.map((name) => [
        `lib/${name}.sh`,
        Buffer.from(
          readFileSync(join(folder, `${name}.sh`), 'utf8').replaceAll(
            /(?<![\w}$])\/(proc|usr\/sbin\/named|usr\/pkg\/sbin\/named|etc\/rc\.conf)/g,
            `${host.root}/$1`,
          ),
        ),
      ]),
    ),
    vars: {
      cage: host.path('cage'),
      named_conf: host.path('etc/named.conf'),
      pid_file: '/var/run/named.pid',
      program: host.path('usr/pkg/sbin/named'),
      run_user: 'daemon',
      run_group: 'daemon',
    },
    settings: { searchPath: `${host.path('bin')}:/usr/sbin:/usr/bin:/sbin:/bin` },
  });
  expect(result.steps[0]?.outcome, complaintsOf(result)).toBe('ok');
  return (result.steps[0]?.stdout ?? '').replaceAll(host.root, '');
}

const look = 'look_at_named; cat "$m_work/named.ps"; sed "s/^/- /" "$m_work/named.refused"';

interface Case {
  readonly what: string;
  readonly process: Omit<Process, 'pid'>;
  readonly says: RegExp;
}

const base = 'ROOT/usr/sbin/named';
const cases: readonly Case[] = [
  {
    what: 'takes a named of root',
    process: { command: `${base} -4`, exe: base },
    says: /^10 root \/usr\/sbin\/named -4\n$/,
  },
  {
    what: 'takes a named of its user that caged itself',
    process: { command: base, uid: daemonUid, exe: base, root: `ROOT/cage` },
    says: /^10 daemon \/usr\/sbin\/named\n$/,
  },
  {
    what: 'takes a named that chroot(8) caged',
    process: {
      command: `ROOT/usr/pkg/sbin/named -u daemon`,
      uid: daemonUid,
      exe: `ROOT/cageROOT/usr/pkg/sbin/named`,
      root: `ROOT/cage`,
    },
    says: /^10 daemon \/usr\/pkg\/sbin\/named -u daemon\n$/,
  },
  {
    what: 'takes a named whose program was replaced since',
    process: { command: base, exe: `${base} (deleted)` },
    says: /^10 root \/usr\/sbin\/named\n$/,
  },
  {
    what: 'takes the file for the program, not the name by which it was called',
    process: { command: 'named -u daemon', uid: daemonUid, exe: base },
    says: /^10 daemon \/usr\/sbin\/named -u daemon\n$/,
  },
  {
    what: 'takes a named of which nobody tells the file, if it holds a socket',
    process: { command: base },
    says: /^10 root \/usr\/sbin\/named\n$/,
  },
  {
    what: 'refuses one of which nobody tells anything',
    process: { command: base, sockets: false },
    says: /^- pid 10 has the name named, and .* cannot be proved, .*mount -t procfs.*\n$/,
  },
  {
    what: 'refuses a program of its user under the name of named',
    process: { command: `${base} -u daemon`, uid: daemonUid, exe: `ROOT/cage/tmp/evil` },
    says: /^- pid 10 has the name named, and runs \/cage\/tmp\/evil as uid 1, which is no program .*\n$/,
  },
  {
    what: 'refuses a named of another account, under whatever name',
    process: { command: `ROOT/home/bob/named`, uid: 1001, exe: `ROOT/home/bob/named` },
    says: /^- pid 10 has the name named, and runs \/home\/bob\/named as uid 1001: .*run_user.*\n$/,
  },
  {
    what: 'refuses the true program of another account',
    process: { command: base, uid: 1001, exe: base },
    says: /^- pid 10 .* as uid 1001: .*\n$/,
  },
  {
    what: 'refuses what runs by the rights of root for somebody else',
    process: { command: base, uid: 0, ruid: 1001 },
    says: /^- pid 10 .* with the rights of another account \(the program belongs to uid 1001\).*\n$/,
  },
  {
    what: 'refuses a command line of two lines, the second of which looks like another process',
    process: { command: `${base}\n1 root named ${base}`, exe: base },
    says: /^- pid 10 has the name named, and its command line is not one line.*\n$/,
  },
  {
    what: 'takes no notice of what only mentions named',
    process: { command: 'sh /etc/rc.d/named start' },
    says: /^$/,
  },
];

describe.skipIf(process.getuid?.() !== 0).each(shells)('a process in %s', (shell) => {
  it.each(cases)('$what', async ({ process: one, says }) => {
    expect(await say(hostWith(shell, [{ ...one, pid: 10 }]), look)).toMatch(says);
  });

  it('gets a signal only while it is the process that was looked at', async () => {
    const named = { command: base, exe: base };
    const host = hostWith(shell, [
      { ...named, pid: 10 },
      { ...named, pid: 11 },
    ]);
    // The second number is another process' by then.
    const later = `${look}; sed 's/08:00:00/08:00:01/' "${host.path('table/11')}" >"$m_work/new"; cat "$m_work/new" >"${host.path('table/11')}"
end_processes '10 11' TERM 1 || :; find_ours; echo "$others" | wc -l`;
    await say(host, later);
    expect(host.read('killed').split('\n')[0]).toBe('-s TERM 10');
    expect(host.read('killed')).not.toContain('11');
  });

  it('is refused by name, with all others at once, and nothing is stopped', async () => {
    const host = hostWith(shell, [
      { pid: 10, command: base, exe: base },
      { pid: 11, command: 'ROOT/home/bob/named', uid: 1001, exe: 'ROOT/home/bob/named' },
      { pid: 12, command: 'ROOT/home/eve/named', uid: 1002, exe: 'ROOT/home/eve/named' },
    ]);
    const said = await say(host, `look_at_named; fail() { echo "FAILED $1"; }; refuse_strangers`);
    expect(said).toMatch(/^FAILED pid 11 .*; and pid 12 .*; nothing was stopped\n$/);
    expect(existsSync(host.path('killed'))).toBe(false);
  });

  it('is refused if others than root can change its program', async () => {
    const host = hostWith(shell, [{ pid: 10, command: base, exe: base }]);
    chmodSync(host.path('usr/sbin'), 0o777);
    const said = await say(host, `look_at_named; fail() { echo "FAILED $1"; }; refuse_strangers`);
    expect(said).toMatch(
      /^FAILED pid 10 runs \/usr\/sbin\/named, and \/usr\/sbin can be changed by accounts other than root .*chmod go-w/,
    );
  });
});

/** What would start the process again, or why nothing does. */
async function again(
  shell: string,
  one: Omit<Process, 'pid'>,
  prepare?: (host: ScratchHost) => void,
): Promise<string> {
  const host = hostWith(shell, [{ ...one, pid: 10 }]);
  prepare?.(host);
  return say(
    host,
    `look_at_named; find_ours; look_at_serving; remember_old; build_old || :; echo "\${again:-no: $again_why}"`,
  );
}

describe.skipIf(process.getuid?.() !== 0).each(shells)(
  'the command that restarts the old named in %s',
  (shell) => {
    const conf = '-c ROOT/etc/named.conf';
    const root = { exe: base };
    const user = { uid: daemonUid, exe: base };

    it.each([
      ['its program and options', { ...root, command: `${base} -4 -n 2 -p 5300 ${conf}` }],
      ['the account that it has', { ...user, command: `${base} -u daemon ${conf}` }],
    ])('is %s', async (_what, one) => {
      const words = one.command.replaceAll('ROOT', '');
      expect(await again(shell, one)).toBe(`${words}\n`);
    });

    it.each([
      [
        'would give an account the rights of root',
        { ...user, command: `${base} ${conf}` },
        'does not say so (-u)',
      ],
      ['would make it another account', { ...user, command: `${base} -u root ${conf}` }, 'option -u'],
      ['would take it out of its cage', { ...root, command: `${base} -t /elsewhere ${conf}` }, 'option -t'],
      ['would have root write a file', { ...root, command: `${base} -X /etc/x ${conf}` }, 'option -X'],
      ['would have root write a log', { ...root, command: `${base} -L /etc/x ${conf}` }, 'option -L'],
      ['would have root load a library', { ...root, command: `${base} -E /tmp/x.so ${conf}` }, 'option -E'],
      [
        'would have root read what is no configuration',
        { ...user, command: `${base} -u daemon -c ROOT/etc/rc.conf` },
        'option -c',
      ],
      ['has no number for a port', { ...root, command: `${base} -p $(id) ${conf}` }, 'option -p'],
    ])('never %s', async (_what, one, why) => {
      const said = await again(shell, one);
      expect(said).toMatch(/^no: its? /);
      expect(said).toContain(why);
    });

    it('never reads what others than root can change', async () => {
      const said = await again(shell, { ...root, command: `${base} ${conf}` }, (host) => {
        chmodSync(host.path('etc/named.conf'), 0o666);
      });
      expect(said).toMatch(/^no: \/etc\/named\.conf can be changed by accounts other than root/);
    });
  },
);
