// One command over an ssh connection. ssh2 gives a duplex stream; the port wants promises that always settle.
import type { Readable } from 'node:stream';
import type { ClientChannel } from 'ssh2';
import { ConnectError } from '../../model/index.ts';
import { stderrOf, stdoutOf } from '../outputs.ts';
import { PendingWrites } from '../pending-writes.ts';
import type { Channel, ExitStatus, HostConnection } from '../port.ts';
import type { Connection } from './connect-once.ts';
import type { FloodGuard } from './flood-guard.ts';

/** Exit status and data may come in any order, and the status not at all: only 'close' is the end. */
export class SshChannel implements Channel {
  readonly stdout: AsyncIterable<Uint8Array>;
  readonly stderr: () => string;
  readonly closed: Promise<ExitStatus>;
  readonly #stream: ClientChannel;
  readonly #writes: PendingWrites;
  #exit: ExitStatus = { status: null, signal: null };
  #lost: ConnectError | undefined;
  #settle: () => void = () => undefined;

  constructor(host: HostConnection, stream: ClientChannel, { socket, guard }: Connection) {
    this.#stream = stream;
    this.#writes = new PendingWrites(stream, socket);
    watchOutput(stream, guard);
    this.stdout = stdoutOf(stream, () => this.#lost);
    this.stderr = stderrOf(stream.stderr);
    this.closed = new Promise((resolve) => {
      this.#settle = () => {
        resolve(this.#exit);
      };
    });
    // For life: a write that comes after the command's end raises 'error', and the write itself reports it.
    stream.on('error', () => undefined);
    stream.once('exit', (status: number | null, signal?: string) => {
      this.#exit = { status, signal: signal ?? null };
    });
    const stderrEnded = new Promise((resolve) => stream.stderr.once('end', resolve));
    stream.once('close', () => {
      this.#writes.fail(new ConnectError('CHANNEL_CLOSED', 'the command has ended', { host: host.name }));
      stderrEnded.then(this.#settle, this.#settle);
    });
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#writes.write(bytes);
  }

  end(): void {
    this.#stream.end();
  }

  drop(): void {
    this.#stream.close();
  }

  /** The connection is gone. Output that had come to its end before stays complete; anything else throws `error`. */
  lose(error: ConnectError): void {
    if (this.#isOutputOpen()) this.#lost = error;
    this.#settle();
    this.#writes.fail(error);
  }

  // ssh2 ends the stream in the same way whether the host or the link ended it; only this state tells them apart.
  #isOutputOpen(): boolean {
    return (this.#stream.incoming as { readonly state: string }).state === 'open';
  }
}

function watchOutput(stream: ClientChannel, guard: FloodGuard): void {
  watchPushes(stream, guard);
  let all = 0;
  stream.stderr.on('data', (chunk: Buffer) => {
    all += chunk.length;
    guard.stderr(chunk.length, all);
  });
}

/** Counts what comes: ssh2 pushes it all into the stream, also what the window that was given has no room for. */
export function watchPushes(stream: Readable, guard: FloodGuard): void {
  const push = stream.push.bind(stream);
  stream.push = (chunk: unknown, encoding?: BufferEncoding) => {
    const goesOn = push(chunk, encoding);
    guard.output(lengthOf(chunk), stream.readableLength);
    return goesOn;
  };
}

function lengthOf(chunk: unknown): number {
  return chunk instanceof Uint8Array ? chunk.length : 0;
}
