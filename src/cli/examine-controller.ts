// What this machine has for its work: Node, terminal, ssh, agent, keys, known_hosts, history.
import { constants } from 'node:fs';
import { access, readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { isMusterError } from '../model/index.ts';
import { lastLine, runProgram } from '../programs/index.ts';
import { count } from '../report/index.ts';
import { type Config, homeDirectory } from '../sources/index.ts';
import { historyDirectory } from '../store/index.ts';
import { parseKnownHosts } from '../transport/index.ts';
import type { Finding } from './doctor-finding.ts';
import { sshConfigSetting } from './surroundings.ts';

type Found = Omit<Finding, 'subject' | 'step'>;

const timeoutMs = 30_000;
const oldestNode = [20, 19] as const;

/** All steps; none of them ends the others. */
export async function examineController(config: Config): Promise<readonly Finding[]> {
  const steps: readonly (readonly [step: string, look: () => Found | Promise<Found>])[] = [
    ['Node', nodeVersion],
    ['terminal', terminal],
    ['configuration', () => configuration(config)],
    ['ssh', sshProgram],
    ['agent', agent],
    ['keys', keys],
    ['known_hosts', knownHosts],
    ['history', () => history(config)],
  ];
  const findings: Finding[] = [];
  for (const [step, look] of steps) findings.push({ subject: 'this machine', step, ...(await look()) });
  return findings;
}

function nodeVersion(): Found {
  const { version } = process;
  const [major = 0, minor = 0] = version.slice(1).split('.').map(Number);
  const isOld = major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1]);
  if (!isOld) return { state: 'good', what: version, from: process.execPath };
  return {
    state: 'bad',
    what: version,
    from: process.execPath,
    fix: `install Node ${oldestNode.join('.')} or newer`,
  };
}

function terminal(): Found {
  const isThere = process.stdin.isTTY && process.stderr.isTTY;
  const what = isThere ? (process.env['TERM'] ?? 'no TERM') : 'none';
  if (isThere) return { state: 'good', what, from: 'TERM' };
  return {
    state: 'odd',
    what,
    fix: 'there is no terminal to ask on: give --yes to apply, and passwords in become_password',
  };
}

function configuration(config: Config): Found {
  const { file } = config;
  const isOfEnvironment = (process.env['MUSTER_SSH_CONFIG'] ?? '') !== '';
  return {
    state: 'good',
    what: `${file ?? 'none, so every setting has its default'}; ssh_config: ${String(sshConfigSetting(config))}`,
    from: isOfEnvironment ? 'MUSTER_SSH_CONFIG' : (file ?? 'default'),
  };
}

async function sshProgram(): Promise<Found> {
  const end = await ended('ssh', ['-V']);
  if (typeof end !== 'string') return { state: 'good', what: lastLine(end.stderr), from: 'ssh -V' };
  return {
    state: 'odd',
    what: end,
    fix: 'without ssh its ssh_config cannot be read: install it, or set everything in the inventory',
  };
}

async function agent(): Promise<Found> {
  const socket = process.env['SSH_AUTH_SOCK'] ?? '';
  if (socket === '')
    return {
      state: 'odd',
      what: 'none',
      from: 'SSH_AUTH_SOCK',
      fix: 'keys with a passphrase need one: eval `ssh-agent`; ssh-add',
    };
  const end = await ended('ssh-add', ['-l']);
  if (typeof end === 'string')
    return {
      state: 'odd',
      what: `${socket}: ${end}`,
      from: 'SSH_AUTH_SOCK',
      fix: 'check that it still answers: ssh-add -l',
    };
  if (end.exitCode === 0)
    return {
      state: 'good',
      what: `${count(end.stdout.trim().split('\n').length, 'key')} at ${socket}`,
      from: 'SSH_AUTH_SOCK',
    };
  if (end.exitCode === 1)
    return {
      state: 'odd',
      what: `no key at ${socket}`,
      from: 'SSH_AUTH_SOCK',
      fix: 'ssh-add, or name an identity_file',
    };
  return {
    state: 'odd',
    what: `nothing answers at ${socket}`,
    from: 'SSH_AUTH_SOCK',
    fix: 'start one, or unset SSH_AUTH_SOCK',
  };
}

async function keys(): Promise<Found> {
  const paths = ['rsa', 'ecdsa', 'ed25519'].map((type) => join(homeDirectory(), `.ssh/id_${type}`));
  const found: string[] = [];
  for (const path of paths) {
    const info = await stat(path).catch(() => undefined);
    if (info === undefined) continue;
    found.push(path);
    if ((info.mode & 0o077) !== 0)
      return { state: 'odd', what: `${path} can be read by others`, fix: `chmod 600 ${path}` };
  }
  if (found.length > 0) return { state: 'good', what: found.join(', '), from: 'the default names of ssh' };
  return {
    state: 'odd',
    what: 'none of the default names of ssh',
    fix: 'ssh-keygen, or name an identity_file in the inventory',
  };
}

async function knownHosts(): Promise<Found> {
  const path = join(homeDirectory(), '.ssh/known_hosts');
  const fix = 'muster trust --hosts PATTERN fetches keys, shows them, and adds them';
  try {
    const { lines, faults } = parseKnownHosts(await readFile(path, 'utf8'), path);
    const [first] = faults;
    if (first === undefined) return { state: 'good', what: count(lines.length, 'key'), from: path };
    return {
      state: 'odd',
      what: `${path}:${String(first.line)}: ${first.what}`,
      from: path,
      fix: 'correct the line, or remove it',
    };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ENOENT') return { state: 'odd', what: `there is no ${path}`, fix };
    return {
      state: 'bad',
      what: `${path} cannot be read (${code})`,
      fix: 'correct its owner and mode, because it may hold a revocation',
    };
  }
}

async function history({ history: place }: Config): Promise<Found> {
  if (place === false) return { state: 'good', what: 'none is kept', from: 'history: false' };
  const directory = resolve(place ?? historyDirectory(process.env, homeDirectory()));
  const from = place === undefined ? 'default' : 'history of the configuration';
  for (let near = directory; ; near = dirname(near)) {
    const info = await stat(near).catch(() => undefined);
    if (info === undefined && near !== dirname(near)) continue;
    const mayWrite =
      info?.isDirectory() === true &&
      (await access(near, constants.W_OK).then(
        () => true,
        () => false,
      ));
    if (mayWrite) return { state: 'good', what: directory, from };
    return {
      state: 'bad',
      what: `${directory} cannot be written`,
      from,
      fix: 'set history: to a directory that is yours, or to false',
    };
  }
}

type ProgramEnd = Awaited<ReturnType<typeof runProgram>>;

async function ended(program: string, args: readonly string[]): Promise<ProgramEnd | string> {
  try {
    return await runProgram(program, args, { timeoutMs });
  } catch (error) {
    if (isMusterError(error)) return error.message;
    throw error;
  }
}
