// Connections to jump hosts, shared by all hosts behind them: one login each, however many hosts there are.
import pLimit from 'p-limit';
import { ConnectError, isMusterError, type MusterError } from '../../model/index.ts';
import { passwordCure } from './connect-errors.ts';
import { type Destination, sameLogin } from './destination.ts';

// Between two hosts a jump host is kept for so long.
const lingerMs = 10_000;
// One that could not be reached is not tried again for so long: what holds for one host behind it holds for all.
const rememberedMs = 30_000;
const openingsAtOnce = 8;

/** A connection that is kept. */
export interface Kept {
  /** Calls back when it is gone. */
  onGone(told: () => void): void;
  end(): void;
}

type LogIn<T> = (hop: Destination, signal: AbortSignal) => Promise<T>;

/** A host's share of a jump host. */
export interface Lease<T> {
  readonly connection: T;
  /** Does what opens a way through it, in turn: only so many are in the making. */
  inTurn<R>(work: () => Promise<R>): Promise<R>;
  /** Keeps the jump host beyond the lease, until the returned function is called. */
  hold(): () => void;
  /** Must be called in the end; what holds the jump host keeps it. */
  release(): void;
}

/** The jump hosts of one run. */
export class JumpHosts<T extends Kept> {
  readonly #logIn: LogIn<T>;
  readonly #byLogin = new Map<string, JumpHost<T>>();

  constructor(logIn: LogIn<T>) {
    this.#logIn = logIn;
  }

  /** Connects, or takes the connection that is there. Rejects with what stopped the jump host, in the name of `host`. */
  async take(hop: Destination, host: Destination, signal: AbortSignal): Promise<Lease<T>> {
    const key = sameLogin(hop);
    const known = this.#byLogin.get(key);
    const jumpHost = known?.isUsable === true ? known : new JumpHost(hop, this.#logIn);
    this.#byLogin.set(key, jumpHost);
    try {
      return await jumpHost.lease(signal);
    } catch (error) {
      throw isMusterError(error) ? throughError(hop, host, error) : error;
    }
  }

  /** Lets go of all of them. */
  close(): void {
    for (const jumpHost of this.#byLogin.values()) jumpHost.close();
    this.#byLogin.clear();
  }
}

class JumpHost<T extends Kept> {
  readonly #connection: Promise<T>;
  readonly #calledOff = new AbortController();
  readonly #turn = pLimit(openingsAtOnce);
  #users = 0;
  #isLost = false;
  #failedAt: number | undefined;
  #isForGood = false;
  #idle: NodeJS.Timeout | undefined;

  constructor(hop: Destination, logIn: LogIn<T>) {
    this.#connection = logIn(hop, this.#calledOff.signal);
    this.#connection.then(
      (connection) => {
        connection.onGone(() => {
          this.#isLost = true;
          clearTimeout(this.#idle);
        });
      },
      (error: unknown) => {
        this.#failedAt = performance.now();
        this.#isForGood = isMusterError(error) && isOneTry(error.code);
      },
    );
  }

  get isUsable(): boolean {
    if (this.#failedAt === undefined) return !this.#isLost;
    return this.#isForGood || performance.now() < this.#failedAt + rememberedMs;
  }

  async lease(signal: AbortSignal): Promise<Lease<T>> {
    const release = this.#hold();
    signal.addEventListener('abort', release, { once: true });
    try {
      const connection = await this.#connection;
      return { connection, inTurn: (work) => this.#turn(work), hold: () => this.#hold(), release };
    } catch (error) {
      release();
      throw error;
    } finally {
      signal.removeEventListener('abort', release);
    }
  }

  close(): void {
    clearTimeout(this.#idle);
    this.#isLost = true;
    this.#calledOff.abort();
    this.#connection.then(
      (connection) => {
        connection.end();
      },
      () => undefined,
    );
  }

  #hold(): () => void {
    this.#use();
    let isOver = false;
    return () => {
      if (!isOver) this.#leave();
      isOver = true;
    };
  }

  #use(): void {
    this.#users += 1;
    clearTimeout(this.#idle);
  }

  #leave(): void {
    this.#users -= 1;
    if (this.#users > 0 || this.#isLost || this.#failedAt !== undefined) return;
    this.#idle = setTimeout(() => {
      this.close();
    }, lingerMs);
  }
}

// sshd counts refused logins, and shuts out who comes again (PerSourcePenalties).
function isOneTry(code: string): boolean {
  return /^SSH_(AUTH|HOST_KEY|IDENTITY|CONFIG|KNOWN_HOSTS)/.test(code);
}

function throughError(hop: Destination, host: Destination, cause: MusterError): ConnectError {
  const { code, message, hint } = cause;
  const cure = `set password for ${hop.name} in the inventory, and name ${hop.name} in jump of this host`;
  const through = code.startsWith('SSH_JUMP') ? code : code.replace(/^SSH_/, 'SSH_JUMP_');
  return new ConnectError(through, `no way through the jump host ${hop.name}: ${message}`, {
    host: host.name,
    cause,
    ...(hint === undefined ? {} : { hint: hint.replace(passwordCure, cure) }),
  });
}
