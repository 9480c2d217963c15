// A logged-in connection and the commands that run over it.
import type { ClientChannel, PseudoTtyOptions } from 'ssh2';
import type { ConnectError } from '../../model/index.ts';
import type { Channel, ExecOptions, HostConnection, LoginFacts, Session } from '../port.ts';
import { SshChannel } from './channel.ts';
import type { Connection } from './connect-once.ts';
import { execRefusedError, lostError } from './connect-errors.ts';

const silentTerminal: PseudoTtyOptions = {
  ...{ term: 'dumb', rows: 24, cols: 80, height: 0, width: 0 },
  modes: { ECHO: 0 },
};
// How long a peer may take to close its side before the socket is cut.
const farewellMs = 2_000;

/** Makes a Session of a connection; from here on the connection belongs to the session. */
export function sshSession(host: HostConnection, connection: Connection, notes: readonly string[]): Session {
  return new SshSession(host, connection, notes);
}

class SshSession implements Session {
  readonly login: LoginFacts;
  readonly notes: readonly string[];
  readonly #host: HostConnection;
  readonly #connection: Connection;
  readonly #channels = new Set<SshChannel>();
  #lastWords = 'the host closed it';
  #lost: ConnectError | undefined;
  #closing = false;

  constructor(host: HostConnection, connection: Connection, notes: readonly string[]) {
    this.login = { client: 'ssh2', ...connection.facts };
    this.notes = notes;
    this.#host = host;
    this.#connection = connection;
    connection.client.on('error', (error: Error) => {
      if (!this.#closing) this.#lastWords = error.message;
    });
    connection.client.once('close', () => {
      this.#loseAll();
    });
    if (connection.socket.destroyed) this.#loseAll();
  }

  exec(command: string, { terminal = false }: ExecOptions = {}): Promise<Channel> {
    return new Promise((resolve, reject) => {
      if (this.#lost !== undefined || this.#closing) {
        reject(this.#lost ?? lostError(this.#host, 'the session was closed'));
        return;
      }
      try {
        this.#connection.client.exec(command, terminal ? { pty: silentTerminal } : {}, (error, stream) => {
          const { guard } = this.#connection;
          if (error) reject(guard.error ?? this.#lost ?? execRefusedError(this.#host, error));
          else if (!guard.takesPackets(packetSizeOf(stream))) reject(this.#refused(stream));
          else resolve(this.#adopt(stream));
        });
      } catch {
        // ssh2 throws when its socket is already on the way out, before it says 'close'.
        reject(this.#lostNow());
      }
    });
  }

  close(): void {
    if (this.#closing) return;
    this.#closing = true;
    if (this.#lost !== undefined) return;
    this.#lastWords = 'the session was closed';
    const { client, socket } = this.#connection;
    client.end();
    // A dead peer never answers the farewell, and its socket would keep the process alive.
    const cut = setTimeout(() => socket.destroy(), farewellMs);
    client.once('close', () => {
      clearTimeout(cut);
    });
  }

  // Must run in the callback's own turn: the exit status may be in the same packet as the go-ahead.
  #adopt(stream: ClientChannel): SshChannel {
    const channel = new SshChannel(this.#host, stream, this.#connection);
    this.#channels.add(channel);
    channel.closed.then(() => this.#channels.delete(channel)).catch(() => undefined);
    return channel;
  }

  // Nobody uses it; what it still says must not end the process.
  #refused(stream: ClientChannel): ConnectError {
    stream.on('error', () => undefined);
    stream.stderr.on('error', () => undefined);
    return this.#lostNow();
  }

  #lostNow(): ConnectError {
    return this.#connection.guard.error ?? lostError(this.#host, this.#lastWords);
  }

  #loseAll(): void {
    this.#lost = this.#lostNow();
    for (const channel of this.#channels) channel.lose(this.#lost);
  }
}

function packetSizeOf(stream: ClientChannel): number {
  return (stream.outgoing as { readonly packetSize: number }).packetSize;
}
