// A real sshd among accounts of its own: passwd, shadow and sudoers of a mount namespace, so that the real sudo and su ask there for
// passwords that a test knows. What sudo and muster keep on a host is kept in memory there.
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { startSystemSshd, type SystemSshd, type SystemSshdSettings, whyNoSystemSshd } from './system-sshd.ts';

/** Why this machine cannot have accounts of its own for a test, or undefined. */
export function whyNoAccounts(...programs: readonly string[]): string | undefined {
  const why = whyNoSystemSshd();
  if (why !== undefined) return why;
  if (userInfo().uid !== 0) return 'only root may give sshd a password file of its own';
  const missing = ['unshare', 'openssl', ...programs].find((program) => !isThere(program));
  if (missing !== undefined) return `there is no ${missing} on this machine`;
  try {
    execFileSync('unshare', ['-m', 'true'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'no mount namespace can be made here';
  }
}

/** Whether a program is installed. */
export function isThere(program: string): boolean {
  try {
    execFileSync('/bin/sh', ['-c', 'command -v "$1"', 'sh', program], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** How an account differs from one with a plain shell and nothing in its home. */
export interface Account {
  readonly shell?: string;
  /** Its password; without one none is right. */
  readonly password?: string;
  /** Start files and others, by their names in its home. */
  readonly files?: Readonly<Record<string, string>>;
}

/** The accounts root and ops, and what else holds there. */
export interface Accounts {
  readonly root?: Account;
  readonly ops?: Account;
  /** Lines of sudoers, in place of those of this machine. */
  readonly sudoers?: readonly string[];
  /** Lines for sshd_config that win over the usual ones. */
  readonly overrides?: readonly string[];
  /** The host's key, and the key that lets users in; without them those of every test. */
  readonly keys?: Pick<SystemSshdSettings, 'host' | 'user'>;
}

const uids = { root: 0, ops: 61_001 } as const;

/** Starts it. `ops` and root may log in with the key of the directory (`id`). */
export async function startAccountsSshd(accounts: Accounts): Promise<SystemSshd> {
  const folder = mkdtempSync(join(tmpdir(), 'muster-accounts-'));
  chmodSync(folder, 0o755);
  const lines = (['root', 'ops'] as const).map((name) => {
    const account = accounts[name] ?? {};
    const home = join(folder, name);
    mkdirSync(home);
    for (const [file, text] of Object.entries(account.files ?? {})) {
      writeFileSync(join(home, file), text);
      chownSync(join(home, file), uids[name], uids[name]);
    }
    chownSync(home, uids[name], uids[name]);
    const id = `${String(uids[name])}:${String(uids[name])}`;
    return {
      name,
      passwd: `${name}:x:${id}::${home}:${account.shell ?? '/bin/sh'}`,
      shadow: `${name}:${hashOf(account.password)}:19000::::::`,
    };
  });
  const kept = (path: string): string => {
    const text = readFileSync(path, 'utf8');
    return text.replaceAll(/^(root|ops):.*\n/gm, '');
  };
  const file = (name: string, text: string, mode: number): void => {
    writeFileSync(join(folder, name), text, { mode });
  };
  file('passwd', `${lines.map(({ passwd }) => `${passwd}\n`).join('')}${kept('/etc/passwd')}`, 0o644);
  file('shadow', `${lines.map(({ shadow }) => `${shadow}\n`).join('')}${kept('/etc/shadow')}`, 0o600);
  file('sudoers', `${(accounts.sudoers ?? []).join('\n')}\n`, 0o440);
  const sudo = isThere('sudo') ? [['sudoers', '/etc/sudoers']] : [];
  const binds = [['passwd', '/etc/passwd'], ['shadow', '/etc/shadow'], ...sudo].map(
    ([from, to]) => `mount --bind '${join(folder, from ?? '')}' ${to ?? ''} || exit`,
  );
  const inMemory = ['/run/sudo', '/var/lib/sudo', '/var/db'].map(
    (path) => `mkdir -p ${path} && mount -t tmpfs none ${path} || exit`,
  );
  const server = await startSystemSshd({
    ...accounts.keys,
    overrides: ['PermitRootLogin prohibit-password', ...(accounts.overrides ?? [])],
    within: () => ['unshare', '-m', '/bin/sh', '-c', [...binds, ...inMemory, 'exec "$@"'].join('\n'), 'sshd'],
  });
  // ops reads its authorized_keys there.
  chmodSync(server.directory, 0o755);
  chmodSync(join(server.directory, 'authorized_keys'), 0o644);
  return {
    ...server,
    stop: async () => {
      await server.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

function hashOf(password: string | undefined): string {
  if (password === undefined) return '*';
  return execFileSync('openssl', ['passwd', '-6', '-stdin'], { input: `${password}\n` })
    .toString()
    .trim();
}
