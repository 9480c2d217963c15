// `muster doctor` on every way to log in that a real sshd has, and on what goes wrong on each: the step that fails, and the fix.
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Accounts, startAccountsSshd, whyNoAccounts } from '../contract/transport/accounts-sshd.ts';
import { keyPair } from '../contract/transport/in-process-sshd.ts';
import type { SystemSshd } from '../contract/transport/system-sshd.ts';
import { runMuster } from './controller.ts';

interface Finding {
  readonly subject: string;
  readonly step: string;
  readonly state: 'good' | 'odd' | 'bad';
  readonly what: string;
  readonly from?: string;
  readonly fix?: string;
}

const obstacle = whyNoAccounts();
const password = 'rîght $"word';

describe.skipIf(obstacle !== undefined)(
  `the doctor looks at a login${obstacle === undefined ? '' : ` (${obstacle})`}`,
  () => {
    let server: SystemSshd;
    const sockets: Socket[] = [];
    const masters: string[] = [];

    afterEach(async () => {
      delete process.env['MUSTER_SSH_CONFIG'];
      for (const socket of sockets.splice(0)) socket.destroy();
      for (const name of masters.splice(0)) ssh('-O', 'exit', name);
      await server.stop();
    });

    const at = (name: string): string => join(server.directory, name);

    async function begin(accounts: Accounts = {}): Promise<void> {
      server = await startAccountsSshd(accounts);
    }

    function keygen(...words: readonly string[]): void {
      execFileSync('ssh-keygen', ['-q', ...words]);
    }

    function ssh(...words: readonly string[]): number | null {
      return spawnSync('ssh', ['-F', at('config'), '-o', 'BatchMode=yes', ...words], { stdio: 'ignore' })
        .status;
    }

    /** Writes the inventory: `more` are settings of connection, `hosts` further lines. */
    function inventory(more = '', hosts = ''): void {
      const usual = {
        user: 'ops',
        port: String(server.host.port),
        identity_file: at('id'),
        agent: 'false',
        known_hosts: at('known_hosts'),
        ssh_config: 'false',
        connect_timeout: '60s',
      };
      const own = new Set([...more.matchAll(/(\w+):/g)].map(([, key]) => key));
      const lines = Object.entries(usual).flatMap(([key, value]) =>
        own.has(key) ? [] : [`${key}: ${value}`],
      );
      const all = [...lines, ...(more === '' ? [] : [more])];
      writeFileSync(
        at('inventory.yaml'),
        `connection: { ${all.join(', ')} }\nhosts:\n  ns1: { address: 127.0.0.1 }\n${hosts}`,
      );
    }

    /** The operator's ssh_config. */
    function configured(text: string): void {
      writeFileSync(at('config'), text);
      process.env['MUSTER_SSH_CONFIG'] = at('config');
    }

    async function doctor(): Promise<readonly Finding[]> {
      const words = ['doctor', 'ns1', '-i', at('inventory.yaml'), '--json'];
      const { stdout, stderr } = await runMuster(server.directory, words);
      if (stdout === '') throw new Error(stderr);
      const { findings } = JSON.parse(stdout) as { findings: readonly Finding[] };
      return findings.filter(({ subject }) => subject === 'ns1');
    }

    const of = (findings: readonly Finding[], step: string): Finding | undefined =>
      findings.findLast((finding) => finding.step === step);

    it('by a key', async () => {
      await begin();
      inventory();
      const found = await doctor();
      expect(of(found, 'client')?.what).toBe("ssh2, or OpenSSH's ssh if the host needs it");
      expect(of(found, 'key exchange')).toMatchObject({
        what: expect.stringMatching(/^\S*\d+\S*, \S+$/) as string,
        from: 'ssh2',
      });
      expect(of(found, 'host key')?.what).toMatch(
        new RegExp(`^ssh-ed25519 SHA256:\\S+, recorded in ${at('known_hosts')}:1$`),
      );
      expect(of(found, 'login')?.what).toMatch(
        new RegExp(`^the host accepted ${at('id')} \\(ssh-ed25519 SHA256:\\S+\\)$`),
      );
    });

    it.each(['ssh2', 'openssh'])('by a password, and by a key and a password (%s)', async (way) => {
      await begin({ ops: { password }, overrides: ['PasswordAuthentication yes'] });
      writeFileSync(at('word'), `${password}\n`, { mode: 0o600 });
      writeFileSync(at('stranger'), keyPair('stranger').private, { mode: 0o600 });
      const given = `transport: ${way}, password: { from_file: ${at('word')} }`;
      inventory(`identity_file: ${at('stranger')}, ${given}`);
      const alone = await doctor();
      expect(of(alone, 'login')?.what).toBe('the host accepted the password');
      expect(of(alone, 'key exchange')?.from).toBe(way === 'ssh2' ? 'ssh2' : "OpenSSH's ssh");
      await server.stop();
      await begin({
        ops: { password },
        overrides: ['PasswordAuthentication yes', 'AuthenticationMethods publickey,password'],
      });
      writeFileSync(at('word'), `${password}\n`, { mode: 0o600 });
      inventory(`transport: ${way}, password: { from_file: ${at('word')} }`);
      const both = await doctor();
      expect(of(both, 'login')?.what).toMatch(
        new RegExp(`^the host accepted ${at('id')} \\(ssh-ed25519 SHA256:\\S+\\) and the password$`),
      );
      expect(JSON.stringify([alone, both])).not.toContain(password);
    });

    it('by a certificate of the user', async () => {
      await begin();
      execFileSync('sh', ['-c', 'cd "$1" && ssh-keygen -y -f id >id.pub', 'sh', server.directory]);
      keygen('-t', 'ed25519', '-N', '', '-f', at('ca'));
      keygen('-s', at('ca'), '-I', 'me', '-n', 'ops', at('id.pub'));
      const authority = `cert-authority ${readFileSync(at('ca.pub'), 'utf8')}`;
      writeFileSync(at('authorized_keys'), authority);
      inventory();
      const found = await doctor();
      expect(found.filter(({ step }) => step === 'client').map(({ what }) => what)).toEqual([
        "ssh2, or OpenSSH's ssh if the host needs it",
        expect.stringMatching(/uses OpenSSH's ssh .*id-cert\.pub is a certificate/) as string,
      ]);
      expect(of(found, 'login')?.what).toMatch(/^the host accepted \S+ \(ed25519-cert SHA256:\S+\)$/);
    });

    it('by a certificate that ssh_config names: it names the client, and the keys of the host can be fetched', async () => {
      await begin();
      execFileSync('sh', ['-c', 'cd "$1" && ssh-keygen -y -f id >id.pub', 'sh', server.directory]);
      keygen('-t', 'ed25519', '-N', '', '-f', at('ca'));
      keygen('-s', at('ca'), '-I', 'me', '-n', 'ops', at('id.pub'));
      renameSync(at('id-cert.pub'), at('mine.pub'));
      writeFileSync(at('authorized_keys'), `cert-authority ${readFileSync(at('ca.pub'), 'utf8')}`);
      const host = `HostName 127.0.0.1\nPort ${String(server.host.port)}\nUser ops`;
      configured(
        `Host ns1\n${host}\nIdentityFile ${at('id')}\nCertificateFile ${at('mine.pub')}\nUserKnownHostsFile ${at('known_hosts')}\n`,
      );
      writeFileSync(at('inventory.yaml'), 'hosts: { ns1: { connection: { connect_timeout: 60s } } }\n');
      const found = await doctor();
      expect(found.find(({ step }) => step === 'client')?.what).toBe(
        "OpenSSH's ssh, because ssh_config sets CertificateFile",
      );
      expect(of(found, 'login')?.what).toMatch(/^the host accepted \S+ \(ed25519-cert SHA256:\S+\)$/);
      const words = ['trust', '--hosts', 'ns1', '--show', '-i', at('inventory.yaml')];
      expect((await runMuster(server.directory, words)).stdout).toBe('ns1\n  already known\n');
    });

    describe('with a certificate of the host', () => {
      const files = mkdtempSync(join(tmpdir(), 'muster-doctor-'));
      const made = (name: string): string => join(files, name);
      const text = (name: string): string => readFileSync(made(name), 'utf8').trim();

      beforeAll(() => {
        for (const name of ['ca', 'other', 'host']) keygen('-t', 'ed25519', '-N', '', '-f', made(name));
      });
      afterAll(() => {
        rmSync(files, { recursive: true });
      });

      /** The words of ssh-keygen say what is wrong with it; `known` are lines of known_hosts. */
      async function certified(words: readonly string[], ...known: readonly string[]): Promise<void> {
        keygen('-s', made('ca'), '-I', 'host', '-h', ...words, made('host.pub'));
        await begin({
          keys: { host: { private: `${text('host')}\n`, public: text('host.pub') } },
          overrides: [`HostCertificate ${made('host-cert.pub')}`],
        });
        writeFileSync(at('known_hosts'), `${known.join('\n')}\n`);
        inventory();
      }
      const authority = (name = 'ca'): string => `@cert-authority * ${text(`${name}.pub`)}`;
      const expired = ['-n', '127.0.0.1', '-V', '20200101:20200102'];

      it('that is good: it names the authority and its line', async () => {
        await certified(['-n', '127.0.0.1'], authority());
        expect(of(await doctor(), 'host key')?.what).toMatch(
          new RegExp(
            `^ssh-ed25519-cert-v01@openssh.com SHA256:\\S+, signed by ssh-ed25519 SHA256:\\S+, whose key is in ${at('known_hosts')}:1$`,
          ),
        );
      });

      it('that has expired, of a key that is recorded: it names that line', async () => {
        await certified(expired, authority(), `* ${text('host.pub')}`);
        expect(of(await doctor(), 'host key')).toMatchObject({
          state: 'good',
          what: expect.stringMatching(
            new RegExp(`^ssh-ed25519 SHA256:\\S+, recorded in ${at('known_hosts')}:2$`),
          ) as string,
        });
      });

      it.each([
        ['has expired', expired, 'ca', /not valid for 127\.0\.0\.1: expired;/, /sign the key again/],
        [
          ...(['is for another name', ['-n', 'ns9.example.net'], 'ca'] as const),
          ...([/: name is not a listed principal;/, /for 127\.0\.0\.1 .*HostKeyAlias/] as const),
        ],
        [
          ...(['is of another authority', ['-n', '127.0.0.1'], 'other'] as const),
          ...([/signed by ssh-ed25519 SHA256:/, /@cert-authority/] as const),
        ],
      ])('that %s: it says so, and what to do', async (_, words, signer, what, fix) => {
        await certified(words, authority(signer));
        expect((await doctor()).at(-1)).toMatchObject({
          step: 'host key',
          state: 'bad',
          what: expect.stringMatching(what) as string,
          fix: expect.stringMatching(fix) as string,
        });
      });
    });

    it('by the connection that your own ssh keeps open', async () => {
      await begin();
      writeFileSync(at('stranger'), keyPair('stranger').private, { mode: 0o600 });
      const config = [
        `Host ns1\nHostName 127.0.0.1\nPort ${String(server.host.port)}\nUser ops\nIdentityFile ${at('id')}`,
        `UserKnownHostsFile ${at('known_hosts')}\nControlMaster auto\nControlPersist yes\nControlPath ${at('cm')}`,
      ];
      configured(`${config.join('\n')}\n`);
      masters.push('ns1');
      expect(ssh('-fN', 'ns1')).toBe(0);
      inventory(`identity_file: ${at('stranger')}, ssh_config: true`);
      const found = await doctor();
      expect(of(found, 'key exchange')).toMatchObject({
        what: expect.stringMatching(/^\S+, \S+$/) as string,
        from: `the connection that your ssh keeps open at ${at('cm')}`,
      });
      expect(of(found, 'host key')?.what).toContain(`recorded in ${at('known_hosts')}:1`);
      expect(of(found, 'login')?.what).toBe('the host accepted you, when you made this connection');
    });

    it('that the host drops first: it counts them, and says what limits them', async () => {
      await begin({ overrides: ['MaxStartups 1:100:1', 'LoginGraceTime 200'] });
      inventory();
      const unfinished = connect(server.host.port, '127.0.0.1');
      sockets.push(unfinished);
      unfinished.on('error', () => undefined);
      await new Promise((resolve) => unfinished.once('data', resolve));
      const ending = doctor();
      await expect
        .poll(() => [...server.log().matchAll(/drop connection #/g)].length, { interval: 10 })
        .toBeGreaterThanOrEqual(2);
      unfinished.destroy();
      const found = await ending;
      expect(of(found, 'banner')?.state).toBe('odd');
      expect(of(found, 'login')).toMatchObject({
        state: 'odd',
        what: expect.stringMatching(/^ns1 dropped \d logins?, and muster tried again$/) as string,
        fix: expect.stringContaining('MaxStartups') as string,
      });
      expect(of(found, 'shell')?.state).toBe('good');
    });

    interface Failure {
      readonly overrides?: readonly string[];
      readonly settings?: () => string;
      readonly hosts?: () => string;
      readonly prepare?: () => void;
      readonly step: string;
      readonly what: RegExp;
      readonly fix: RegExp;
    }
    const failures: Readonly<Record<string, Failure>> = {
      'a host that shows another key': {
        prepare: () => {
          writeFileSync(
            at('known_hosts'),
            `[127.0.0.1]:${String(server.host.port)} ${keyPair('another').public}\n`,
          );
        },
        ...{ step: 'host key', what: /has changed/, fix: /console/ },
      },
      'a key that is revoked': {
        prepare: () => {
          const line = readFileSync(at('known_hosts'), 'utf8');
          appendFileSync(at('known_hosts'), `@revoked ${line}`);
        },
        ...{ step: 'host key', what: /revoked/, fix: /new host key/ },
      },
      'a line of known_hosts that cannot be read': {
        prepare: () => {
          const line = readFileSync(at('known_hosts'), 'utf8');
          writeFileSync(at('known_hosts'), line.replace(/AAAA\S+/, 'AAA'));
        },
        ...{ step: 'host key', what: /not known|cannot be read/, fix: /known_hosts/ },
      },
      'a key with a passphrase that nobody gave': {
        settings: () => {
          keygen('-t', 'ed25519', '-N', 'secret', '-f', at('locked'));
          return `identity_file: ${at('locked')}`;
        },
        ...{ step: 'login', what: /passphrase/, fix: /ssh-add|passphrase/ },
      },
      'a key file that is not there': {
        settings: () => `identity_file: ${at('nothing')}`,
        ...{ step: 'login', what: /nothing/, fix: /identity_file|path/ },
      },
      'a host that wants a password that nobody gave': {
        overrides: ['PubkeyAuthentication no', 'PasswordAuthentication yes'],
        ...{ step: 'login', what: /accepts password/, fix: /password/ },
      },
      'a host with key exchanges that ssh2 has not': {
        overrides: ['KexAlgorithms sntrup761x25519-sha512@openssh.com'],
        settings: () => 'transport: ssh2',
        ...{ step: 'key exchange', what: /no matching key exchange/, fix: /remove transport: ssh2/ },
      },
      'a host with only ciphers of yesterday': {
        overrides: ['Ciphers aes128-cbc'],
        ...{ step: 'key exchange', what: /cipher/, fix: /legacy_algorithms/ },
      },
      'a jump host that is down': {
        settings: () => 'jump: [gate]',
        hosts: () => '  gate: { address: 127.0.0.1, connection: { port: 1, jump: [] } }\n',
        ...{ step: 'jump host', what: /gate/, fix: /gate|sshd|up/ },
      },
      'a jump host that forwards nothing': {
        overrides: ['AllowTcpForwarding no'],
        settings: () => 'jump: [gate]',
        hosts: () => '  gate: { address: 127.0.0.1, connection: { jump: [] } }\n',
        ...{ step: 'jump host', what: /gate/, fix: /AllowTcpForwarding/ },
      },
      'a ProxyCommand that fails': {
        settings: () => {
          configured("Host ns1\nProxyCommand echo 'no way there' >&2; exit 7\n");
          return 'ssh_config: true';
        },
        ...{ step: 'way', what: /no way there/, fix: /ssh ns1|by hand/ },
      },
      'an ssh_config that ssh refuses': {
        settings: () => {
          configured('Host ns1\nNoSuchOption yes\nConnectTimeout 9\n');
          return 'ssh_config: true';
        },
        ...{ step: 'settings', what: /NoSuchOption|nosuchoption/, fix: /ssh -G|line|file/ },
      },
      'an ssh_config that hangs': {
        settings: () => {
          configured('Match exec "sleep 20"\nConnectTimeout 9\n');
          return 'ssh_config: true';
        },
        ...{ step: 'settings', what: /does not say within 15 s/, fix: /Match exec/ },
      },
      'a host that lets nobody run a command': {
        overrides: ['ForceCommand echo not here; exit 1'],
        ...{ step: 'shell', what: /not here/, fix: /forced command/ },
      },
      'a host that opens no session': {
        overrides: ['MaxSessions 0'],
        ...{ step: 'shell', what: /refuse|open/, fix: /MaxSessions|session/ },
      },
    };

    it.each(Object.entries(failures))(
      '%s: the step that fails is the last, and has a fix',
      async (_, each) => {
        await begin({ ops: { password }, overrides: each.overrides ?? [] });
        each.prepare?.();
        inventory(each.settings?.() ?? '', each.hosts?.() ?? '');
        const found = await doctor();
        const bad = found.filter(({ state }) => state === 'bad');
        expect(bad).toHaveLength(1);
        expect(found.at(-1)).toMatchObject({
          step: each.step,
          state: 'bad',
          what: expect.stringMatching(each.what) as string,
          fix: expect.stringMatching(each.fix) as string,
        });
      },
    );
  },
);
