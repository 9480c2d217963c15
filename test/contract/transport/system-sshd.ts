// A real sshd as an ordinary foreground process on a loopback port, with its own configuration in a temporary folder.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { sshTransport } from '../../../src/transport/index.ts';
import { freePort } from '../../support/free-port.ts';
import type { Setup } from './contract.ts';
import { keyPair, loopbackHost } from './in-process-sshd.ts';

const sshdPath = ['/usr/sbin/sshd', '/usr/local/sbin/sshd'].find((path) => existsSync(path));
const privilegeSeparationDirectory = '/run/sshd';

/** Why this machine cannot run the suite, or undefined. */
export function whyNoSystemSshd(): string | undefined {
  if (sshdPath === undefined) return 'there is no sshd on this machine';
  if (userInfo().uid !== 0) return undefined;
  try {
    // sshd started by root wants this folder, which its service file makes elsewhere.
    mkdirSync(privilegeSeparationDirectory, { recursive: true, mode: 0o755 });
    return undefined;
  } catch {
    return `${privilegeSeparationDirectory} cannot be made`;
  }
}

/** What differs from an sshd and a client of today. */
export interface SystemSshdSettings {
  readonly hostKey?: 'ed25519' | 'rsa';
  readonly legacyAlgorithms?: boolean;
  /** The host's key, in place of one that is made here. */
  readonly host?: { readonly public: string; readonly private: string };
  /** The user's key; `public` as in authorized_keys, `private` as in the identity file. */
  readonly user?: { readonly public: string; readonly private: string };
  /** Lines for sshd_config that win over the usual ones. */
  readonly overrides?: readonly string[];
  /** Words before sshd's own command line, such as those of a program that gives it files of its own. */
  readonly within?: (directory: string) => readonly string[];
  /** More lines for sshd_config. */
  readonly configuration?: readonly string[];
}

/** A running sshd. */
export interface SystemSshd extends Setup {
  /** The directory with its files, such as `id` and `known_hosts`. */
  readonly directory: string;
  /** What it logged so far. */
  readonly log: () => string;
}

/** Starts sshd and gives a transport that may log in to it as the user who runs the tests. */
export async function startSystemSshd(settings: SystemSshdSettings = {}): Promise<SystemSshd> {
  const directory = await mkdtemp(join(tmpdir(), 'muster-sshd-'));
  const port = await freePort();
  const file = (name: string): string => join(directory, name);
  const hostKey = settings.host ?? keyPair(`system-host-${settings.hostKey ?? 'ed25519'}`, settings.hostKey);
  const user = settings.user ?? keyPair('system-user');
  await writeFile(file('host_key'), hostKey.private, { mode: 0o600 });
  await writeFile(file('authorized_keys'), `${user.public}\n`, { mode: 0o600 });
  await writeFile(file('id'), user.private, { mode: 0o600 });
  await writeFile(file('known_hosts'), `[127.0.0.1]:${port} ${hostKey.public}\n`);
  await writeFile(
    file('sshd_config'),
    [...(settings.overrides ?? []), ...configuration(port, file), ...(settings.configuration ?? []), ''].join(
      '\n',
    ),
  );
  const words = [
    ...(settings.within?.(directory) ?? []),
    sshdPath ?? '',
    '-D',
    '-e',
    '-f',
    file('sshd_config'),
  ];
  const sshd = spawn(words[0] ?? '', words.slice(1), {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  sshd.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  await listening(sshd);
  return {
    directory,
    log: () => log,
    transport: sshTransport({ startLimit: 4, homeDirectory: directory, readFile: (path) => readFile(path) }),
    host: loopbackHost(port, {
      user: userInfo().username,
      legacyAlgorithms: settings.legacyAlgorithms ?? false,
    }),
    stop: async () => {
      const ended = new Promise((resolve) => sshd.once('close', resolve));
      sshd.kill();
      await ended;
      await rm(directory, { recursive: true });
    },
  };
}

function configuration(port: number, file: (name: string) => string): readonly string[] {
  return [
    'ListenAddress 127.0.0.1',
    `Port ${port}`,
    `HostKey ${file('host_key')}`,
    `AuthorizedKeysFile ${file('authorized_keys')}`,
    'PidFile none',
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    'PermitRootLogin prohibit-password',
    'LogLevel VERBOSE',
  ];
}

function listening(sshd: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = '';
    sshd.stderr?.on('data', (chunk: Buffer) => {
      log += chunk.toString();
      if (log.includes('Server listening on')) resolve();
    });
    sshd.once('close', () => {
      reject(new Error(`sshd ended: ${log}`));
    });
  });
}
