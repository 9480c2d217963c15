// One command over a connection of OpenSSH's own client, as the port wants it.
import { ConnectError } from '../../model/index.ts';
import { stderrOf, stdoutOf } from '../outputs.ts';
import { PendingWrites } from '../pending-writes.ts';
import type { Channel, ExitStatus, HostConnection } from '../port.ts';
import type { ChannelStream } from './channel-stream.ts';

/** A command that was started. */
export class OpensshChannel implements Channel {
  readonly stdout: AsyncIterable<Uint8Array>;
  readonly stderr: () => string;
  readonly closed: Promise<ExitStatus>;
  readonly #stream: ChannelStream;
  readonly #writes: PendingWrites;
  #lost: ConnectError | undefined;

  constructor(host: HostConnection, stream: ChannelStream) {
    this.#stream = stream;
    this.#writes = new PendingWrites(stream);
    this.stdout = stdoutOf(stream, () => this.#lost);
    this.stderr = stderrOf(stream.errors);
    this.closed = new Promise((resolve) => {
      stream.once('close', () => {
        this.#writes.fail(new ConnectError('CHANNEL_CLOSED', 'the command has ended', { host: host.name }));
        resolve(stream.exit);
      });
    });
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#writes.write(bytes);
  }

  end(): void {
    this.#stream.end();
  }

  drop(): void {
    this.#stream.closeChannel();
  }

  /** The connection is gone. Output that had come to its end before stays complete; anything else throws `error`. */
  lose(error: ConnectError): void {
    if (this.#stream.isOutputOpen) this.#lost = error;
    this.#writes.fail(error);
    this.#stream.lose();
  }
}
