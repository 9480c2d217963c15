// What the hand-over and the proof of caged-bind conclude from the output of a host's tools, in a real sh. That is which
// named serves, which answer counts, which zones can be judged from inside, the root directory of a process, and what was
// never loaded.
import { execFileSync } from 'node:child_process';
import { readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nestedShells, slowKill } from './nested.ts';
import type { ScratchHost } from './scratch.ts';
import { complaintsOf, scratchHost, shells } from './scratch.ts';

const folder = join(import.meta.dirname, '../../playbooks/caged-bind/lib');
// A server that is set up by files: dig.zones/NAME.soa holds the rcode, and the serial if it gives one; none: no answer.
const dig = `#!/bin/sh
while [ $# -gt 0 ]; do
  case $1 in
    +*) ;;
    @*)
      if read -r rcode serial <"$0.zones/$2.soa"; then
        echo ';; Got answer:'
        echo ";; ->>HEADER<<- opcode: QUERY, status: $rcode, id: 4711"
        echo ';; flags: qr; QUERY: 1, ANSWER: 0, AUTHORITY: 0, ADDITIONAL: 1'
        printf '\\n;; OPT PSEUDOSECTION:\\n; EDNS: version: 0, flags:; udp: 1232\\n'
        printf ';; QUESTION SECTION:\\n;%s.\\t\\tIN\\tSOA\\n' "$2"
        [ -z "$serial" ] || printf '\\n;; ANSWER SECTION:\\n%s.\\t60\\tIN\\tSOA\\tns. root. %s 1 1 1 1\\n' "$2" "$serial"
      else
        echo ';; connection timed out; no servers could be reached'
      fi 2>/dev/null
      shift 2
      ;;
  esac
  shift
done
`;

/** A host with a cage and tools with the given output. */
function cagedHost(shell: string, tools: Readonly<Record<string, string>> = {}): ScratchHost {
  const host = scratchHost({ shell });
  for (const [name, text] of Object.entries({ dig, ...tools })) host.write(`bin/${name}`, text, 0o755);
  host.write('cage/etc/named.conf', 'options { };\n');
  host.write('cage/etc/namedb/example.net', 'zone\n');
  host.write('cage/var/run/named.pid', '20\n');
  return host;
}

/** Runs sh lines with the libraries there, and gives what they print. */
async function say(host: ScratchHost, lines: string): Promise<string> {
  const move = (name: string): Buffer =>
    Buffer.from(
      readFileSync(join(folder, name), 'utf8').replaceAll(/(?<![\w}$])\/(proc|var)\//g, `${host.root}/$1/`),
    );
  const { result } = await host.run('verify', {
    steps: { say: `state() { :; }\nverify() {\n${lines}\n}` },
    files: {
      'lib/checks.sh': move('checks.sh'),
      'lib/configuration.sh': move('configuration.sh'),
      'lib/content.sh': move('content.sh'),
      'lib/serving.sh': move('serving.sh'),
      'lib/hand-over.sh': move('hand-over.sh'),
      'lib/places.sh': move('places.sh'),
      'lib/processes.sh': move('processes.sh'),
      'lib/reading.sh': move('reading.sh'),
      'lib/start-again.sh': move('start-again.sh'),
      'lib/trusted.sh': move('trusted.sh'),
      'lib/switch.sh': move('switch.sh'),
      'lib/proof.sh': move('proof.sh'),
      'lib/pid-file.sh': move('pid-file.sh'),
    },
    vars: {
      cage: host.path('cage'),
      named_conf: '/etc/named.conf',
      namedb: '/etc/namedb',
      pid_file: '/var/run/named.pid',
      pid_link: '/nowhere/named.pid',
      program: '/usr/pkg/sbin/named',
      answers_at: '127.0.0.1',
      run_user: 'nobody',
    },
    settings: { searchPath: `${host.path('bin')}:/usr/sbin:/usr/bin:/sbin:/bin` },
  });
  expect(result.steps[0]?.stderr, complaintsOf(result)).toBe('');
  return result.steps[0]?.stdout ?? '';
}

/** What the server gives for each zone: an rcode, and a serial. */
function answer(host: ScratchHost, zones: Readonly<Record<string, string>>): void {
  for (const [zone, text] of Object.entries(zones)) host.write(`bin/dig.zones/${zone}.soa`, `${text}\n`);
}

const checkconf = (lines: readonly string[]): string => `#!/bin/sh\ncat <<'EOT'\n${lines.join('\n')}\nEOT\n`;
const judge = `checkconf=named-checkconf ask_port=53
find_zones; closed=$(may_be_closed && echo yes || echo no)
ask_all_zones udp; judge_zones udp
for said in "$missing" "$stale" "$unseen"; do [ -z "$said" ] || printf '%s\\n' "$said"; done`;

describe.each(shells)('the hand-over in %s', (shell) => {
  it('accepts any answer as a sign of life, except one that named gives while it loads', async () => {
    const host = cagedHost(shell);
    answer(host, { good: 'NOERROR 5', closed: 'REFUSED', loading: 'SERVFAIL', '.': 'SERVFAIL' });
    const ask = `for zone in good closed loading silent ''; do answers "$zone" && echo "$zone $rcode"; done`;
    expect(await say(host, `${ask}\ntrue`)).toBe('good NOERROR\nclosed REFUSED\n SERVFAIL\n');
  });

  it('finds the serving named: by port 53, or by a pid file, or else the first', async () => {
    const list = `printf '%s\\n' '10 root /usr/sbin/named -p 5300' '20 named /usr/pkg/sbin/named' '30 root /usr/sbin/named' >"$m_work/named.ps"\nserving_pid`;
    const held = (pid: number): string =>
      `#!/bin/sh\necho 'USER COMMAND PID FD PROTO LOCAL ADDRESS FOREIGN ADDRESS'\necho 'root named 10 20 udp 127.0.0.1.5300 *.*'\necho 'named named ${String(pid)} 21 udp 127.0.0.1.53 *.*'\n`;
    expect(await say(cagedHost(shell, { sockstat: held(30) }), list)).toBe('30\n');
    const named = held(30).replaceAll('.53 *.*', ':53 *:*').replaceAll('named named', 'named a named of: 1');
    expect(await say(cagedHost(shell, { sockstat: named }), list)).toBe('30\n');
    const host = cagedHost(shell, { sockstat: held(99) });
    expect(await say(host, list)).toBe('20\n');
    host.write('cage/var/run/named.pid', '99\n');
    expect(await say(host, list)).toBe('10\n');
  });
});

describe.each(shells)('an rc script that hangs, in %s', (shell) => {
  it('is ended as a whole, and does nothing and says nothing more', async () => {
    const host = cagedHost(shell);
    const nested = nestedShells(host);
    host.write('slow-kill', `shift; signal=$1; shift\n${slowKill('"$signal"', '"$@"')}\n`);
    const lines = `run_script='${nested.script}'
kill() { sh '${host.path('slow-kill')}' "$@"; }
start_new
${nested.untilBegun}
m_kill_tree "$starter"
cat "$m_work/start.said"
${nested.untilNoneRuns}`;
    expect(await say(host, lines)).toBe('');
    expect(nested.wentOn()).toBe('');
  });
});

describe.each(shells)('the zones in %s', (shell) => {
  const zones = ['a', 'b', 'c', 'd'].map((name) => `zone ${name}/IN: loaded serial 5`);

  it('are missing if the server does not know them, and behind if it has an older serial', async () => {
    const host = cagedHost(shell, { 'named-checkconf': checkconf(zones) });
    host.write('cage/etc/named.conf', 'options { allow-query { any; }; allow-query-cache { none; }; };\n');
    answer(host, { a: 'NOERROR 5', b: 'NOERROR 4', c: 'REFUSED' });
    expect(await say(host, judge)).toBe(
      'no answer for c (REFUSED), d\nb is served with serial 4, its file has 5\n',
    );
  });

  it('that are only for others are neither missing nor behind, and a note says so', async () => {
    const host = cagedHost(shell, { 'named-checkconf': checkconf(zones) });
    host.write('cage/etc/named.conf', 'include "/etc/views.conf";\n');
    host.write('cage/etc/views.conf', 'view "lan" { match-clients { 192.0.2.0/24; }; };\n');
    answer(host, { a: 'NOERROR 5', b: 'NOERROR', c: 'REFUSED', d: 'SERVFAIL' });
    expect(await say(host, judge)).toBe(
      'no answer for d (SERVFAIL)\nnot served to 127.0.0.1, so what others get cannot be checked here: b (NOERROR), c (REFUSED)\n',
    );
  });

  it('that are in several views are compared with the lowest serial', async () => {
    const lines = [
      'zone a/IN: loaded serial 5',
      'zone a/IN: loaded serial 3',
      'zone v.bind/CH: loaded serial 1',
    ];
    const host = cagedHost(shell, { 'named-checkconf': checkconf(lines) });
    answer(host, { a: 'NOERROR 3' });
    const several = 'in several views, of which one was asked: a (serials 5 3)\n';
    expect(await say(host, judge)).toBe(several);
    answer(host, { a: 'NOERROR 2' });
    expect(await say(host, judge)).toBe(`a is served with serial 2, its file has 3\n${several}`);
  });
});

describe.each(shells)('a zone in %s', (shell) => {
  it('may have a slash in its name, and a view after its class', async () => {
    const lines = [
      'zone 128/25.2.0.192.in-addr.arpa/IN: loaded serial 7',
      'zone Example.NET/IN/lan: loaded serial 8',
    ];
    const host = cagedHost(shell, { 'named-checkconf': checkconf(lines) });
    answer(host, { '128/25.2.0.192.in-addr.arpa': 'NOERROR 7', 'example.net': 'NOERROR 8' });
    expect(await say(host, `${judge}; cat "$m_work/zones"`)).toBe(
      '128/25.2.0.192.in-addr.arpa 7\nexample.net 8\n',
    );
  });
});

describe.each(shells)('what was edited in the cage in %s', (shell) => {
  it('is reported if it is younger than the pid file: the configuration and all that it includes', async () => {
    const host = cagedHost(shell);
    host.write(
      'cage/etc/named.conf',
      'options { directory "/etc/namedb"; };\n// include "/etc/gone.conf";\n\tinclude "/etc/one.conf"; include "parts/*.conf";\n',
    );
    host.write('cage/etc/one.conf', 'zone "x" { type master; };\ninclude "two.conf"; # and so on\n');
    const files = ['one.conf', 'namedb/parts/three.conf', 'namedb/two.conf', 'gone.conf', 'other.conf'];
    for (const file of files.slice(1)) host.write(`cage/etc/${file}`, 'include "/etc/one.conf";\n');
    for (const file of ['named.conf', 'namedb/example.net', ...files])
      setTime(host.path(`cage/etc/${file}`), 1000);
    setTime(host.path('cage/var/run/named.pid'), 2000);
    const edited = 'm_why=\nneed_fresh_content\necho "$m_why"';
    expect(await say(host, edited)).toBe('\n');
    for (const file of files) setTime(host.path(`cage/etc/${file}`), 3000);
    const named = ['one.conf', 'namedb/two.conf', 'namedb/parts/three.conf'].map((file) =>
      host.path(`cage/etc/${file}`),
    );
    expect(await say(host, edited)).toBe(`restart it: ${named.join(', ')} changed after it was started\n`);
  });
});

describe.each(shells)('the root directory of a process in %s', (shell) => {
  const header = 'USER     CMD          PID   FD MOUNT       INUM MODE         SZ|DV R/W';
  const look =
    'look_at_root 20\necho "$root_inode,$root_mount"\nroot_can_be_seen && echo seen || echo unseen';
  const fstat = (...rows: string[]): Record<string, string> => ({
    fstat: `#!/bin/sh\ncat <<'EOT'\n${[header, ...rows].join('\n')}\nEOT\n`,
  });

  it('is the one that fstat shows: none for a process without a cage', async () => {
    const wd = 'root named 20 wd / 2 drwxr-xr-x 512 r';
    const caged = fstat(wd, 'root named 20 root /home 4711 drwxr-xr-x 512 r');
    expect(await say(cagedHost(shell, caged), look)).toBe('4711,/home\nseen\n');
    expect(await say(cagedHost(shell, fstat(wd)), look)).toBe(',\nseen\n');
  });

  it('is the one in procfs if fstat does not know the file system, and unknown without procfs', async () => {
    const unknown = fstat('root named 20 root -  -  ?(37)  -', 'root named 20 wd -  -  ?(37)  -');
    const host = cagedHost(shell, unknown);
    expect(await say(host, look)).toBe('?,?\nunseen\n');
    expect(await say(host, 'prove_root 20; cat "$m_work/bad-checks"')).toMatch(
      /cannot be checked: .*\(mount -t procfs procfs /,
    );
    // Its own number is not known before: any process has a directory there.
    host.write('proc/20/root/keep', '');
    const inode =
      execFileSync('ls', ['-di', host.path('proc/20/root/.')])
        .toString()
        .trim()
        .split(' ')[0] ?? '';
    expect(await say(host, look)).toMatch(new RegExp(`^${inode},/`));
    expect(await say(host, 'mkdir -p "$cage/../proc/$$/root"; root_can_be_seen && echo seen')).toBe('seen\n');
  });

  it('is unknown if fstat shows nothing of the process', async () => {
    expect(await say(cagedHost(shell, fstat()), look)).toBe('?,?\nunseen\n');
  });
});

function setTime(path: string, seconds: number): void {
  utimesSync(path, seconds, seconds);
}
