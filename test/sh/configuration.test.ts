// What caged-bind concludes from a named.conf, and from a named that runs with it, in real shells and with each available
// awk. That is the facts of a configuration, their places in the cage, how open a copy is, and which answers are as before.
import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ScratchHost } from './scratch.ts';
import { complaintsOf, scratchHost, shells } from './scratch.ts';

const folder = join(import.meta.dirname, '../../playbooks/caged-bind/lib');
const awks = ['/usr/bin/mawk', '/usr/bin/original-awk', '/bin/busybox'].filter((path) => existsSync(path));

/** Runs sh lines with the libraries there, and gives what they print; `vars` beside those of a usual roll-out. */
async function say(
  host: ScratchHost,
  lines: string,
  vars: Readonly<Record<string, string>> = {},
): Promise<string> {
  const names = [
    'checks',
    'configuration',
    'content',
    'trees',
    'places',
    'written',
    'cage-proof',
    'processes',
    'reading',
    'zone-includes',
    'trusted',
    'serving',
    'hand-over',
    'switch',
    'proof',
  ];
  const { result } = await host.run('verify', {
    steps: { say: `state() { :; }\nverify() {\nhas_checkconf() { return 1; }\n${lines}\n}` },
    files: Object.fromEntries(
      names.map((name) => [`lib/${name}.sh`, readFileSync(join(folder, `${name}.sh`))]),
    ),
    vars: {
      cage: host.path('cage'),
      named_conf: '/etc/named.conf',
      namedb: '/etc/namedb',
      named_options: '',
      further_paths: '',
      zones_change: '*.jnl\nkeys/*\nslave/*',
      pid_file: '/var/run/named/named.pid',
      program: '/usr/pkg/sbin/named',
      config_from: 'host',
      answers_at: '127.0.0.1',
      run_user: 'daemon',
      run_group: 'daemon',
      ...vars,
    },
    settings: { searchPath: `${host.path('bin')}:/usr/sbin:/usr/bin:/sbin:/bin` },
  });
  expect(result.steps[0]?.stderr, complaintsOf(result)).toBe('');
  return result.steps[0]?.stdout ?? '';
}

/** A host whose configuration is below `root/`, so that nothing of this machine is read. */
function configuredHost(shell: string, files: Readonly<Record<string, string>>, awk = awks[0]): ScratchHost {
  const host = scratchHost({ shell });
  for (const [path, text] of Object.entries(files)) host.write(`root${path}`, text);
  if (awk !== undefined)
    host.write(
      'bin/awk',
      `#!/bin/sh\nexec ${awk === '/bin/busybox' ? '/bin/busybox awk' : awk} "$@"\n`,
      0o755,
    );
  return host;
}

const facts = (host: ScratchHost): string => `configuration_facts "${host.path('root')}" /etc/named.conf`;

/** Beside dash every awk is tried, and beside the usual awk every shell. */
const pairs: [string, string | undefined][] = [
  ...awks.map((awk): [string, string] => ['/bin/dash', awk]),
  ...shells.slice(1).map((shell): [string, string | undefined] => [shell, awks[0]]),
];

describe.each(pairs)('the facts of a configuration in %s with %s', (shell, awk) => {
  const read = async (files: Readonly<Record<string, string>>): Promise<string[]> => {
    const host = configuredHost(shell, files, awk);
    return (await say(host, facts(host))).trimEnd().split('\n');
  };

  it('name every file in every statement, and nothing that only looks like a statement', async () => {
    const lines = await read({
      '/etc/named.conf': `/* zone "no" { type master; file "no"; }; */ // include "no";
zone "early" { type master; file "early"; }; include "conf/first"; # include "no";
OPTIONS { Directory "/etc/namedb"; pid-file "/run/x/named.pid"; session-keyfile none;
  managed-keys-directory "dyn/../managed"; dump-file "data/dump"; statistics-file "/var/stats/named.stats";
  tkey-gssapi-keytab "/etc/krb5.keytab"; };
include "/etc/parts/*.conf";
logging { channel "c d" { file "/var/log/a b.log" versions 3 size 5m; severity info; }; channel s { syslog daemon; }; };
controls { unix "/run/ndc" perm 0600 owner 0 group 0; inet 127.0.0.1 allow { any; } keys { "k"; }; };
tls t { cert-file "/etc/tls/cert"; key-file "tls/key"; };
plugin query "/usr/lib/filter-aaaa.so" { x; }; dlz "d" { database "dlopen /usr/lib/dlz.so a b"; };
zone "." { type hint; file "root.cache"; };`,
      '/conf/first': 'acl a { any; };',
      '/etc/parts/b.conf': 'zone "b" { type secondary; primaries { 192.0.2.1; }; file "sec/b"; };',
      '/etc/parts/a c.conf': 'include "deeper";',
      '/etc/namedb/deeper': 'zone d { type master; file d; };',
      '/etc/parts/other': 'zone "no" { type master; file "no"; };',
    });
    expect(lines).toEqual([
      'directory\t/etc/namedb',
      'include\t/etc/named.conf',
      'include\t/conf/first',
      'pid\t/run/x/named.pid',
      'session\tnone',
      'output\tdump-file\t/etc/namedb/data/dump\tlater',
      'output\tstatistics-file\t/var/stats/named.stats\tlater',
      'read\ttkey-gssapi-keytab\t/etc/krb5.keytab',
      'include\t/etc/parts/a c.conf',
      'include\t/etc/namedb/deeper',
      'include\t/etc/parts/b.conf',
      'output\tlog channel c d\t/var/log/a b.log\tstart',
      'output\tcontrol channel\t/run/ndc\tstart',
      'read\ttls cert-file\t/etc/tls/cert',
      'read\ttls key-file\t/etc/namedb/tls/key',
      'read\tplugin\t/usr/lib/filter-aaaa.so',
      'read\tdlz library\t/usr/lib/dlz.so',
      'zone\tearly\tprimary\t',
      'read\tzone early\t/etc/namedb/early',
      'zone\td\tprimary\t',
      'read\tzone d\t/etc/namedb/d',
      'zone\tb\tsecondary\t',
      'written\tb (secondary)\t/etc/namedb/sec/b',
      'read\tzone .\t/etc/namedb/root.cache',
      'managed\t/etc/namedb/managed',
    ]);
  });

  it('know what named writes for a zone from its view and the options, in any order', async () => {
    const lines = await read({
      '/etc/named.conf': `view "a" { match-clients { any; }; key-directory "ka"; dnssec-policy default;
  zone "signed" { type primary; file "s"; }; zone "plain" { type primary; file "p"; dnssec-policy none; };
  zone "up" { type primary; file "u"; dnssec-policy none; journal "j/u"; update-policy local; }; };
view b { zone "kept" { type slave; masters { 192.0.2.1; }; }; zone "old" { type master; file "o"; auto-dnssec maintain; };
  zone "off" { type master; file "f"; allow-update { none; }; inline-signing no; }; };
options { directory "/d"; allow-update { key k; }; allow-new-zones yes; new-zones-directory "nz";
  catalog-zones { zone "cat" default-primaries { 192.0.2.1; } zone-directory "cz" in-memory no; }; };`,
    });
    expect(lines.filter((line) => !line.startsWith('zone\t'))).toEqual([
      'directory\t/d',
      'include\t/etc/named.conf',
      'keys\tmade\t/d/cz',
      'keys\tmade\t/d/ka',
      'written\tsigned (dynamic)\t/d/s',
      'written\tplain (dynamic)\t/d/p',
      'written\tup (dynamic)\t/d/u',
      'written\tup (dynamic)\t/d/j/u',
      'keys\tread\t/d',
      'written\told (dynamic)\t/d/o',
      'read\tzone off\t/d/f',
      'new-zones\t/d/nz',
      'closed',
    ]);
  });

  it('end even if a file includes itself', async () => {
    const lines = await read({
      '/etc/named.conf': 'include "/a";',
      '/a': 'include "/b";',
      '/b': 'include "/a";',
    });
    expect(lines).toEqual(['include\t/etc/named.conf', 'include\t/a', 'include\t/b']);
  });
});

describe('what zone files include', () => {
  const zones = `printf 'directory\t%s\nread\tzone a\t%s\nwritten\tb (dynamic)\t%s\n' "$root/db" "$root/db/a" "$root/db/own/b" >"$m_work/facts"
    find_zone_includes; sed -n 's/^read.[$]INCLUDE of //p' "$m_work/facts"`;

  it.skipIf(process.getuid?.() !== 0)('is found at any depth, but not through files of named’s', async () => {
    const host = configuredHost('/bin/dash', {});
    host.write('db/a', '@ SOA\n$INCLUDE deep/one\n$INCLUDE own/pipe\n$include "own/link" ; x\n');
    host.write('db/deep/one', '$INCLUDE deep/two\n');
    host.write('db/deep/two', '$INCLUDE a\n');
    host.write('secret', '$INCLUDE told\n');
    host.write('db/own/b', '$INCLUDE own/c\n$INCLUDE own/../../../x/./y\n$INCLUDE "/a/../../b"\n');
    execFileSync('mkfifo', [host.path('db/own/pipe')]);
    symlinkSync(host.path('secret'), host.path('db/own/link'));
    execFileSync('chown', ['-hR', 'daemon', host.path('db/own')]);
    const said = (await say(host, zones, { root: host.root })).replaceAll(`${host.root}/db/`, '');
    expect(said.trimEnd().split('\n').toSorted()).toEqual(
      [
        'a\tdeep/one',
        'a\town/link',
        'a\town/pipe',
        'deep/one\tdeep/two',
        'deep/two\ta',
        `own/b\t${dirname(host.root)}/x/y`,
        'own/b\t/b',
        'own/b\town/c',
      ].toSorted(),
    );
  });
});

describe('what has no place in the cage', () => {
  const judge = async (
    conf: string,
    vars: Readonly<Record<string, string>> = {},
  ): Promise<{ own: string[]; bad: string[] }> => {
    const host = configuredHost('/bin/dash', { '/etc/named.conf': conf });
    const said = await say(
      host,
      `${facts(host)} >"$m_work/facts"; find_places; cat "$m_work/own.auto"; echo --; cat "$m_work/places.bad"`,
      vars,
    );
    const [own = '', bad = ''] = said.split('--\n');
    return { own: own.split('\n').slice(0, -1), bad: bad.split('\n').slice(0, -1) };
  };
  const options = 'options { directory "/etc/namedb"; };';

  it.each([
    ['include "/etc/bind/acl";', 'outside\t/etc/bind/acl (include)'],
    // An attacker that takes named over could write what root's next start reads.
    ['include "slave/added.conf";', 'unread\t/etc/namedb/slave/added.conf'],
    ['zone "z" { type master; file "/var/z"; };', 'outside\t/var/z (zone z)'],
    ['zone "z" { type slave; file "/var/s/z"; };', 'outside\t/var/s/z (z (secondary))'],
    ['zone "z" { type slave; file "z"; };', 'written\tz (secondary) in /etc/namedb/z'],
    [
      'zone "z" { type slave; file "x/z"; }; zone "y" { type master; file "x/y"; };',
      'written\tz (secondary) in /etc/namedb/x/z',
    ],
    ['logging { channel c { file "n.log"; }; };', 'output\tlog channel c /etc/namedb/n.log'],
    ['logging { channel c { file "/etc/n.log"; }; };', 'output\tlog channel c /etc/n.log'],
    ['logging { channel c { file "/var/run/n.log"; }; };', 'output\tlog channel c /var/run/n.log'],
    ['options { pid-file none; };', 'pid\tnone'],
    ['options { allow-new-zones yes; };', 'new-zones\tallow-new-zones /etc/namedb'],
    ['options { dump-file "d"; };', 'later\tdump-file /etc/namedb/d'],
    ['tls t { key-file "/etc/tls/k"; };', 'outside\t/etc/tls/k (tls key-file)'],
  ])('%s', async (statement, bad) => {
    expect((await judge(`${options} ${statement}`)).bad).toEqual([bad]);
  });

  it.each([
    ['logging { channel c { file "log/n.log"; }; };', '/etc/namedb/log'],
    ['logging { channel c { file "/var/log/named/n.log"; }; };', '/var/log/named'],
    ['zone "z" { type slave; file "sec/z"; };', '/etc/namedb/sec'],
    ['zone "z" { type master; file "d/z"; allow-update { any; }; };', '/etc/namedb/d'],
    ['options { managed-keys-directory "m"; };', '/etc/namedb/m'],
    ['options { allow-new-zones yes; new-zones-directory "nz"; };', '/etc/namedb/nz'],
  ])('is not %s: its directory is named’s own', async (statement, own) => {
    expect(await judge(`${options} ${statement}`)).toEqual({ own: [own], bad: [] });
  });

  it('does not include what is carried, nor what zones_change declares', async () => {
    const conf = `options { directory "/var/zones"; }; include "/etc/bind/*.conf"; zone "z" { type master; file "z"; };
      zone "s" { type slave; file "/etc/namedb/slave/s"; };`;
    expect(await judge(conf, { further_paths: '/etc/bind\n/var/zones' })).toEqual({ own: [], bad: [] });
    expect((await judge(conf)).bad).toEqual([
      'outside\t/var/zones (directory)',
      'outside\t/etc/bind/*.conf (include)',
      'outside\t/var/zones/z (zone z)',
    ]);
  });
});

describe.skipIf(process.getuid?.() !== 0)('a copy in the cage', () => {
  it('is never more open than on the host, not writable for named, and readable for named', async () => {
    const host = configuredHost('/bin/dash', {});
    const daemon = 1;
    const files = fc.sample(
      fc.record({
        dir: fc.boolean(),
        mode: fc.integer({ min: 0o400, max: 0o777 }).map((mode) => mode | 0o400),
        uid: fc.constantFrom(0, daemon, 1000),
        gid: fc.constantFrom(0, daemon, 1000),
      }),
      500,
    );
    host.write('ls', `${files.map(lsLine).join('\n')}\n`);
    const said = await say(host, `fits <"${host.path('ls')}"`);
    const copies = said.trimEnd().split('\n');
    expect(copies).toHaveLength(files.length);
    for (const [at, line] of copies.entries()) {
      const file = files[at] ?? { dir: false, mode: 0, uid: 0, gid: 0 };
      const [digits = '', owner, group] = line.split('|');
      const mode = Number.parseInt(digits, 8);
      const [u, g, o] = [(mode >> 6) & 7, (mode >> 3) & 7, mode & 7];
      const ours = group === '=';
      const seen = `${JSON.stringify(file)} ${file.mode.toString(8)} -> ${line}`;
      expect(owner, seen).not.toBe(String(daemon));
      // Others may do no more than before; nor may a group that is not named's.
      expect(o & ~(file.mode & 7), seen).toBe(0);
      if (!ours) expect([Number(group), g & ~((file.mode >> 3) & 7)], seen).toEqual([file.gid, 0]);
      expect(u & ~((file.mode >> 6) & 7), seen).toBe(0);
      // named may read, and write nothing.
      const named = ours ? g : o;
      const wanted = file.dir ? 5 : 4;
      const itself = (file.mode >> 6) & wanted;
      if (itself === wanted) expect(named & wanted, seen).toBe(wanted);
      expect((ours ? g : 0) & 2, seen).toBe(0);
      expect(o & 2, seen).toBe(0);
    }
  });

  function lsLine(file: { dir: boolean; mode: number; uid: number; gid: number }, at: number): string {
    const bits = [6, 3, 0]
      .map((shift) => {
        const digit = (file.mode >> shift) & 7;
        return `${digit & 4 ? 'r' : '-'}${digit & 2 ? 'w' : '-'}${digit & 1 ? 'x' : '-'}`;
      })
      .join('');
    return `${file.dir ? 'd' : '-'}${bits} 1 ${String(file.uid)} ${String(file.gid)} 7 Nov 1 12:00 name ${String(at)}`;
  }

  it('follows links, and is compared by content, mode and owner', async () => {
    const host = configuredHost('/bin/dash', {});
    mkdirSync(host.path('from'), { recursive: true });
    host.write('elsewhere', 'x');
    symlinkSync(host.path('elsewhere'), host.path('from/link'));
    host.write('from/secret', 'x', 0o600);
    host.write('to/link', 'x');
    host.write('to/secret', 'x', 0o640);
    chownSync(host.path('to/secret'), 0, 1);
    const differences = `tree_differences "${host.path('from')}" "${host.path('to')}"; cat "$m_work/differences"`;
    expect(await say(host, differences)).toBe('');
    host.write('to/secret', 'x', 0o644);
    expect(await say(host, `rm -f "${host.path('to/secret')}"; ${differences}`)).toBe('0640|0|=|secret\n');
  });
});

describe.each(shells)('the running named in %s', (shell) => {
  it.each([
    ['/usr/sbin/named', '/etc/named.conf,,53,'],
    ['/usr/sbin/named -4 -c /etc/namedb/named.conf', '/etc/namedb/named.conf,,53, -4'],
    ['/usr/sbin/named -u named -t /var/cage/ -c/x -p5300 -n 2', '/x,/var/cage,5300, -p 5300 -n 2'],
    ['named -g -p dns=5301 -D a', '/etc/named.conf,,5301, -p dns=5301 -g -D a'],
  ])('is identified by its command line: %s', async (command, said) => {
    const host = configuredHost(shell, {});
    const lines = `old_conf='' old_root='' old_port=53 old_options='' old_user=''
      old_command='${command}'; read_old_options; echo "\${old_conf:-/etc/named.conf},$old_root,$old_port,$old_options"`;
    const [conf = '', root, port, options = ''] = (await say(host, lines)).trimEnd().split(',');
    const [, , , wanted = ''] = said.split(',');
    expect([conf, root, port]).toEqual(said.split(',').slice(0, 3));
    expect(options.trim().split(' ').toSorted()).toEqual(wanted.trim().split(' ').toSorted());
  });

  it('is compared with the earlier answers: missing, refused or behind, by serial arithmetic', async () => {
    const host = configuredHost(shell, {});
    host.write(
      'before',
      ['a', 'b', 'c', 'd', 'e', 'f']
        .map((zone) => `${zone} 127.0.0.1 53 NOERROR ${zone === 'e' ? '4294967295' : '5'}`)
        .join('\n') + '\ng 127.0.0.1 53 REFUSED -\na ::1 5300 NOERROR 5\n',
    );
    host.write(
      'after',
      `a 127.0.0.1 53 NOERROR 5
b 127.0.0.1 53 NOERROR 6
c 127.0.0.1 53 REFUSED -
d 127.0.0.1 53 NOERROR 4
e 127.0.0.1 53 NOERROR 1
a ::1 5300 SERVFAIL -
`,
    );
    expect(await say(host, `not_as_before "${host.path('before')}" "${host.path('after')}"`)).toBe(
      'c at 127.0.0.1 (REFUSED), d at 127.0.0.1 (serial 4, and 5 before), f at 127.0.0.1 (no answer), a at ::1 port 5300 (SERVFAIL)\n',
    );
  });

  it('reports why it did not start: the important lines of its log, its own log file and its terminal', async () => {
    const host = configuredHost(shell, {});
    host.write('cage/var/log/own.log', 'general: error: something failed\n');
    host.write('start', "Starting named.\nnamed: user 'x' unknown\n");
    // That of NetBSD takes rights away by options; here the tree is not open to others.
    host.write('bin/chroot', '#!/bin/sh\nshift 7\nexec "$@"\n', 0o755);
    const lines = `log_size=0; cp "${host.path('start')}" "$m_work/start.said"
      printf 'output\\tlog channel c\\t/var/log/own.log\\tstart\\n' >"$m_work/facts"; what_it_said`;
    expect(await say(host, lines)).toContain("general: error: something failed; named: user 'x' unknown");
  });
});
