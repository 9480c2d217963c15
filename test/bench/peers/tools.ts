// The tools that are compared: how each is called for the same work on the same hosts, as parallel as there are hosts.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lab } from '../../../src/lab/index.ts';
import { runProgram } from '../../../src/programs/index.ts';
import { interpreter } from './python.ts';

/** What a tool is asked to do. */
export const works = ['exec true', '14 steps, first', '14 steps, nothing to do'] as const;
export type Work = (typeof works)[number];

/** A program with its arguments and its environment beyond that of the bench. */
export interface Call {
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** One tool. */
export interface Tool {
  readonly name: string;
  /** How it is set up, in a few words, for the reader of the figures. */
  readonly setting: string;
  /** The calls that do a work, one after the other. */
  readonly calls: (work: Work) => readonly Call[];
}

/** Where things are. */
interface Place {
  readonly lab: Lab;
  readonly ssh: string;
  readonly muxed: string;
  readonly forks: string;
}

const beside = import.meta.dirname;
const muster = join(beside, '../../../dist/cli/main.js');

/** The tools that are installed here, and the names of those that are not. */
export async function toolsFor(lab: Lab): Promise<{ tools: Tool[]; missing: string[] }> {
  const place = await writePlace(lab);
  const strategy = await mitogenStrategy();
  const all = [
    { tool: musterTool(place), isThere: true },
    { tool: await ansible(place, undefined), isThere: await isInstalled('ansible-playbook') },
    { tool: await ansible(place, strategy ?? ''), isThere: strategy !== undefined },
    { tool: await byHand(place, 'clush'), isThere: await isInstalled('clush') },
    { tool: await byHand(place, 'pdsh'), isThere: await isInstalled('pdsh') },
  ];
  return {
    tools: all.filter(({ isThere }) => isThere).map(({ tool }) => tool),
    missing: all.filter(({ isThere }) => !isThere).map(({ tool }) => tool.name),
  };
}

async function isInstalled(program: string): Promise<boolean> {
  return (await tryRun('sh', ['-c', 'command -v "$1"', 'sh', program])) !== undefined;
}

/** Where Mitogen's strategies for Ansible are. */
async function mitogenStrategy(): Promise<string | undefined> {
  const code = 'import os, ansible_mitogen.plugins as p; print(os.path.dirname(p.__file__))';
  const found = (await tryRun(interpreter, ['-c', code]))?.trim();
  return found === undefined ? undefined : join(found, 'strategy');
}

async function tryRun(file: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const end = await runProgram(file, args, { timeoutMs: 30_000 });
    return end.exitCode === 0 ? end.stdout : undefined;
  } catch {
    return undefined;
  }
}

/** Configurations of ssh(1): with a connection for each call, and with one that is kept until all calls are made. */
async function writePlace(lab: Lab): Promise<Place> {
  const hosts = lab.hosts.map(
    ({ name, address, sshPort }) => `Host ${name}\n  HostName ${address}\n  Port ${sshPort}\n`,
  );
  const common = `Host *\n  User root\n  IdentityFile ${lab.identityFile}\n  IdentitiesOnly yes
  UserKnownHostsFile ${lab.knownHostsFile}\n  StrictHostKeyChecking yes\n  BatchMode yes\n  ConnectTimeout 60\n`;
  const [ssh, muxed] = [join(lab.directory, 'ssh_config'), join(lab.directory, 'ssh_config_muxed')];
  await writeFile(ssh, hosts.join('') + common);
  await mkdir(join(lab.directory, 'mux'), { recursive: true, mode: 0o700 });
  const mux = `  ControlMaster auto\n  ControlPersist 60s\n  ControlPath ${lab.directory}/mux/%n\n`;
  await writeFile(muxed, hosts.join('') + common + mux);
  await writeFile(join(lab.directory, 'hosts.ini'), lab.hosts.map(({ name }) => `${name}\n`).join(''));
  return { lab, ssh, muxed, forks: String(lab.hosts.length) };
}

function musterTool({ lab, forks }: Place): Tool {
  const on = ['-i', lab.inventoryFile, '-c', forks];
  const apply = ['apply', join(beside, 'muster'), ...on, '--yes'];
  return {
    name: 'muster',
    setting: 'one connection a host; gathers facts; -c as many as hosts',
    calls: (work) => [
      { args: [process.execPath, muster, ...(work === 'exec true' ? ['exec', ...on, 'true'] : apply)] },
    ],
  };
}

async function ansible({ lab, ssh, muxed, forks }: Place, strategy: string | undefined): Promise<Tool> {
  const isMitogen = strategy !== undefined;
  const name = isMitogen ? 'ansible + mitogen' : 'ansible';
  const configuration = join(lab.directory, isMitogen ? 'mitogen.cfg' : 'ansible.cfg');
  await writeFile(
    configuration,
    `[defaults]\nforks = ${forks}\ninventory = ${join(lab.directory, 'hosts.ini')}
interpreter_python = ${interpreter}\nlocal_tmp = ${lab.directory}/ansible\nretry_files_enabled = False
${isMitogen ? `strategy_plugins = ${strategy}\nstrategy = mitogen_linear\n` : ''}
[ssh_connection]\npipelining = True\nssh_args = -F ${isMitogen ? ssh : muxed}\n`,
  );
  const environment = { ANSIBLE_CONFIG: configuration };
  const directory = `directory=/var/bench/${isMitogen ? 'mitogen' : 'ansible'}`;
  return {
    name,
    setting: isMitogen
      ? 'one connection a host; no facts; forks as many as hosts'
      : 'ControlPersist, pipelining; no facts; forks as many as hosts',
    calls: (work) => [
      work === 'exec true'
        ? { args: ['ansible', 'all', '-m', 'raw', '-a', 'true'], environment }
        : { args: ['ansible-playbook', join(beside, 'ansible.yml'), '-e', directory], environment },
    ],
  };
}

/** A tool that runs a line everywhere: the steps are lines of sh, each in a call of its own. */
async function byHand({ lab, ssh, muxed, forks }: Place, program: 'clush' | 'pdsh'): Promise<Tool> {
  const names = lab.hosts.map(({ name }) => name).join(',');
  const text = await readFile(join(beside, 'by-hand.txt'), 'utf8');
  const lines = text.trimEnd().replaceAll('DIRECTORY', `/var/bench/${program}`).split('\n');
  const call = (config: string, line: string): Call =>
    program === 'clush'
      ? { args: ['clush', '-S', '-w', names, '-f', forks, '-o', `-F ${config}`, line] }
      : {
          args: ['pdsh', '-S', '-R', 'ssh', '-w', names, '-f', forks, line],
          environment: { PDSH_SSH_ARGS_APPEND: `-F ${config}` },
        };
  return {
    name: program,
    setting:
      'exec: one connection a call; 14 steps: 14 calls of a line of sh, ControlPersist; fan-out as hosts',
    calls: (work) => (work === 'exec true' ? [call(ssh, 'true')] : lines.map((line) => call(muxed, line))),
  };
}
