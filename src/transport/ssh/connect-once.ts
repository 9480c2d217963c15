// One attempt at one connection: name lookup, TCP, handshake, host key and login under one timer and one abort signal.
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Algorithms, NegotiatedAlgorithms } from 'ssh2';
import { ConnectError } from '../../model/index.ts';
import type { LoginFacts } from '../port.ts';
import { Client } from './ssh2.ts';
import { AttemptErrors } from './attempt-errors.ts';
import type { ClientError } from './attempt-errors.ts';
import { calledOffError, timeoutError } from './connect-errors.ts';
import type { Destination } from './destination.ts';
import { FirstWords } from './first-words.ts';
import { FloodGuard } from './flood-guard.ts';
import type { Login } from './login.ts';
import { PeerOffer } from './peer-offer.ts';

/** The stream that carries the bytes, and what may be known of why it broke. */
export interface Opened {
  readonly socket: Duplex;
  /** A better error for a link that broke early. */
  readonly explain?: (error: ConnectError) => Promise<ConnectError>;
}

/** What an attempt needs to know. */
export interface AttemptPlan {
  readonly host: Destination;
  readonly algorithms: Algorithms;
  /** Begins the connection; a socket need not be connected yet. Rejects with ConnectError. */
  readonly open: () => Opened | Promise<Opened>;
  /**
   * What vouches for a shown host key, in words, or why it is not to be trusted. There is no attempt without this question.
   * `certified` are the host key algorithms for which the peer has a certificate, too; nobody asked for it.
   */
  readonly judgeHostKey: (shown: Buffer, certified: readonly string[]) => string | ConnectError;
  readonly login: Login;
  readonly signal: AbortSignal;
  readonly keepaliveMs: number;
}

/** A logged-in ssh2 client and the socket under it. */
export interface Connection {
  readonly client: Client;
  readonly socket: Duplex;
  readonly guard: FloodGuard;
  readonly facts: Omit<LoginFacts, 'client'>;
}

const keepaliveLimit = 4;
// Node gives each address of a name 250 ms, which is too short for a host across the world.
const autoSelectFamilyAttemptTimeout = 2_000;

/** A socket to the host's own address. */
export function openSocket({ address, port, family, bindAddress }: Destination): Opened {
  const socket = connect({
    host: address,
    port,
    noDelay: true,
    autoSelectFamilyAttemptTimeout,
    ...(family === undefined ? {} : { family }),
    ...(bindAddress === undefined ? {} : { localAddress: bindAddress }),
  });
  // ssh2 hears of it too, but only once it has the socket.
  socket.on('error', () => undefined);
  return { socket };
}

/** Rejects with a ConnectError; SSH_CLOSED means that another try may succeed. Leaves no socket behind then. */
export async function connectOnce(plan: AttemptPlan): Promise<Connection> {
  const attempt = new Attempt(plan);
  try {
    return await boundedBy(attempt.made(), plan, () => attempt.timedOut());
  } catch (error) {
    throw await attempt.end(error);
  }
}

class Attempt {
  readonly #plan: AttemptPlan;
  #opened: Opened | undefined;
  #errors: AttemptErrors | undefined;
  #isOver = false;

  constructor(plan: AttemptPlan) {
    this.#plan = plan;
  }

  async made(): Promise<Connection> {
    const opening = this.#plan.open();
    // A socket that is still connecting may break at once: it is taken in the same turn.
    const opened = opening instanceof Promise ? await opening : opening;
    if (this.#isOver) {
      opened.socket.destroy();
      throw calledOffError(this.#plan.host);
    }
    this.#opened = opened;
    return await this.#handshake(opened.socket);
  }

  timedOut(): ConnectError {
    return this.#errors?.timedOut() ?? timeoutError(this.#plan.host, 'tcp');
  }

  /** Leaves nothing behind, and gives the error that a person should read. */
  async end(error: unknown): Promise<unknown> {
    this.#isOver = true;
    this.#plan.login.end();
    this.#opened?.socket.destroy();
    const explain = error instanceof ConnectError ? this.#opened?.explain : undefined;
    return explain === undefined ? error : await explain(error as ConnectError);
  }

  #handshake(socket: Duplex): Promise<Connection> {
    const { host, login } = this.#plan;
    const client = new Client();
    const errors = new AttemptErrors(host, login, new FirstWords(socket));
    this.#errors = errors;
    const guard = new FloodGuard(host, socket, client);
    return new Promise<Connection>((resolve, reject) => {
      let [exchange, hostKey] = ['', ''];
      client.on('ready', () => {
        resolve({ client, socket, guard, facts: { exchange, hostKey, accepted: login.accepted } });
      });
      guard.onBroken(reject);
      // This listener stays for life: an 'error' that nobody hears would end the process.
      client.on('error', (error: ClientError) => {
        const fatal = errors.judge(error);
        if (fatal !== undefined) reject(fatal);
      });
      client.on('close', () => {
        reject(errors.closed());
      });
      // Nobody is there to think of one. ssh2 would wait for it.
      client.on('change password', () => {
        login.note('the host wants a new password first');
        reject(login.error());
      });
      client.on('connect', () => {
        errors.reached = 'connect';
      });
      client.on('handshake', (agreed) => {
        exchange = exchangeInWords(agreed);
        errors.reached = 'handshake';
      });
      startHandshake(client, this.#plan, socket, (verdict) => {
        if (verdict instanceof ConnectError) errors.untrusted = verdict;
        else hostKey = verdict;
      });
    });
  }
}

function startHandshake(
  client: Client,
  plan: AttemptPlan,
  socket: Duplex,
  judged: (verdict: string | ConnectError) => void,
): void {
  const offer = new PeerOffer(socket);
  client.connect({
    // Its type says Readable; ssh2 writes to it, too.
    sock: socket,
    username: plan.host.user,
    algorithms: plan.algorithms,
    hostVerifier: (shown: Buffer) => {
      const verdict = plan.judgeHostKey(shown, offer.certified);
      judged(verdict);
      return typeof verdict === 'string';
    },
    authHandler: plan.login.handler,
    // Our own timer covers everything from the name lookup on.
    readyTimeout: 0,
    keepaliveInterval: plan.keepaliveMs,
    keepaliveCountMax: plan.host.keepaliveCount ?? keepaliveLimit,
  });
}

function exchangeInWords({ kex, cs }: NegotiatedAlgorithms): string {
  return `${kex}, ${cs.cipher}`;
}

function boundedBy<T>(work: Promise<T>, plan: AttemptPlan, timedOut: () => ConnectError): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(timedOut());
    }, plan.host.connectTimeoutMs);
    const onAbort = (): void => {
      reject(calledOffError(plan.host));
    };
    plan.signal.addEventListener('abort', onAbort);
    work.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      plan.signal.removeEventListener('abort', onAbort);
    });
  });
}
