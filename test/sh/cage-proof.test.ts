// What caged-bind reports about a cage into which a hostile named planted something, in a real sh. It names everything that
// would let named write files that are not its own. Nothing forges or hides a line, and no digest reveals a closed file.
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, linkSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ScratchHost } from './scratch.ts';
import { complaintsOf, scratchHost, shells } from './scratch.ts';

const folder = join(import.meta.dirname, '../../playbooks/caged-bind/lib');
const parts = ['cage-proof', 'places', 'trusted', 'written'];
const who = (flag: string): number => Number(execFileSync('id', [flag, 'daemon']).toString());

/** A cage as the playbook leaves it: root's, but for two directories of named's. */
function cagedHost(shell: string): ScratchHost {
  const host = scratchHost({ shell });
  const file = (name: string, mode: number): void => {
    host.write(`cage/${name}`, `${name}\n`, mode);
  };
  file('etc/named.conf', 0o640);
  file('etc/namedb/example.net', 0o644);
  file('etc/namedb/keys/K.private', 0o600);
  file('run/named.pid', 0o644);
  for (const own of ['etc/namedb/keys', 'run', 'etc/namedb/keys/K.private', 'run/named.pid']) give(host, own);
  return host;
}

function give(host: ScratchHost, name: string): void {
  chownSync(host.path(`cage/${name}`), who('-u'), who('-g'));
}

/** What the proof has against the cage, and the observation, a line each. */
async function prove(host: ScratchHost): Promise<{ bad: readonly string[]; seen: string }> {
  const lines = `look_into_cage; for kind in setid devices-found writable names; do
  find_complaints $kind; [ -z "$words" ] || printf '%s: %s\\n' $kind "$words"; done; echo =; cage_digest`;
  const { result } = await host.run('verify', {
    steps: { say: `state() { :; }\nverify() {\nfind_places\n${lines}\n}` },
    files: Object.fromEntries(
      parts.map((name) => [`lib/${name}.sh`, readFileSync(join(folder, `${name}.sh`))]),
    ),
    vars: {
      cage: host.path('cage'),
      named_conf: '/etc/named.conf',
      namedb: '/etc/namedb',
      pid_file: '/run/named.pid',
      run_user: 'daemon',
      run_group: 'daemon',
      zones_change: '*.jnl\nkeys/*',
      further_paths: '',
      devices: 'null',
      rc_crypto: '',
    },
    settings: { searchPath: '/usr/sbin:/usr/bin:/sbin:/bin' },
  });
  expect(result.steps[0]?.outcome, complaintsOf(result)).toBe('ok');
  const [bad = '', seen = ''] = (result.steps[0]?.stdout ?? '').split('=\n');
  return { bad: bad.split('\n').filter((line) => line !== ''), seen };
}

interface Plant {
  readonly what: string;
  readonly plant: (host: ScratchHost) => void;
  readonly says: RegExp;
}

const plants: readonly Plant[] = [
  {
    what: 'a file of its own that it may not write, but could open to itself',
    plant: (host) => {
      give(host, 'etc/named.conf');
      chmodSync(host.path('cage/etc/named.conf'), 0o400);
    },
    says: /^writable: \/etc\/named\.conf \(-r-------- daemon daemon\)$/,
  },
  {
    what: 'a directory of its own above files of root',
    plant: (host) => {
      give(host, 'etc');
      chmodSync(host.path('cage/etc'), 0o555);
    },
    says: /^writable: \/etc \(dr-xr-xr-x daemon daemon\)$/,
  },
  {
    what: 'what its group may write',
    plant: (host) => {
      chownSync(host.path('cage/etc/namedb/example.net'), 0, who('-g'));
      chmodSync(host.path('cage/etc/namedb/example.net'), 0o664);
    },
    says: /^writable: \/etc\/namedb\/example\.net /,
  },
  {
    what: 'a second name of a file that is not its own',
    plant: (host) => {
      linkSync(host.path('cage/etc/named.conf'), host.path('cage/etc/namedb/keys/K.key'));
    },
    says: /^names: .*\/etc\/named\.conf \(2 names/,
  },
  {
    what: 'a second name of a file that lies elsewhere',
    plant: (host) => {
      host.write('outside', 'root alone\n', 0o600);
      linkSync(host.path('outside'), host.path('cage/etc/namedb/keys/K.key'));
    },
    says: /^names: \/etc\/namedb\/keys\/K\.key \(2 names/,
  },
  {
    what: 'a link of its own outside of its directories',
    plant: (host) => {
      symlinkSync('/etc/passwd', host.path('cage/etc/link'));
      execFileSync('chown', ['-h', 'daemon', host.path('cage/etc/link')]);
    },
    says: /^writable: \/etc\/link \(a link that is not root's\)$/,
  },
  {
    what: 'a name that would look like a line of its own',
    plant: (host) => {
      const forged = `x\n    1    4 -rwsr-xr-x    1 root     root     5 Nov 28 08:00 `;
      mkdirSync(`${host.path('cage/etc/namedb/keys')}/${forged}`);
    },
    says: /^names: a name with a line break$/,
  },
  {
    what: 'a set-id file in its own directory',
    plant: (host) => {
      host.write('cage/run/shell', 'x');
      chmodSync(host.path('cage/run/shell'), 0o4755);
    },
    says: /^setid: \/run\/shell$/,
  },
];

describe.skipIf(process.getuid?.() !== 0).each(shells)('the proof of a cage in %s', (shell) => {
  it('accepts a good cage, and has no digest of files that not everybody may read', async () => {
    const host = cagedHost(shell);
    const { bad, seen } = await prove(host);
    expect(bad).toEqual([]);
    expect(seen).toMatch(/^\/etc\/namedb\/example\.net -rw-r--r-- root root [0-9a-f]+$/m);
    expect(seen).toMatch(/^\/etc\/named\.conf -rw-r----- root root $/m);
    chmodSync(host.path('cage/etc/namedb'), 0o750);
    expect((await prove(host)).seen).toMatch(/^\/etc\/namedb\/example\.net -rw-r--r-- root root $/m);
  });

  it.each(plants)('names $what', async ({ plant, says }) => {
    const host = cagedHost(shell);
    plant(host);
    const { bad } = await prove(host);
    expect(bad).toHaveLength(1);
    expect(bad[0]).toMatch(says);
  });

  it('is not misled by the text of a link', async () => {
    const host = cagedHost(shell);
    const before = (await prove(host)).seen;
    const text = `x\n    1    4 -rwsr-xr-x    1 root     root     5 Nov 28 08:00 ${host.path('cage')}/etc/forged`;
    symlinkSync(text, host.path('cage/etc/namedb/keys/link'));
    execFileSync('chown', ['-h', 'daemon', host.path('cage/etc/namedb/keys/link')]);
    expect(await prove(host)).toEqual({ bad: [], seen: before });
  });

  it('names a directory above the cage that others than root can change', async () => {
    const host = cagedHost(shell);
    chmodSync(host.root, 0o777);
    const { bad } = await prove(host);
    expect(bad).toHaveLength(1);
    expect(bad[0]).toContain(`${host.root} can be changed by accounts other than root`);
  });
});
