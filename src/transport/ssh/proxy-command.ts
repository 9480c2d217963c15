// A ProxyCommand of the operator's own ssh_config: a program of this machine whose standard input and output are the connection.
import { spawn } from 'node:child_process';
import { ConnectError } from '../../model/index.ts';
import { stderrOf } from '../outputs.ts';
import type { HostConnection } from '../port.ts';
import type { Opened } from './connect-once.ts';
import { StreamLink } from './stream-link.ts';
import { plain } from '../printable.ts';
import { within } from '../within.ts';

/** One that has closed its output may still say why, and then end. It has this long. */
const exitMs = 1_000;

/** Starts it as ssh does, by the operator's shell. It is hung up on when the connection ends. */
export function openProxyCommand(host: HostConnection, command: string): Opened {
  const child = spawn(process.env['SHELL'] ?? '/bin/sh', ['-c', `exec ${command}`], {
    detached: true,
    stdio: 'pipe',
  });
  const said = stderrOf(child.stderr);
  let isHungUp = false;
  // How it ended; nothing if it was we who ended it.
  const ended = new Promise<string | undefined>((resolve) => {
    child.on('error', (error) => {
      resolve(`could not be started: ${error.message}`);
    });
    child.once('exit', (status, signal) => {
      const isOurs = isHungUp && signal === 'SIGHUP';
      resolve(isOurs ? undefined : `ended with ${signal ?? `status ${String(status)}`}`);
    });
  });
  const wasHeard = new Promise<void>((resolve) => child.stderr.once('close', resolve));
  const socket = new StreamLink(child.stdout, child.stdin, () => {
    const itLeft = child.stdout.readableEnded || child.stdin.errored !== null;
    // Its last words are read to their end.
    for (const pipe of [child.stdin, child.stdout]) pipe.destroy();
    const end = (): void => {
      isHungUp = true;
      hangUp(child.pid);
    };
    if (itLeft) within(exitMs, ended).then(end, end);
    else end();
  });
  child.on('error', () => socket.destroy());
  return {
    socket,
    explain: async (error) => {
      if (!isEarly(error)) return error;
      // Its output ends a moment before itself, and its last words are read a moment after its end.
      const end = await within(exitMs, ended);
      await within(exitMs, wasHeard);
      return end === undefined ? error : endedError(host, end, said());
    },
  };
}

function isEarly({ code }: ConnectError): boolean {
  return code === 'SSH_CLOSED' || code === 'SSH_UNREACHABLE' || code === 'SSH_PROTOCOL';
}

function endedError(host: HostConnection, end: string, said: string): ConnectError {
  const words = plain(said).trim().slice(-200);
  return new ConnectError(
    'SSH_PROXY_COMMAND',
    `the ProxyCommand for ${host.name} ${end}${words === '' ? '' : `; it said: ${words}`}`,
    { host: host.name, hint: `run it by hand: ssh ${host.name}` },
  );
}

// It leads a process group of its own, so that a ^C at the terminal does not reach it.
function hangUp(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGHUP');
  } catch {
    // It is already gone.
  }
}
