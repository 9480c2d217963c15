// Logins that take more than a key that lies open: passwords, questions on the keyboard, keys under a passphrase. By ssh2 and by
// OpenSSH's own client, on servers that count what they are given, and on a real sshd with a password file of its own.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { AuthContext, Prompt } from 'ssh2';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/model/index.ts';
import type { HostConnection, LoginSecrets, Session, Transport } from '../../../src/transport/index.ts';
import { collect } from './contract.ts';
import { keyPair, knownHostsText, loopbackHost, startSshd } from './in-process-sshd.ts';
import { operatorTransport } from './operator-transport.ts';
import { startSystemSshd, type SystemSshd, whyNoSystemSshd } from './system-sshd.ts';

const obstacle = whyNoSystemSshd();
const password = 'rîght $"word\'s';
const timeout = 240_000;

/** Why sshd cannot have a password file of its own here. */
const namespaceObstacle = (() => {
  if (obstacle !== undefined) return obstacle;
  if (userInfo().uid !== 0) return 'only root may give sshd a password file of its own';
  try {
    execFileSync('unshare', ['-m', 'true'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'no mount namespace can be made here';
  }
})();

function aboutObstacle(why: string | undefined): string {
  return why === undefined ? '' : ` (${why})`;
}

const files = mkdtempSync(join(tmpdir(), 'muster-passwords-'));
const at = (name: string): string => join(files, name);
const stops: (() => Promise<void> | void)[] = [];

beforeAll(() => {
  writeFileSync(at('id'), keyPair('user').private, { mode: 0o600 });
  writeFileSync(at('stranger'), keyPair('stranger').private, { mode: 0o600 });
});
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});
afterAll(() => {
  rmSync(files, { recursive: true });
});

function transportWith(secrets: Partial<LoginSecrets>): Transport {
  const transport = operatorTransport(files, {
    secrets: { password: () => undefined, passphrases: () => [], ...secrets },
  });
  stops.push(() => transport.close?.());
  return transport;
}

const withPassword = (text: string): Transport => transportWith({ password: () => new Secret(text) });

async function login(transport: Transport, host: HostConnection): Promise<Session> {
  const session = await transport.connect(host, new AbortController().signal);
  stops.push(() => {
    session.close();
  });
  expect((await collect(await session.exec('echo in'))).toString()).toBe('in\n');
  return session;
}

type Way = NonNullable<HostConnection['transport']>;

/** A server that takes these methods, and what it was given. */
async function serverOf(
  way: Way,
  methods: readonly AuthContext['method'][],
  judge: (context: AuthContext, given: string[]) => void,
) {
  const given: string[] = [];
  const server = await startSshd({
    onLogin: (context) => {
      if (methods.includes(context.method)) judge(context, given);
      else context.reject([...methods] as never);
    },
  });
  stops.push(server.stop);
  writeFileSync(at('known_hosts'), knownHostsText(server.port, server.hostPublicKeys));
  const settings = { user: 'ops', identityFile: undefined };
  const host: HostConnection = { ...loopbackHost(server.port, settings), transport: way };
  return { given, host };
}

function takesPassword(
  context: AuthContext,
  given: string[],
  methods: readonly string[] = ['password'],
): void {
  if (context.method !== 'password') return;
  given.push(context.password);
  if (context.password === password) context.accept();
  else context.reject([...methods] as never);
}

function asks(prompts: readonly Prompt[], methods: readonly string[] = ['keyboard-interactive']) {
  return (context: AuthContext, given: string[]): void => {
    if (context.method !== 'keyboard-interactive') return;
    context.prompt([...prompts], (answers) => {
      given.push(...answers);
      if (answers[0] === password) context.accept();
      else context.reject([...methods] as never);
    });
  };
}

describe.skipIf(obstacle !== undefined).each(['ssh2', 'openssh'] as const)(
  `a login with a password by %s${aboutObstacle(obstacle)}`,
  { timeout },
  (way) => {
    it('works for a host that accepts no key', async () => {
      const { given, host } = await serverOf(way, ['password'], takesPassword);
      await login(withPassword(password), host);
      expect(given).toEqual([password]);
    });

    it('answers a keyboard-interactive question in any language', async () => {
      const question = [{ prompt: 'Passwort: ', echo: false }];
      const { given, host } = await serverOf(way, ['keyboard-interactive'], asks(question));
      await login(withPassword(password), host);
      expect(given).toEqual([password]);
    });

    it('sends a wrong password once, whatever methods the host has, and the error does not contain it', async () => {
      const methods = ['password', 'keyboard-interactive'] as const;
      const ask = asks([{ prompt: 'Password: ', echo: false }], methods);
      const { given, host } = await serverOf(way, methods, (context, all) => {
        ask(context, all);
        takesPassword(context, all, methods);
      });
      const error: unknown = await login(withPassword('not-this-9'), host).catch((caught: unknown) => caught);
      expect(error).toMatchObject({
        code: 'SSH_AUTH_FAILED',
        host: 'ns1',
        message: expect.stringMatching(
          /does not let ops in; offered (no key, )?the password; the host accepts password, keyboard-interactive/,
        ) as string,
        hint: expect.stringContaining('It was given once') as string,
      });
      expect(given).toEqual(['not-this-9']);
      expect(String(error)).not.toContain('not-this-9');
    });

    it('does not answer a question for a code, and reports the question', async () => {
      const ask = asks([{ prompt: 'Verification code: ', echo: false }]);
      const { given, host } = await serverOf(way, ['keyboard-interactive'], ask);
      await expect(login(withPassword(password), host)).rejects.toMatchObject({
        code: 'SSH_AUTH_FAILED',
        message: expect.stringContaining('Verification code:') as string,
        hint: expect.stringContaining('ControlMaster') as string,
      });
      expect(given.join('')).toBe('');
    });

    it('follows a key if the host wants both', async () => {
      const offers: string[] = [];
      const { host } = await serverOf(way, ['publickey', 'password'], (context, given) => {
        offers.push(context.method);
        if (context.method === 'publickey') {
          if (context.signature === undefined) context.accept();
          else context.reject(['password'], true);
        } else takesPassword(context, given);
      });
      await login(withPassword(password), { ...host, identityFile: at('id') });
      expect(offers).toEqual(['publickey', 'publickey', 'password']);
    });

    it('is in no argument and no environment of any process while the host looks at it', async () => {
      const seen: string[] = [];
      const own = String(process.pid);
      const { host } = await serverOf(way, ['password'], (context) => {
        if (context.method !== 'password') return;
        for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name) && name !== own)) {
          for (const file of ['cmdline', 'environ']) {
            try {
              if (readFileSync(`/proc/${pid}/${file}`).includes('kept-from-all-7'))
                seen.push(`${pid} ${file}`);
            } catch {
              // It ended, or is another user's.
            }
          }
        }
        context.accept();
      });
      await login(withPassword('kept-from-all-7'), host);
      expect(seen).toEqual([]);
    });

    it('says how to give a password if the host wants one and there is none', async () => {
      const { host } = await serverOf(way, ['publickey', 'password'], (context) => {
        context.reject(['publickey', 'password']);
      });
      await expect(login(transportWith({}), { ...host, identityFile: at('stranger') })).rejects.toMatchObject(
        {
          code: 'SSH_AUTH_FAILED',
          hint: expect.stringContaining('--ask-pass') as string,
        },
      );
    });
  },
);

describe.skipIf(obstacle !== undefined)(
  `a key under a passphrase${aboutObstacle(obstacle)}`,
  { timeout },
  () => {
    const passphrase = new Secret('ein langer Satz');
    let server: SystemSshd;

    beforeAll(async () => {
      const forms = { new: [], pem: ['-m', 'PEM'], pkcs8: ['-m', 'PKCS8'] };
      for (const [form, words] of Object.entries(forms)) {
        const type = form === 'new' ? ['-t', 'ed25519', '-a', '4'] : ['-t', 'rsa', '-b', '2048'];
        execFileSync('ssh-keygen', ['-q', ...type, ...words, '-N', passphrase.reveal(), '-f', at(form)]);
      }
      server = await startSystemSshd();
      const publics = Object.keys(forms).map((form) => readFileSync(at(`${form}.pub`), 'utf8'));
      writeFileSync(join(server.directory, 'authorized_keys'), publics.join(''));
    });
    afterAll(async () => {
      await server.stop();
    });

    function hostWith(file: string, way: Way = 'ssh2'): HostConnection {
      const knownHosts = [join(server.directory, 'known_hosts')];
      return { ...server.host, knownHosts, identityFile: at(file), transport: way };
    }

    it.each([
      ['ssh2', 'new'],
      ['ssh2', 'pem'],
      ['ssh2', 'pkcs8'],
      ['openssh', 'new'],
      ['openssh', 'pem'],
    ] as const)('logs in by %s if it is known (%s)', async (way, form) => {
      const transport = transportWith({ passphrases: (path) => (path === at(form) ? [passphrase] : []) });
      await login(transport, hostWith(form, way));
    });

    it('is an error that says so if the known one is wrong', async () => {
      const transport = transportWith({ passphrases: () => [new Secret('another')] });
      await expect(login(transport, hostWith('new'))).rejects.toMatchObject({
        code: 'SSH_IDENTITY',
        message: `${at('new')} is protected by a passphrase, another one than the inventory gives, and no agent in use holds the key`,
      });
    });

    it('is asked for once for all hosts, again if it was wrong, and not for a second file that it also opens', async () => {
      const asked: string[] = [];
      const typed = ['wrong', passphrase.reveal()];
      const transport = transportWith({
        askPassphrase: (path, wrong) => {
          asked.push(`${path} ${String(wrong)}`);
          return Promise.resolve(new Secret(typed.shift() ?? ''));
        },
      });
      const hosts = ['new', 'new', 'new', 'pem'].map((file, index) => {
        return { ...hostWith(file), name: `ns${String(index)}` };
      });
      await transport.prepare?.(hosts);
      await Promise.all(hosts.map((host) => login(transport, host)));
      expect(asked).toEqual([`${at('new')} 0`, `${at('new')} 1`]);
    });

    it('is asked for three times at most, and then no host is contacted', async () => {
      let asked = 0;
      const transport = transportWith({
        askPassphrase: () => {
          asked += 1;
          return Promise.resolve(new Secret('wrong'));
        },
      });
      await expect(transport.prepare?.([hostWith('new')])).rejects.toMatchObject({ code: 'PASSPHRASE' });
      expect(asked).toBe(3);
    });

    it('is one clear error without a terminal', async () => {
      await expect(login(transportWith({}), hostWith('new'))).rejects.toMatchObject({
        code: 'SSH_IDENTITY',
        hint: expect.stringContaining('set passphrase in the inventory') as string,
      });
    });
  },
);

describe.skipIf(namespaceObstacle !== undefined)(
  `a real sshd that takes passwords${aboutObstacle(namespaceObstacle)}`,
  { timeout },
  () => {
    let server: SystemSshd;

    beforeAll(async () => {
      const hash = execFileSync('openssl', ['passwd', '-6', '-stdin'], { input: `${password}\n` }).toString();
      const shadow = readFileSync('/etc/shadow', 'utf8').replace(/^root:[^:]*:/m, `root:${hash.trim()}:`);
      writeFileSync(at('shadow'), shadow, { mode: 0o600 });
      const mount = `mount --bind '${at('shadow')}' /etc/shadow && exec "$@"`;
      server = await startSystemSshd({
        overrides: ['PasswordAuthentication yes', 'PermitRootLogin yes', 'PubkeyAuthentication no'],
        within: () => ['unshare', '-m', '/bin/sh', '-c', mount, 'sshd'],
      });
    });
    afterAll(async () => {
      await server.stop();
    });

    it.each(['ssh2', 'openssh'] as const)(
      'accepts the right one by %s, and counts a wrong one once',
      async (way) => {
        const knownHosts = [join(server.directory, 'known_hosts')];
        const { identityFile, ...rest } = server.host;
        expect(identityFile).toBeDefined();
        const host: HostConnection = { ...rest, knownHosts, transport: way };
        await login(withPassword(password), host);
        const [before, endsBefore] = [failures(), ends()];
        await expect(login(withPassword('not-this-9'), host)).rejects.toMatchObject({
          code: 'SSH_AUTH_FAILED',
        });
        // What sshd logged is read a moment later, in its order.
        await expect.poll(() => ends() - endsBefore).toBe(1);
        expect(failures() - before).toBe(1);
      },
    );

    function ends(): number {
      return [...server.log().matchAll(/(?:closed by|reset by|[Dd]isconnected from) authenticating user/g)]
        .length;
    }

    function failures(): number {
      return [...server.log().matchAll(/Failed password for/g)].length;
    }
  },
);
