// The content step of caged-bind in a real sh, against a scratch tree: what differs is found whatever its name, nothing
// is replaced when the check fails, and the key stays on its host.
import { chownSync, existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LocalRun, LocalRunResult } from '../support/run-local.ts';
import type { ScratchHost } from './scratch.ts';
import { changesOf, complaintsOf, scratchHost, shells } from './scratch.ts';

const folder = join(import.meta.dirname, '../../playbooks/caged-bind');
const read = (name: string): Buffer => readFileSync(join(folder, name));
const step = read('steps/05-content.sh').toString();

// Refuses what holds the word BAD, and speaks as the real one does.
const checkconf = `#!/bin/sh
root=
[ "$1" != -t ] || { root=$2; shift 2; }
echo "$@" >>"$0.calls"
status=0
for zone in "$root"/zones/*; do
  [ -f "$zone" ] || continue
  name=\${zone##*/}
  if grep -q BAD "$zone"; then
    echo "$name:3: unknown RR type 'BAD'"
    echo "zone $name/IN: loading from master file $name failed: unknown class/type"
    echo "zone $name/IN: not loaded due to errors."
    echo "_default/$name/IN: unknown class/type"
    status=1
  else
    echo "zone $name/IN: loaded serial 1"
  fi
done
exit $status
`;

/** A host with a cage beside a fake of the programs. */
function cagedHost(shell: string): ScratchHost {
  const host = scratchHost({ shell });
  host.write('bin/named', '#!/bin/sh\necho BIND 9.18.1\n', 0o755);
  host.write('bin/named-checkconf', checkconf, 0o755);
  host.write('cage/etc/keep', '');
  return host;
}

/** A run of the step with `choices` as they are on the scratch tree. */
function content(
  host: ScratchHost,
  vars: Readonly<Record<string, string>>,
  given: LocalRun['given'] = {},
): Partial<LocalRun> {
  const library = `${read('lib/content.sh').toString()}${read('lib/rndc-key.sh').toString()}
choices() { program=$root/bin/named; }
record_hand_backs_of_content() { :; }
caged_localtime() { :; }
has_checkconf() { checkconf=$root/bin/named-checkconf; }
`;
  return {
    steps: { content: step },
    files: {
      'lib/content.sh': Buffer.from(library),
      'lib/configuration.sh': read('lib/configuration.sh'),
      'lib/checks.sh': read('lib/checks.sh'),
      'lib/places.sh': read('lib/places.sh'),
      'lib/trees.sh': read('lib/trees.sh'),
      'lib/written.sh': read('lib/written.sh'),
      'lib/cage-proof.sh': read('lib/cage-proof.sh'),
      'lib/reading.sh': read('lib/reading.sh'),
      'lib/zone-includes.sh': read('lib/zone-includes.sh'),
      'lib/trusted.sh': read('lib/trusted.sh'),
      'templates/named.conf': Buffer.from(`options { };\n# ${vars['conf'] ?? ''}\n`),
    },
    vars: {
      cage: host.path('cage'),
      named_source: 'package',
      named_conf: '/named.conf',
      namedb: '/zones',
      run_user: 'daemon',
      run_group: 'daemon',
      zones_change: '*.jnl\nkeys/*',
      pid_file: '/run/named/named.pid',
      further_paths: '',
      config_from: 'playbook',
      role: 'primary',
      rndc: 'no',
      zones: 'example.net',
      zone_files: '',
      primaries: '',
      ...vars,
    },
    given,
  };
}

function ended(run: LocalRunResult): string {
  return complaintsOf(run.result);
}

function noticesOf(run: LocalRunResult): string[] {
  return run.events.flatMap((event) => (event.type === 'notice' ? [event.message] : []));
}

describe.skipIf(process.getuid?.() !== 0).each(shells)('content of the playbook in %s', (shell) => {
  const good = { 'example.net': 'a\n', 'include/hosts': 'b\n' };

  it('installs the zones once, notices an edit by hand, and rolls everything back', async () => {
    const host = cagedHost(shell);
    const run = content(host, {}, { zone_files: good });
    const planned = await host.run('plan', run);
    const applied = await host.run('apply', run);
    expect(applied.result.outcome, ended(applied)).toBe('changed');
    expect(changesOf(applied.result)).toEqual(changesOf(planned.result));
    expect(host.read('cage/zones/example.net')).toBe('a\n');
    expect(statSync(host.path('cage/zones/include/hosts')).mode & 0o777).toBe(0o644);
    expect((await host.run('apply', run)).result.outcome).toBe('ok');
    host.write('cage/zones/example.net', 'z\n');
    const drifted = await host.run('verify', run);
    expect(changesOf(drifted.result)).toEqual([`content zone_file ${host.path('cage/zones/example.net')}`]);
    host.write('cage/zones/example.net', 'a\n');
    const undone = await host.run('rollback');
    expect(undone.result.outcome, ended(undone)).toBe('rolled-back');
    expect(existsSync(host.path('cage/zones'))).toBe(false);
    expect(existsSync(host.path('cage/named.conf'))).toBe(false);
  });

  it('replaces nothing if a zone is bad, in a plan and in an apply', async () => {
    const host = cagedHost(shell);
    await host.run('apply', content(host, {}, { zone_files: good }));
    const bad = content(host, { conf: 'new' }, { zone_files: { ...good, 'example.net': 'BAD\n' } });
    for (const action of ['plan', 'apply'] as const) {
      const { result } = await host.run(action, bad);
      expect(result.outcome).toBe('failed');
      expect(result.reason).toContain(
        "nothing was replaced: example.net:3: unknown RR type 'BAD'; zone example.net/IN: loading from",
      );
      expect(result.reason).not.toContain('_default');
    }
    expect(host.read('cage/zones/example.net')).toBe('a\n');
    expect(host.read('cage/named.conf')).not.toContain('new');
  });

  it('checks without the zones if named-checkconf has no -z, and says so', async () => {
    const host = cagedHost(shell);
    // As that of BIND 9.1.
    const old = `#!/bin/sh
while getopts t: option; do [ "$option" = t ] || { echo 'usage: named-checkconf [-t directory] [named.conf]' >&2; exit 1; }; root=$OPTARG; done
shift $((OPTIND - 1))
! grep BAD "$root$1" >&2
`;
    host.write('bin/named-checkconf', old, 0o755);
    const run = content(host, {}, { zone_files: good });
    const applied = await host.run('apply', run);
    expect(applied.result.outcome, ended(applied)).toBe('changed');
    expect(noticesOf(applied)).toEqual([
      `${host.path('bin/named-checkconf')} knows no -z: the configuration is checked, its zones are not`,
    ]);
    expect((await host.run('verify', run)).result.outcome).toBe('ok');
    const bad = await host.run('apply', content(host, { conf: 'BAD' }, { zone_files: good }));
    expect(bad.result.reason).toContain('nothing was replaced: # BAD');
    expect(host.read('cage/named.conf')).not.toContain('BAD');
  });

  it('continues without named-checkconf, and says so', async () => {
    const host = cagedHost(shell);
    const run = content(host, {}, { zone_files: good });
    const library = `${run.files?.['lib/content.sh']?.toString() ?? ''}\nhas_checkconf() { return 1; }\n`;
    const without = { ...run, files: { ...run.files, 'lib/content.sh': Buffer.from(library) } };
    const applied = await host.run('apply', without);
    expect(applied.result.outcome, ended(applied)).toBe('changed');
    expect(noticesOf(applied).join()).toContain('there is no named-checkconf (a BIND 8 has none)');
    const verified = await host.run('verify', without);
    expect(verified.result.outcome, ended(verified)).toBe('ok');
    expect(noticesOf(verified).join()).toContain('there is no named-checkconf');
  });

  it('checks nothing in a plan that would first install the program', async () => {
    const host = cagedHost(shell);
    host.remove('bin/named');
    const bad = content(host, {}, { zone_files: { ...good, 'example.net': 'BAD\n' } });
    expect((await host.run('plan', bad)).result.outcome).not.toBe('failed');
    expect(existsSync(host.path('bin/named-checkconf.calls'))).toBe(false);
  });

  it.each([
    [
      { zones: 'example.net\nexample.org\n0/25.example' },
      { zone_files: { 'example.com': '', 'example.net': '', 'x/y': '' } },
      'zones that have no file of their name in zone_files: example.org 0-25.example; zone_files that are not in zones: example.com',
    ],
    [{}, {}, 'zones that have no file of their name in zone_files: example.net'],
    [{ zones: '' }, {}, 'a primary needs zones'],
    [
      { role: 'secondary', zones: '' },
      {},
      'a secondary needs primaries, addresses to transfer from; a secondary needs zones',
    ],
  ])('reports all that is missing at once: %j', async (vars, given, words) => {
    const host = cagedHost(shell);
    const { result } = await host.run('apply', content(host, vars, given));
    expect(result.reason).toContain(`${words}; nothing was replaced`);
    expect(existsSync(host.path('cage/named.conf'))).toBe(false);
  });

  it('makes a key once, shows it to nobody, and keeps it', async () => {
    const host = cagedHost(shell);
    const run = content(host, {}, { zone_files: good });
    // The link at /etc/rndc.key is not for a scratch tree.
    const library = `${run.files?.['lib/content.sh']?.toString() ?? ''}\nsymlink() { :; }\n`;
    const keyed = {
      ...run,
      vars: { ...run.vars, rndc: 'yes' },
      files: { ...run.files, 'lib/content.sh': Buffer.from(library) },
    };
    const planned = await host.run('plan', keyed);
    const applied = await host.run('apply', keyed);
    expect(applied.result.outcome, ended(applied)).toBe('changed');
    expect(changesOf(applied.result)).toEqual(changesOf(planned.result));
    const text = host.read('cage/etc/rndc.key');
    const key =
      /^key "rndc-key" \{\n\talgorithm hmac-sha256;\n\tsecret "([A-Za-z0-9+/]{40})";\n\};\n$/.exec(
        text,
      )?.[1] ?? '';
    expect(key).not.toBe('');
    expect(statSync(host.path('cage/etc/rndc.key')).mode & 0o777).toBe(0o640);
    expect(JSON.stringify(applied.events)).not.toContain(key);
    expect(host.receipt('journal') + host.receipt('events')).not.toContain(key);
    expect((await host.run('apply', keyed)).result.outcome).toBe('ok');
    expect(host.read('cage/etc/rndc.key')).toBe(text);
    const other = cagedHost(shell);
    await other.run('apply', { ...keyed, vars: { ...keyed.vars, cage: other.path('cage') } });
    expect(other.read('cage/etc/rndc.key')).not.toBe(text);
  });

  it('uses an algorithm that BIND up to 9.9 knows', async () => {
    const host = cagedHost(shell);
    host.write('bin/named', '#!/bin/sh\necho BIND 9.9.2-P1\n', 0o755);
    const run = content(host, { rndc: 'yes' }, { zone_files: good });
    const library = `${run.files?.['lib/content.sh']?.toString() ?? ''}\nsymlink() { :; }\n`;
    await host.run('apply', { ...run, files: { ...run.files, 'lib/content.sh': Buffer.from(library) } });
    expect(host.read('cage/etc/rndc.key')).toContain('algorithm hmac-md5;');
  });
});

describe.skipIf(process.getuid?.() !== 0).each(shells)('content of the host in %s', (shell) => {
  const patterns = '*.jnl\nkeys/*\nslave/*\ndynamic/*';

  /** A host with a primary, a secondary and a dynamic zone, all root's, as a named that runs as root leaves them. */
  function servingHost(zones: string): {
    host: ScratchHost;
    run: Partial<LocalRun>;
    at: (name: string) => string;
  } {
    const host = cagedHost(shell);
    const [conf, namedb] = [host.path('named.conf'), host.path('namedb')];
    host.write('named.conf', `options { directory "${namedb}"; };\n${zones}`);
    for (const name of [
      'example.net',
      'slave/example.org',
      'slave/deep/er',
      'dynamic/example.com',
      'other/file',
    ])
      host.write(`namedb/${name}`, 'x');
    for (const name of ['dynamic/example.com.jnl', 'keys/Kexample.private'])
      host.write(`namedb/${name}`, 'x', 0o600);
    host.write(`cage${host.root}/keep`, '');
    const vars = { named_conf: conf, namedb, zones_change: patterns, config_from: 'host' };
    const who = { run_user: 'daemon', run_group: 'daemon' };
    return {
      host,
      run: content(host, { ...vars, ...who }),
      at: (name) => host.path(`cage${namedb}/${name}`),
    };
  }
  const owner = (path: string): string => {
    const { uid, gid, mode } = statSync(path);
    return `${String(uid)}:${String(gid)} ${(mode & 0o7777).toString(8)}`;
  };
  const slave = 'zone "example.org" { type slave; masters { 192.0.2.1; }; file "slave/example.org"; };\n';
  const dynamic =
    'zone "Example.com" in { TYPE Master; file "dynamic/example.com"; allow-update { key "k"; }; };\n';

  it('gives named the directories and files that it writes, and nothing else, also in later applies', async () => {
    const { host, run, at } = servingHost(
      `${slave}${dynamic}zone "new.example" { type slave; masters { 192.0.2.1; }; file "slave/new/zone"; };\n`,
    );
    const planned = await host.run('plan', run);
    const applied = await host.run('apply', run);
    expect(applied.result.outcome, ended(applied)).toBe('changed');
    expect(changesOf(applied.result)).toEqual(changesOf(planned.result));
    for (const name of ['slave', 'slave/deep', 'slave/new', 'dynamic', 'keys'])
      expect(owner(at(name)), name).toBe('1:1 775');
    for (const name of ['slave/example.org', 'slave/deep/er', 'dynamic/example.com'])
      expect(owner(at(name)), name).toBe('1:1 644');
    for (const name of ['dynamic/example.com.jnl', 'keys/Kexample.private'])
      expect(owner(at(name)), name).toBe('1:1 600');
    expect(owner(at('.'))).toBe('0:0 755');
    expect(owner(at('other'))).toBe('0:0 755');
    expect(owner(at('example.net'))).toBe('0:0 644');
    expect((await host.run('apply', run)).result.outcome).toBe('ok');
    const verified = await host.run('verify', run);
    expect(verified.result.outcome, ended(verified)).toBe('ok');

    chownSync(at('slave'), 0, 0);
    chownSync(at('dynamic/example.com.jnl'), 0, 0);
    const taken = await host.run('verify', run);
    expect(changesOf(taken.result)).toEqual([`content caged_tree ${at('').replace(/\/$/, '')}`]);
    const bad = taken.result.checks.filter(({ holds }) => !holds);
    expect(bad.map(({ name }) => name)).toEqual(['named can write the zones that it transfers or changes']);
    expect(bad[0]?.message).toMatch(/^it may not write in \S+\/namedb\/slave \(mode 0775, uid 0, gid 0\)$/);
    expect((await host.run('apply', run)).result.outcome).toBe('changed');
    expect(owner(at('slave'))).toBe('1:1 775');
    expect(owner(at('dynamic/example.com.jnl'))).toBe('1:1 600');
  });

  it.each([
    ['a secondary', slave.replace('slave/', ''), 'example.org (secondary) in '],
    ['an updated zone', dynamic.replace('dynamic/', ''), 'Example.com (dynamic) in '],
    ['a signed zone', 'zone "s" { type primary; file "s"; dnssec-policy default; };', 's (dynamic) in '],
    [
      'what a view says of all zones',
      'view "v" { auto-dnssec maintain; zone "s" { type master; file "s"; }; };',
      's (dynamic) in ',
    ],
    ['a journal of its own', dynamic.replace('allow', 'journal "j"; allow'), 'Example.com (dynamic) in '],
  ])(
    'refuses %s that named cannot write, in a plan and before it replaces anything',
    async (_, zones, words) => {
      const { host, run, at } = servingHost(zones);
      for (const action of ['plan', 'apply'] as const) {
        const { result } = await host.run(action, run);
        expect(result.outcome).toBe('failed');
        expect(result.reason).toContain(words);
        expect(result.reason).toContain('nothing was replaced');
      }
      expect(existsSync(at(''))).toBe(false);
    },
  );

  it('accepts zones that named only reads, or keeps in no file', async () => {
    const { host, run } = servingHost(`/* allow-update { any; }; */
options { allow-update { none; }; }; // zone "c" { type slave; file "c"; };
zone "a" { type master; file "a"; # allow-update { any; };
};
zone "b" { type slave; masters { 192.0.2.1; }; };
view "v" { dnssec-policy default; zone "d" { type master; file "d"; dnssec-policy none; }; };
zone "e" { type forward; forwarders { 192.0.2.1; }; };
`);
    for (const name of ['a', 'd']) host.write(`namedb/${name}`, 'x');
    expect((await host.run('apply', run)).result.outcome).toBe('changed');
  });

  it('reads what the configuration includes', async () => {
    const { host, run } = servingHost('include "zones.conf";\n');
    host.write('namedb/zones.conf', 'zone example.org { type slave; file example.org; };');
    expect((await host.run('plan', run)).result.reason).toContain('example.org (secondary) in ');
  });
});

describe.each(shells)('the arguments of named in %s', (shell) => {
  it.each([
    ['-u named -t /cage', ''],
    // A BIND 8, by the rc script of 2001.
    ['-u named -g named -t /cage', ''],
    ['-g named -t /cage', 'no -u'],
    ['-u named -g wheel -t /cage', "'-g wheel' was not declared"],
    ['-u named -g -t /cage', "'-g' was not declared"],
  ])('are judged: %s', async (args, wrong) => {
    const host = scratchHost({ shell });
    const body = `state() { :; }
verify() { what_is_wrong_with_args "$args"; observe wrong "$wrong"; }`;
    const files = { 'lib/hand-over.sh': read('lib/hand-over.sh') };
    const vars = { args, rc_args: '', style: 'chrootdir', cage: '/cage' };
    const { result } = await host.run('verify', { steps: { one: body }, files, vars });
    expect(result.observations.get('wrong')).toBe(wrong);
  });
});

describe.skipIf(process.getuid?.() !== 0).each(shells)('tree_differences in %s', (shell) => {
  it('lists what is missing, or has another kind, mode, owner or content, and nothing else', async () => {
    const host = scratchHost({ shell });
    const both = ['same', 'a b', 'differ and x', 'dir/same', "it's", 'dir/é: x'];
    for (const name of both) {
      host.write(`from/${name}`, name);
      host.write(`to/${name}`, name);
    }
    host.write('to/only there', '');
    const wrong = [
      'missing',
      'content',
      'one two/content three',
      'Files a and b differ',
      'mode',
      'kind',
      'owner',
      ' blank',
    ];
    for (const name of wrong) host.write(`from/${name}`, 'x');
    for (const name of ['content', 'one two/content three', 'Files a and b differ'])
      host.write(`to/${name}`, 'y');
    for (const name of ['mode', 'owner']) host.write(`to/${name}`, 'x');
    host.write('to/kind/inside', 'x');
    host.write('to/ blank', 'y');
    const body = `state() {
      chmod 0600 "$root/to/mode"; chown 5 "$root/to/owner"
      tree_differences "$root/from" "$root/to"
      sed 's/^[^|]*|[^|]*|[^|]*|//' "$m_work/differences" >"$root/differences"
    }`;
    const files = { 'lib/trees.sh': read('lib/trees.sh'), 'lib/reading.sh': read('lib/reading.sh') };
    const vars = { run_user: 'daemon', run_group: 'daemon' };
    const run = await host.run('apply', { steps: { one: body }, files, vars });
    expect(run.result.outcome, ended(run)).not.toBe('failed');
    expect(host.read('differences').trimEnd().split('\n').toSorted()).toEqual(wrong.toSorted());
  });

  it('lists everything if nothing is there yet', async () => {
    const host = scratchHost({ shell });
    host.write('from/a', 'x');
    host.write('from/sub/b', 'x');
    const body = `state() { tree_differences "$root/from" "$root/to"; sed 's/.*|//' "$m_work/differences" >"$root/differences"; }`;
    const vars = { run_user: 'daemon', run_group: 'daemon' };
    const files = { 'lib/trees.sh': read('lib/trees.sh'), 'lib/reading.sh': read('lib/reading.sh') };
    await host.run('apply', { steps: { one: body }, files, vars });
    expect(host.read('differences').split('\n').toSorted()).toEqual(['', 'a', 'sub', 'sub/b']);
  });
});
