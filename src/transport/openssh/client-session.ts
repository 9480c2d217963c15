// Commands over a connection that the operator's own ssh keeps open. Each is a client of its own: the proxy mode of a control socket
// mixes up channels where other clients use the same socket, and the server then ends the connection.
import type { ConnectError } from '../../model/index.ts';
import { LocalCommand } from '../local/local-command.ts';
import type { Channel, ExecOptions, ExitStatus, HostConnection, LoginFacts, Session } from '../port.ts';
import { lostError } from '../ssh/connect-errors.ts';
import type { Master } from './master.ts';
import { within } from '../within.ts';

/** What a client ends with when it is lost; a command may end with it, too. */
const lostStatus = 255;
/** So long after it the connection may take to be gone. */
const goneMs = 500;

/** A session whose end leaves the connection open. */
export class ClientSession implements Session {
  readonly login: LoginFacts;
  readonly notes: readonly string[];
  readonly #host: HostConnection;
  readonly #master: Master;
  readonly #running = new Set<LocalCommand>();
  #isClosed = false;

  constructor(host: HostConnection, master: Master, notes: readonly string[]) {
    this.login = master.login;
    this.notes = notes;
    this.#host = host;
    this.#master = master;
  }

  async exec(command: string, { terminal = false }: ExecOptions = {}): Promise<Channel> {
    if (this.#isClosed) throw this.#closedError();
    const settings = ['BatchMode=yes', 'ProxyCommand=false', 'LogLevel=ERROR', 'EscapeChar=none'];
    const words = [
      ...['-F', 'none', '-S', this.#master.socket, terminal ? '-tt' : '-T'],
      ...settings.flatMap((setting) => ['-o', setting]),
      ...['--', this.#host.name, command],
    ];
    const environment = { ...process.env, TERM: 'dumb' };
    const client = await LocalCommand.start(this.#host.name, ['ssh', ...words], environment);
    this.#running.add(client);
    client.closed.then(() => this.#running.delete(client)).catch(() => undefined);
    return new ClientChannel(client, this.#master, this.#host);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const client of this.#running) client.hangUp(this.#closedError());
    this.#master.end();
  }

  #closedError(): ConnectError {
    return lostError(this.#host, 'the session was closed');
  }
}

/** A client whose end by 255 is not believed to be that of the command. */
class ClientChannel implements Channel {
  readonly stdout: AsyncIterable<Uint8Array>;
  readonly closed: Promise<ExitStatus>;
  readonly #client: LocalCommand;
  readonly #host: HostConnection;

  constructor(client: LocalCommand, master: Master, host: HostConnection) {
    this.#client = client;
    this.#host = host;
    this.closed = client.closed.then((exit) =>
      exit.status === lostStatus ? { status: null, signal: null } : exit,
    );
    this.stdout = outputOf(client, master, host);
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#client.write(bytes);
  }

  end(): void {
    this.#client.end();
  }

  stderr(): string {
    return this.#client.stderr();
  }

  drop(): void {
    this.#client.hangUp(lostError(this.#host, 'the command was dropped'));
  }
}

async function* outputOf(
  client: LocalCommand,
  { ended }: Master,
  host: HostConnection,
): AsyncGenerator<Uint8Array> {
  yield* client.stdout;
  const { status } = await client.closed;
  if (status !== lostStatus) return;
  const words = await within(goneMs, ended);
  if (words !== undefined) throw lostError(host, words);
}
