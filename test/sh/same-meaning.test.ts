// Values that mean the same in other words: each kind in each sh and awk at hand; and what sshd-hardening makes of
// what the sshd of an old and of a new release print.
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ScratchHost } from './scratch.ts';
import { changesOf, complaintsOf, scratchHost, shells } from './scratch.ts';

const awks = ['/usr/bin/mawk', '/usr/bin/gawk', '/usr/bin/original-awk', '/bin/busybox'].filter(existsSync);

type Row = readonly [kind: string, one: string, other: string, words?: string];

const same: readonly Row[] = [
  ['truth', 'yes', 'True'],
  ['truth', '1', 'on'],
  ['truth', 'no', 'disabled'],
  ['truth', 'without-password', 'prohibit-password', 'without-password prohibit-password'],
  ['truth', 'Prohibit-Password', 'without-password', 'without-password prohibit-password'],
  ['word', 'DELAYED', 'delayed'],
  ['number', '03', '3'],
  ['time', '120', '2m'],
  ['time', '2M', '120s'],
  ['time', '1h30m', '5400'],
  ['time', '90.000000', '90'],
  ['time', 'PT1H30M', '1.5h'],
  ['time', '1 week', 'P7D'],
  ['time', 'None', 'none'],
  ['size', '64k', '65536'],
  ['size', '64 KiB', '64KB'],
  ['size', '8g', '8589934592'],
  ['size', 'unlimited', 'UNLIMITED'],
  ['list', 'a, b', 'a b'],
  ['set', 'ops root', 'root,ops'],
  ['set', '10 9', '9 10'],
  ['set', 'a a b', 'b a'],
  ['set', '', ''],
  ['text', ' a  b ', '"a b"'],
  ['text', '\\n', '"\\n"'],
];
const different: readonly Row[] = [
  ['truth', 'yes', 'no'],
  ['truth', 'without-password', 'no', 'without-password prohibit-password'],
  ['truth', 'without-password', 'yes', 'without-password prohibit-password'],
  ['word', '1', 'yes'],
  ['number', '3', '30'],
  ['number', '1e1', '10'],
  ['time', '60', '600'],
  ['time', 'none', '0'],
  ['time', 'P1M', '1m'],
  ['size', '64k', '64'],
  ['list', 'a,b', 'b,a'],
  ['set', 'Ops', 'ops'],
  ['set', 'a', ''],
  ['text', 'A', 'a'],
  ['text', '10', '1e1'],
];

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** An expectation for each row, both ways round. */
function questions(rows: readonly Row[]): string {
  return rows
    .flatMap(([kind, one, other, words]) => [
      [`${kind}: ${one} = ${other}`, kind, one, other, words],
      [`${kind}: ${other} = ${one}`, kind, other, one, words],
    ])
    .map(
      (row) =>
        `expect_same_meaning ${row
          .filter((word) => word !== undefined)
          .map(quote)
          .join(' ')}`,
    )
    .join('\n');
}

/** Titles of the expectations that hold, and of those that do not. */
async function verdicts(
  host: ScratchHost,
  verify: string,
  run: Run = {},
): Promise<{ good: string[]; bad: string[] }> {
  const { result } = await host.run('verify', {
    ...run,
    steps: { ask: `state() { :; }\nverify() {\n${verify}\n}` },
  });
  expect(result.steps[0]?.stderr, complaintsOf(result)).toBe('');
  const named = (holds: boolean): string[] =>
    result.checks.filter((check) => check.holds === holds).map(({ name }) => name);
  return { good: named(true), bad: named(false) };
}

describe.each(shells.flatMap((shell) => awks.map((awk) => [shell, awk] as const)))(
  'same_meaning in %s with %s',
  (shell, awk) => {
    it('knows which values are equal and which differ, in both orders', async () => {
      const host = scratchHost({ shell });
      mkdirSync(host.path('bin'));
      symlinkSync(awk, host.path('bin/awk'));
      const settings = { searchPath: `${host.path('bin')}:/usr/sbin:/usr/bin:/sbin:/bin` };
      const { good, bad } = await verdicts(host, questions([...same, ...different]), { settings });
      const titles = (rows: readonly Row[]): string[] =>
        rows.flatMap(([kind, one, other]) => [`${kind}: ${one} = ${other}`, `${kind}: ${other} = ${one}`]);
      expect(good).toEqual(titles(same));
      expect(bad).toEqual(titles(different));
    });
  },
);

it('an unknown kind fails the step', async () => {
  const { result } = await scratchHost().run('verify', {
    steps: { ask: `state() { :; }\nverify() { expect_same_meaning x colour red Red; }` },
  });
  expect(result.steps[0]).toMatchObject({
    outcome: 'failed',
    reason: "same_meaning: there is no kind 'colour'",
  });
});

const playbook = join(import.meta.dirname, '../../playbooks/sshd-hardening');

/** What each release prints beside what a test is about. */
const releases = {
  'OpenSSH 6.1': (said: Said): string => `port 22
protocol 2
logingracetime ${said.grace}
maxauthtries 3
permitrootlogin ${said.root}
pubkeyauthentication yes
passwordauthentication ${said.passwords}
kbdinteractiveauthentication ${said.passwords}
challengeresponseauthentication ${said.passwords}
permitemptypasswords no
allowusers ops
allowusers root
`,
  'OpenSSH 5.1': (said: Said): string => `permitrootlogin ${said.root}
pubkeyauthentication yes
passwordauthentication ${said.passwords}
challengeresponseauthentication ${said.passwords}
permitemptypasswords no
maxauthtries 3
logingracetime ${said.grace}
allowusers root
allowusers ops
`,
  'OpenSSH 10.3': (said: Said): string => `port 22
usepam yes
logingracetime ${said.grace}
maxauthtries 3
unusedconnectiontimeout none
permitrootlogin ${said.root}
pubkeyauthentication yes
passwordauthentication ${said.passwords}
kbdinteractiveauthentication ${said.passwords}
permitemptypasswords no
allowusers ops
allowusers root
persourcepenalties crash:90.000000 authfail:5.000000
`,
} as const;

interface Said {
  readonly root: string;
  readonly passwords: string;
  readonly grace: string;
}

const rootWords = ['no', 'without-password', 'prohibit-password', 'yes'];
const byKeyOnly = new Set(['without-password', 'prohibit-password']);

type Run = NonNullable<Parameters<ScratchHost['run']>[1]>;

/** The playbook on a host whose sshd says what a test wants. */
function hardened(said: string, config: string): { host: ScratchHost; run: (root: string) => Run } {
  const host = scratchHost();
  host.write('sshd.says', said);
  host.write('etc/sshd_config', config, 0o600);
  const sshd = host.write(
    'bin/sshd',
    '#!/bin/sh\ncase $1 in -T) cat "${0%/bin/sshd}/sshd.says" ;; esac\n',
    0o755,
  );
  const read = (name: string): string =>
    readFileSync(join(playbook, name), 'utf8').replaceAll('/usr/sbin/sshd', sshd);
  const run = (root: string): Run => ({
    steps: { config: read('steps/03-config.sh') },
    files: { 'lib/sshd.sh': Buffer.from(read('lib/sshd.sh')) },
    vars: {
      config_file: host.path('etc/sshd_config'),
      permit_root_login: root,
      password_authentication: 'no',
      allow_users: 'root\nops',
      max_auth_tries: '3',
      login_grace_time: '120',
      banner_text: '',
      banner_file: '/etc/ssh/banner',
    },
  });
  return { host, run };
}

describe.each(Object.entries(releases))('sshd-hardening with %s', (_, says) => {
  it('accepts two words for one value, and no others', async () => {
    const { host, run } = hardened('', '');
    const pairs = rootWords.flatMap((declared) => rootWords.map((printed) => [declared, printed] as const));
    const verify = pairs.map(([declared, printed]) => {
      const said = host.write(`says.${printed}`, says({ root: printed, passwords: 'no', grace: '2m' }));
      return `cp '${said}' '${host.path('sshd.says')}'
sshd_ask
expect_sshd '${declared} = ${printed}' permitrootlogin '${declared}'`;
    });
    const { good, bad } = await verdicts(host, verify.join('\n'), run('no'));
    const isSame = ([declared, printed]: readonly [string, string]): boolean =>
      declared === printed || (byKeyOnly.has(declared) && byKeyOnly.has(printed));
    const titles = pairs.map((pair) => [pair.join(' = '), isSame(pair)] as const);
    expect(good).toEqual(titles.filter(([, holds]) => holds).map(([title]) => title));
    expect(bad).toEqual(titles.filter(([, holds]) => !holds).map(([title]) => title));
  });

  it.each(['without-password', 'prohibit-password'])('verifies if %s is declared', async (declared) => {
    for (const root of byKeyOnly) {
      const { host, run } = hardened(says({ root, passwords: 'no', grace: '120' }), '');
      const { result } = await host.run('verify', run(declared));
      expect(result.checks.filter(({ holds }) => !holds)).toEqual([]);
      expect(result.checks).toHaveLength(9);
    }
  });

  it('finds what is not as declared, under any name that is printed', async () => {
    const { host, run } = hardened(says({ root: 'no', passwords: 'yes', grace: '600' }), '');
    const { result } = await host.run('verify', run('no'));
    expect(result.checks.filter(({ holds }) => !holds).map(({ name }) => name)).toEqual([
      'passwords are enough as declared',
      'keyboard-interactive logins are as declared',
      'the seconds to log in are as declared',
    ]);
  });
});

describe('a setting of sshd_config', () => {
  const said = releases['OpenSSH 10.3']({ root: 'prohibit-password', passwords: 'no', grace: '120' });

  it.each(['without-password', 'prohibit-password'])(
    'stays if its line says the same in other words as %s',
    async (declared) => {
      const config = `# ours
PubkeyAuthentication yes
permitrootlogin=prohibit-password
PasswordAuthentication "no"
ChallengeResponseAuthentication no
KbdInteractiveAuthentication no
PermitEmptyPasswords no
MaxAuthTries 03
LoginGraceTime 2m
X11Forwarding no
AllowUsers ops
AllowUsers root
Match User nobody
  PermitRootLogin yes
`;
      const { host, run } = hardened(said, config);
      const { result } = await host.run('apply', run(declared));
      expect(result.outcome, complaintsOf(result)).toBe('ok');
      expect(changesOf(result)).toEqual([]);
      expect(host.read('etc/sshd_config')).toBe(config);
    },
  );

  it('is written with the word that every release knows', async () => {
    const { host, run } = hardened(said, 'PermitRootLogin yes\n#LoginGraceTime 2m\nAllowUsers ops\n');
    const { result } = await host.run('apply', run('prohibit-password'));
    expect(result.outcome, complaintsOf(result)).toBe('changed');
    const lines = host.read('etc/sshd_config').split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'PermitRootLogin without-password',
        'LoginGraceTime 120',
        'AllowUsers root ops',
      ]),
    );
    expect((await host.run('apply', run('without-password'))).result.outcome).toBe('ok');
  });
});
