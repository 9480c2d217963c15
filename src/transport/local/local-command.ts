// One program of this machine, mostly /bin/sh, as a channel. It leads its own process group, so that a ^C at the controller's
// terminal does not reach it, and a closing session can hang up on all of it.
import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { ConnectError } from '../../model/index.ts';
import { stderrOf, stdoutOf } from '../outputs.ts';
import { PendingWrites } from '../pending-writes.ts';
import type { Channel, ExitStatus } from '../port.ts';

/** A child process as a channel. */
export class LocalCommand implements Channel {
  readonly stdout: AsyncIterable<Uint8Array>;
  readonly stderr: () => string;
  readonly closed: Promise<ExitStatus>;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #writes: PendingWrites;
  #lost: ConnectError | undefined;
  #settle: (exit: ExitStatus) => void = () => undefined;

  private constructor(host: string, child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    this.#writes = new PendingWrites(child.stdin);
    this.stdout = stdoutOf(child.stdout, () => this.#lost);
    this.stderr = stderrOf(child.stderr);
    this.closed = new Promise((resolve) => {
      this.#settle = resolve;
    });
    // For life: a command that does not read its input makes EPIPE, and the write that failed reports it.
    child.stdin.on('error', () => undefined);
    child.once('close', (status, signal) => {
      this.#settle({ status, signal });
      this.#writes.fail(new ConnectError('CHANNEL_CLOSED', 'the command has ended', { host }));
    });
  }

  /** Rejects with ConnectError LOCAL_EXEC when the program does not start. */
  static start(
    host: string,
    [program, ...args]: readonly [string, ...string[]],
    environment: NodeJS.ProcessEnv = process.env,
  ): Promise<LocalCommand> {
    const child = spawn(program, args, { detached: true, stdio: 'pipe', env: environment });
    const started = new LocalCommand(host, child);
    return new Promise((resolve, reject) => {
      child.once('spawn', () => {
        resolve(started);
      });
      child.on('error', (cause) => {
        reject(new ConnectError('LOCAL_EXEC', `${program} did not start: ${cause.message}`, { host, cause }));
      });
    });
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#writes.write(bytes);
  }

  end(): void {
    this.#child.stdin.end();
  }

  /** Sends SIGHUP to the process group and lets go of the pipes. As over ssh, nobody knows then how it ended. */
  hangUp(error: ConnectError): void {
    this.#lost = error;
    if (this.#child.pid !== undefined) hangUpGroup(this.#child.pid);
    for (const pipe of this.#child.stdio) pipe?.destroy();
    this.#settle({ status: null, signal: null });
    this.#writes.fail(error);
  }
}

function hangUpGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGHUP');
  } catch {
    // The group is already gone.
  }
}
