// What a person is asked on a terminal before the first host is contacted: the passphrase of a key file, the PIN of a token, the
// password of a user. Real keys, a token of softhsm2, OpenSSH's client where it is needed, and a real sshd.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isThere, startAccountsSshd, whyNoAccounts } from '../contract/transport/accounts-sshd.ts';
import { startSystemSshd, type SystemSshd, whyNoSystemSshd } from '../contract/transport/system-sshd.ts';
import { ampleSettings } from '../support/ample.ts';
import { onTerminal, type Screen } from '../support/on-terminal.ts';
import { runMuster } from './controller.ts';

const obstacle = whyNoSystemSshd() ?? (isThere('script') ? undefined : 'there is no script on this machine');
const because = (why: string | undefined): string => (why === undefined ? '' : ` (${why})`);
const passphrase = 'rîght words';

let folder = '';
const at = (name: string): string => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-prompts-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** An inventory of two hosts at one sshd. */
function inventory(server: SystemSshd, connection: string): string {
  const { directory, host } = server;
  writeFileSync(
    at('inventory.yaml'),
    `connection: { user: ${host.user}, port: ${String(host.port)}, known_hosts: ${join(directory, 'known_hosts')},
  agent: false, ${ampleSettings}, ${connection} }
hosts: { ns1: { address: 127.0.0.1 }, ns2: { address: 127.0.0.1 } }\n`,
  );
  return at('inventory.yaml');
}

async function ping(
  file: string,
  answers: Readonly<Record<string, string>>,
  ...more: string[]
): Promise<Screen> {
  return await onTerminal(folder, ['ping', '-i', file, ...more], answers);
}

const times = (text: string, what: string): number => text.split(what).length - 1;
const accepted = ({ log }: SystemSshd): number => times(log(), 'Accepted publickey');

describe.skipIf(obstacle !== undefined)(`the passphrase of a key${because(obstacle)}`, () => {
  let server: SystemSshd;

  beforeAll(async () => {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-a', '1', '-N', passphrase, '-f', at('locked')]);
    const user = { private: '', public: readFileSync(at('locked.pub'), 'utf8').trim() };
    server = await startSystemSshd({ user });
  });
  afterAll(async () => {
    await server.stop();
  });

  const connection = (way: string): string =>
    `identity_file: ${at('locked')}, ssh_config: false, transport: ${way}`;

  it.each(['ssh2', 'openssh'])('is asked for once for all hosts, and is not shown (%s)', async (way) => {
    const screen = await ping(inventory(server, connection(way)), {
      [`Passphrase for ${at('locked')}: `]: `${passphrase}\r`,
    });
    expect([screen.code, times(screen.text, 'Passphrase for')]).toEqual([0, 1]);
    expect(screen.text).not.toContain(passphrase);
  });

  it('is asked for again when it was wrong', async () => {
    const question = `Passphrase for ${at('locked')}: `;
    const screen = await ping(inventory(server, connection('auto')), {
      [question]: 'wrong\r',
      [`That is not it. ${question}`]: `${passphrase}\r`,
    });
    expect([screen.code, times(screen.text, 'Passphrase for')]).toEqual([0, 2]);
  });

  it('is not asked for again when nothing is typed, and the hosts say what is missing', async () => {
    const screen = await ping(inventory(server, connection('auto')), {
      [`Passphrase for ${at('locked')}: `]: '\r',
    });
    expect([screen.code, times(screen.text, 'Passphrase for')]).toEqual([4, 1]);
    expect(screen.text.replaceAll(/\s+/g, ' ')).toContain('is protected by a passphrase');
  });

  it('is not waited for without a terminal', async () => {
    const { code, stdout } = await runMuster(folder, ['ping', '-i', inventory(server, connection('auto'))]);
    expect(code).toBe(4);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('on a terminal you are asked for it');
  });
});

const library = ['/usr/lib/softhsm/libsofthsm2.so', '/usr/local/lib/softhsm/libsofthsm2.so'].find(existsSync);
const tokenObstacle =
  obstacle ??
  (library === undefined || !isThere('softhsm2-util') ? 'there is no softhsm2 on this machine' : undefined) ??
  (isThere('pkcs11-tool') ? undefined : 'there is no pkcs11-tool (opensc) on this machine');

describe.skipIf(tokenObstacle !== undefined)(`the PIN of a token${because(tokenObstacle)}`, () => {
  const pin = '97531864';
  const question = `PIN of the token that ${library ?? ''} reaches: `;
  let server: SystemSshd;

  beforeAll(async () => {
    mkdirSync(at('tokens'));
    writeFileSync(
      at('softhsm2.conf'),
      `directories.tokendir = ${at('tokens')}\nobjectstore.backend = file\n`,
    );
    process.env['SOFTHSM2_CONF'] = at('softhsm2.conf');
    const quietly = { stdio: 'ignore' } as const;
    const words = ['--init-token', '--free', '--label', 'fleet', '--so-pin', '24681357', '--pin', pin];
    execFileSync('softhsm2-util', words, quietly);
    const generate = ['--keypairgen', '--key-type', 'EC:prime256v1', '--label', 'fleet', '--id', '01'];
    execFileSync('pkcs11-tool', ['--module', library ?? '', '--login', '--pin', pin, ...generate], quietly);
    const key = execFileSync('ssh-keygen', ['-D', library ?? ''])
      .toString()
      .trim();
    server = await startSystemSshd({ user: { private: '', public: key } });
    writeFileSync(at('config'), `PKCS11Provider ${library ?? ''}\nIdentityFile none\n`);
    process.env['MUSTER_SSH_CONFIG'] = at('config');
  });
  afterAll(async () => {
    delete process.env['SOFTHSM2_CONF'];
    delete process.env['MUSTER_SSH_CONFIG'];
    await server.stop();
  });

  it('is asked for once for all hosts, which it lets in, and is not shown', async () => {
    const before = accepted(server);
    const screen = await ping(inventory(server, 'become: none'), { [question]: `${pin}\r` });
    expect([screen.code, times(screen.text, 'PIN of the token')]).toEqual([0, 1]);
    expect(accepted(server) - before).toBe(2);
    expect(screen.text).not.toContain(pin);
  });

  it('is given once to the token when it is wrong, however many hosts want it, and the reason is reported', async () => {
    const before = accepted(server);
    const screen = await ping(
      inventory(server, 'become: none'),
      { [question]: '11112222\r' },
      '--concurrency',
      '2',
    );
    const text = screen.text.replaceAll(/\s+/g, ' ');
    expect(screen.code).toBe(4);
    expect(text).toContain('PKCS#11 login failed: PIN incorrect');
    expect(text).toContain('A PIN is given once');
    expect(text).not.toContain('11112222');
    expect(accepted(server) - before).toBe(0);
    writeFileSync(at('pin'), '11112222\n', { mode: 0o600 });
    const file = inventory(server, `passphrase: { from_file: ${at('pin')} }`);
    const { stdout } = await runMuster(folder, ['ping', '-i', file, '--json']);
    const ended = [...stdout.matchAll(/^\{"type":"host-ended".*$/gm)].join('\n');
    // The client that was refused says so; the other one got none.
    expect([times(ended, 'PIN incorrect'), times(ended, 'did not give it again')]).toEqual([1, 1]);
  });

  it('is none when nothing is typed', async () => {
    const screen = await ping(inventory(server, 'become: none'), { [question]: '\r' });
    expect(screen.code).toBe(4);
    expect(screen.text).not.toContain('PIN incorrect');
    expect(screen.text.replaceAll(/\s+/g, ' ')).toContain('the token wants a PIN, and muster has none');
  });

  it('is read from the inventory where there is no terminal', async () => {
    writeFileSync(at('pin'), `${pin}\n`, { mode: 0o600 });
    const file = inventory(server, `passphrase: { from_file: ${at('pin')} }`);
    expect((await runMuster(folder, ['ping', '-i', file])).code).toBe(0);
  });
});

const accountsObstacle = obstacle ?? whyNoAccounts();

describe.skipIf(accountsObstacle !== undefined)(`the password of a user${because(accountsObstacle)}`, () => {
  let server: SystemSshd;

  beforeAll(async () => {
    server = await startAccountsSshd({
      ops: { password: passphrase },
      overrides: ['PasswordAuthentication yes', 'PubkeyAuthentication no'],
    });
  });
  afterAll(async () => {
    await server.stop();
  });

  it.each(['ssh2', 'openssh'])('is asked for once for all hosts by --ask-pass (%s)', async (way) => {
    const text = `user: ops, ssh_config: false, transport: ${way}`;
    const file = inventory(
      { ...server, host: { ...server.host, user: 'ops' } },
      text.replace('user: ops, ', ''),
    );
    const screen = await ping(file, { 'Password of ops to log in with: ': `${passphrase}\r` }, '--ask-pass');
    expect([screen.code, times(screen.text, 'Password of ops')]).toEqual([0, 1]);
    expect(screen.text).not.toContain(passphrase);
  });
});
