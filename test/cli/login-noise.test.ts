// Hosts on which logging in and becoming root is noisy: csh, start files that print or complain, banners, lectures, a sudo that wants
// a terminal. A real sshd, sudo, su and tcsh; what works by hand must work, and nothing of the noise is in the output.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type Accounts,
  isThere,
  startAccountsSshd,
  whyNoAccounts,
} from '../contract/transport/accounts-sshd.ts';
import type { SystemSshd } from '../contract/transport/system-sshd.ts';
import { ampleSettings } from '../support/ample.ts';
import { runMuster } from './controller.ts';

const password = 'rîght $"word';
const noise = [
  'echo garbage of a start file',
  'stty erase ^H',
  'echo Password: not asked for',
  'no-such-program-of-the-admin',
  'printf "garbage without an end"',
  '',
].join('\n');
const [csh, zsh, bash] = [{ '.cshrc': noise, '.login': noise }, { '.zshenv': noise }, { '.bashrc': noise }];
const lectured = [
  'Defaults lecture=always, requiretty, timestamp_timeout=0, passprompt="Parole von %p? "',
  'Defaults badpass_message="garbage of a wrong password", use_pty, log_output',
  'Defaults iolog_dir=/var/lib/sudo/log',
];
const all = 'ops ALL=(ALL) ALL';
const free = 'ops ALL=(ALL) NOPASSWD: ALL';

interface Case {
  readonly accounts: Accounts;
  readonly user: 'root' | 'ops';
  readonly become?: 'sudo' | 'su';
  readonly isGiven?: boolean;
}

const cases: Readonly<Record<string, Case>> = {
  'root with csh': { user: 'root', accounts: { root: { shell: '/bin/tcsh', files: csh } } },
  'root with zsh': { user: 'root', accounts: { root: { shell: '/bin/zsh', files: zsh } } },
  'sudo that asks for nothing, from csh': {
    ...{ user: 'ops', become: 'sudo' },
    accounts: { ops: { shell: '/bin/tcsh', files: csh }, sudoers: [free] },
  },
  'sudo that asks for nothing and wants a terminal, from csh': {
    ...{ user: 'ops', become: 'sudo' },
    accounts: {
      ops: { shell: '/bin/tcsh', files: csh },
      sudoers: ['Defaults requiretty, lecture=always', free],
    },
  },
  'sudo that asks for nothing and wants a terminal, from bash': {
    ...{ user: 'ops', become: 'sudo' },
    accounts: { ops: { shell: '/bin/bash', files: bash }, sudoers: ['Defaults requiretty, use_pty', free] },
  },
  'sudo that lectures, asks and wants a terminal, from csh': {
    ...{ user: 'ops', become: 'sudo', isGiven: true },
    accounts: { ops: { shell: '/bin/tcsh', files: csh, password }, sudoers: [...lectured, all] },
  },
  'sudo that lectures, asks and wants a terminal, from zsh': {
    ...{ user: 'ops', become: 'sudo', isGiven: true },
    accounts: { ops: { shell: '/bin/zsh', files: zsh, password }, sudoers: [...lectured, all] },
  },
  'sudo with a password that it does not ask for': {
    ...{ user: 'ops', become: 'sudo', isGiven: true },
    accounts: { ops: { shell: '/bin/tcsh', files: csh, password }, sudoers: ['Defaults requiretty', free] },
  },
  'su to a root with csh, from csh': {
    ...{ user: 'ops', become: 'su', isGiven: true },
    accounts: {
      ops: { shell: '/bin/tcsh', files: csh },
      root: { shell: '/bin/tcsh', files: csh, password },
      overrides: ['PermitRootLogin no'],
    },
  },
  'su to a root with zsh, from bash': {
    ...{ user: 'ops', become: 'su', isGiven: true },
    accounts: {
      ops: { shell: '/bin/bash', files: bash },
      root: { shell: '/bin/zsh', files: zsh, password },
      overrides: ['PermitRootLogin no'],
    },
  },
};

const obstacle = whyNoAccounts('sudo', 'su', 'tcsh');
const runnable = Object.entries(cases).filter(
  ([, { accounts }]) => isThere('zsh') || !JSON.stringify(accounts).includes('zsh'),
);

describe.skipIf(obstacle !== undefined)(
  `a noisy host${obstacle === undefined ? '' : ` (${obstacle})`}`,
  () => {
    let server: SystemSshd;

    afterEach(async () => {
      await server.stop();
    });

    function inventoryFor({ user, become, isGiven }: Case, transport: string): string {
      const { directory, host } = server;
      writeFileSync(join(directory, 'word'), `${password}\n`, { mode: 0o600 });
      const given = isGiven === true ? `, become_password: { from_file: ${join(directory, 'word')} }` : '';
      const way = become === undefined ? '' : `, become: ${become}${given}`;
      const path = join(directory, 'inventory.yaml');
      writeFileSync(
        path,
        `connection: { user: ${user}, port: ${String(host.port)}, identity_file: ${join(directory, 'id')}, agent: false,
  known_hosts: ${join(directory, 'known_hosts')}, ssh_config: false, transport: ${transport}${way},
  ${ampleSettings} }
hosts:\n  ns1: { address: 127.0.0.1 }\n`,
      );
      return path;
    }

    async function begin({ accounts }: Case): Promise<void> {
      server = await startAccountsSshd({
        ...accounts,
        overrides: ['Banner /etc/passwd', 'PrintMotd yes', ...(accounts.overrides ?? [])],
      });
    }

    it.each(runnable)('%s is worked on, and only its own output is shown', async (_, each) => {
      await begin(each);
      for (const transport of ['ssh2', 'openssh']) {
        const inventory = inventoryFor(each, transport);
        const words = 'id -un; echo to-err >&2; printf "\\\\0\\\\377" | od -An -tx1; exit 3';
        const { stdout, stderr } = await runMuster(server.directory, [
          'exec',
          '-i',
          inventory,
          '--json',
          '--',
          words,
        ]);
        const outputs = [...stdout.matchAll(/^\{"type":"output".*$/gm)].map(
          ([line]) => JSON.parse(line) as { readonly stream: string; readonly text: string },
        );
        const said = (stream: string): string =>
          outputs.flatMap((output) => (output.stream === stream ? [output.text] : [])).join('');
        expect([said('stdout'), said('stderr'), stderr], transport + stdout).toEqual([
          'root\n 00 ff\n',
          'to-err\n',
          '',
        ]);
        expect(stdout).toMatch(/"type":"command-finished".*"status":3/);
        expect(stdout).not.toMatch(/garbage|Password|Parole|no-such-program/);
        expect(stdout).not.toContain(password);
      }
    });

    const refusals: Readonly<Record<string, readonly [each: Case, what: string, fix: string]>> = {
      'a sudo that asks, and gets nothing': [
        {
          ...{ user: 'ops', become: 'sudo' },
          accounts: { ops: { shell: '/bin/tcsh', files: csh, password }, sudoers: [all] },
        },
        'a password is required',
        'become_password',
      ],
      'a sudo that wants a terminal, asks, and gets nothing': [
        {
          ...{ user: 'ops', become: 'sudo' },
          accounts: {
            ops: { shell: '/bin/tcsh', files: csh, password },
            sudoers: ['Defaults requiretty', all],
          },
        },
        'a password is required',
        'become_password',
      ],
      'a sudo that does not know the user': [
        {
          ...{ user: 'ops', become: 'sudo', isGiven: true },
          accounts: {
            ops: { shell: '/bin/tcsh', files: csh, password },
            sudoers: [...lectured, 'root ALL=(ALL) ALL'],
          },
        },
        'ops is not in the sudoers file',
        'visudo',
      ],
      'a su that gets another password': [
        {
          ...{ user: 'ops', become: 'su', isGiven: true },
          accounts: {
            ops: { shell: '/bin/tcsh', files: csh },
            root: { shell: '/bin/tcsh', files: csh, password: 'another' },
          },
        },
        'su did not make ops root: su: Authentication failure',
        'su needs the password of root',
      ],
      'a shell that lets nobody in': [
        { user: 'root', accounts: { root: { shell: '/usr/sbin/nologin' } } },
        'This account is currently not available',
        'login shell',
      ],
    };

    it.each(Object.entries(refusals))(
      '%s gets the reason and the fix, from a run and from the doctor',
      async (_, [each, what, fix]) => {
        await begin(each);
        const inventory = inventoryFor(each, 'ssh2');
        const ran = await runMuster(server.directory, ['exec', '-i', inventory, '--', 'id']);
        expect(ran.code).not.toBe(0);
        const told = ran.stdout.replaceAll(/\s+/g, ' ');
        expect(told).toContain(what);
        expect(told).toContain(fix);
        const examined = await runMuster(server.directory, ['doctor', 'ns1', '-i', inventory, '--json']);
        const { findings } = JSON.parse(examined.stdout) as {
          findings: readonly { step: string; state: string; what: string; fix?: string }[];
        };
        expect([examined.code, findings.at(-1)]).toEqual([
          1,
          expect.objectContaining({
            state: 'bad',
            what: expect.stringContaining(what) as string,
            fix: expect.stringContaining(fix) as string,
          }),
        ]);
        for (const text of [ran.stdout, ran.stderr, examined.stdout]) expect(text).not.toContain(password);
      },
    );

    it('is examined to its end by the doctor, which names what start files print', async () => {
      const each = cases['sudo that asks for nothing and wants a terminal, from csh']!;
      await begin(each);
      const { stdout } = await runMuster(server.directory, [
        'doctor',
        'ns1',
        '-i',
        inventoryFor(each, 'ssh2'),
      ]);
      expect(stdout).toMatch(/ok {2}become +root, by sudo/);
      expect(stdout).toMatch(/odd shell +start files print: garbage of a start file/);
    });
  },
);
