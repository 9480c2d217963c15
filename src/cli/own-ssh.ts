// The operator's own ssh, asked what it would do for a host (`ssh -G`): nobody reads its configuration better.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { ConnectError, isMusterError } from '../model/index.ts';
import { runProgram } from '../programs/index.ts';
import { homeDirectory, readSshFiles, type SshFiles } from '../sources/index.ts';
import {
  type Effective,
  parseEffective,
  plain,
  type SshQuestion,
  type Surroundings,
} from '../transport/index.ts';

/** The words that matter here. If a file has none of them, ssh need not be asked. */
const asked =
  'hostname user port identityfile identitiesonly certificatefile identityagent userknownhostsfile globalknownhostsfile ' +
  'hostkeyalias stricthostkeychecking proxyjump proxycommand proxyusefdpass connecttimeout serveraliveinterval ' +
  'serveralivecountmax hostkeyalgorithms kexalgorithms ciphers macs pubkeyacceptedalgorithms pubkeyacceptedkeytypes ' +
  'addressfamily bindaddress bindinterface canonicalizehostname revokedhostkeys knownhostscommand pkcs11provider ' +
  'verifyhostkeydns checkhostip controlpath gssapiauthentication preferredauthentications pubkeyauthentication forkafterauthentication';
const askedKeywords: ReadonlySet<string> = new Set(asked.split(' '));

const systemFile = '/etc/ssh/ssh_config';
const timeoutMs = 15_000;
const nobody = 'muster-nobody-said';

// As ssh_config(5) has them.
const unconfigured = parseEffective(
  [
    ...['rsa', 'ecdsa', 'ed25519'].map((type) => `identityfile ~/.ssh/id_${type}`),
    'userknownhostsfile ~/.ssh/known_hosts ~/.ssh/known_hosts2',
    'globalknownhostsfile /etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2',
  ].join('\n'),
);

/** Asks ssh, as far as its files have something to say; `file` takes their place. `tell` hears why it is not asked. */
export function askOwnSsh(file: string | undefined, tell: (text: string) => void): Surroundings['askSsh'] {
  let files: Promise<SshFiles> | undefined;
  let usual: Promise<Effective> | undefined;
  let whose: string | undefined;
  let isTold = false;
  const home = ownHome();
  const paths = file === undefined ? [join(home, '.ssh/config'), systemFile] : [file];
  const place = file === undefined ? [] : ['-F', file];
  const said = async (question: SshQuestion): Promise<{ own: Effective; usual: Effective }> => {
    usual ??= ask(['-F', 'none'], { name: 'none' });
    const [own, plain] = await Promise.all([ask(place, question), usual]);
    const { keywords, isOpen } = await (files ?? nothing);
    const isOwnName = question.user === undefined && own.get('user')?.[0] === plain.get('user')?.[0];
    if (!isOwnName) return { own, usual: plain };
    whose ??= isOpen || keywords.has('user') ? usersFile(paths) : '';
    const isSaid = whose !== '' && (await ask(['-F', whose], question)).get('user')?.[0] !== nobody;
    return { own: isSaid ? own : without(own, 'user'), usual: without(plain, 'user') };
  };
  return async (question) => {
    files ??= readSshFiles(paths, join(home, '.ssh'), home);
    const { keywords, isOpen } = await files;
    if (!isOpen && ![...keywords].some((keyword) => askedKeywords.has(keyword)))
      return { own: unconfigured, usual: unconfigured };
    try {
      return await said(question);
    } catch (error) {
      if (!isMusterError(error) || error.code !== 'COMMAND_MISSING') throw error;
      if (!isTold) tell(`${paths.join(' and ')} cannot be used: this machine has no ssh to read it`);
      isTold = true;
      return undefined;
    }
  };
}

const nothing: Promise<SshFiles> = Promise.resolve({ keywords: new Set(), isOpen: true });

async function ask(place: readonly string[], question: SshQuestion): Promise<Effective> {
  const { name, address, user, port } = question;
  const settled = [
    // A zone of IPv6 is no token.
    ...(address === undefined ? [] : ['-o', `HostName=${address.replaceAll('%', '%%')}`]),
    ...(user === undefined ? [] : ['-o', `User=${user}`]),
    ...(port === undefined ? [] : ['-o', `Port=${String(port)}`]),
  ];
  const end = await answerOf(['-T', '-G', ...place, ...settled, '--', name], name);
  if (end.exitCode === 0) return parseEffective(end.stdout);
  throw new ConnectError('SSH_CONFIG', `ssh rejects its configuration: ${printable(end.stderr)}`, {
    host: name,
    hint: `try ssh -G ${name}, and correct the file; or set ssh_config: false in the inventory`,
  });
}

/** Rejects with ConnectError if ssh hangs: its configuration can start programs. */
async function answerOf(words: readonly string[], name: string): ReturnType<typeof runProgram> {
  try {
    return await runProgram('ssh', words, { timeoutMs });
  } catch (error) {
    if (!isMusterError(error) || error.code !== 'COMMAND_TIMEOUT') throw error;
    throw new ConnectError(
      'SSH_CONFIG',
      `ssh does not say within ${String(timeoutMs / 1000)} s how it would reach ${name}`,
      {
        host: name,
        cause: error,
        hint: `try ssh -G ${name}: maybe a Match exec of your ssh_config hangs; or set ssh_config: false in the inventory`,
      },
    );
  }
}

/** The same files with a name behind them that nobody else gives: where it comes out, no User was set. */
function usersFile(paths: readonly string[]): string {
  const directory = mkdtempSync(join(tmpdir(), 'muster-ssh-'));
  if (directories.size === 0) process.once('exit', removeAll);
  directories.add(directory);
  const path = join(directory, 'config');
  const lines = [...paths.map((each) => `Include "${each}"`), 'Match all', `User ${nobody}`];
  writeFileSync(path, `${lines.join('\n')}\n`, { mode: 0o600 });
  return path;
}

const directories = new Set<string>();

function removeAll(): void {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
}

function without(values: Effective, key: string): Effective {
  return new Map([...values].filter(([each]) => each !== key));
}

function printable(text: string): string {
  return plain(text).trim().slice(0, 300);
}

// ssh does not look at HOME.
function ownHome(): string {
  try {
    return userInfo().homedir;
  } catch {
    return homeDirectory();
  }
}
