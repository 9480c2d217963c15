// Follows everything that a practice host's sshd starts, with strace. Traced processes are slower, so processes that use the
// clock (a follower that polls, a ticker) do more than usual.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lab } from '../../../src/lab/index.ts';
import { processesOf } from './counter.ts';

const options = [
  '-f',
  '--decode-pids=pidns',
  '-s',
  '400',
  '-e',
  'trace=execve,clone,clone3,fork,vfork,write',
  '-e',
  'signal=none',
];

/** Does the work and gives what strace saw on the host meanwhile, as its lines. Throws when strace cannot be had. */
export async function traced<T>(
  lab: Lab,
  host: string,
  work: () => Promise<T>,
): Promise<{ value: T; lines: string[] }> {
  const file = join(lab.directory, 'strace');
  const pid = await sshdOf(lab, host);
  const strace = spawn('strace', [...options, '-o', file, '-p', String(pid)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await attached(strace);
  const ended = once(strace, 'close');
  try {
    const value = await work();
    strace.kill('SIGINT');
    await ended;
    return { value, lines: (await readFile(file, 'latin1')).split('\n') };
  } finally {
    strace.kill('SIGINT');
    await ended;
  }
}

/** Resolves when strace says that it is there. It goes on to say things, so its words must be read as long as it runs. */
function attached(strace: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    strace.stderr?.setEncoding('utf8').on('data', (part: string) => {
      text = (text + part).slice(-2000);
      if (text.includes('attached')) resolve();
    });
    strace.on('error', (cause) => {
      reject(new Error(`cannot run strace: ${cause.message}`, { cause }));
    });
    strace.on('close', () => {
      reject(new Error(`strace did not begin: ${text}`));
    });
  });
}

/** The process of the host that waits for connections. */
async function sshdOf(lab: Lab, host: string): Promise<number> {
  for (const pid of await processesOf(lab, host)) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '');
    const program = await readlink(`/proc/${pid}/exe`).catch(() => '');
    if (command.includes('[listener]') || /\/sshd$/.test(program)) return pid;
  }
  throw new Error(`no sshd on ${host}`);
}
