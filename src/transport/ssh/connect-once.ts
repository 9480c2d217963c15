// One attempt at one connection: name lookup, TCP, handshake, host key and login under one timer and one abort signal.
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import ssh2 from 'ssh2';
import type { Algorithms, Client } from 'ssh2';
import type { ConnectError } from '../../model/index.ts';
import type { HostConnection } from '../port.ts';
import { AttemptErrors } from './attempt-errors.ts';
import type { ClientError } from './attempt-errors.ts';
import { calledOffError } from './connect-errors.ts';
import { FirstWords } from './first-words.ts';
import { FloodGuard } from './flood-guard.ts';
import type { Login } from './login.ts';

/** What an attempt needs to know. */
export interface AttemptPlan {
  readonly host: HostConnection;
  readonly algorithms: Algorithms;
  /** Why a shown host key is not to be trusted, or undefined. There is no attempt without this question. */
  readonly hostKeyError: (shown: Buffer) => ConnectError | undefined;
  readonly login: Login;
  readonly signal: AbortSignal;
  readonly keepaliveMs: number;
}

/** A logged-in ssh2 client and the socket under it. */
export interface Connection {
  readonly client: Client;
  readonly socket: Socket;
  readonly guard: FloodGuard;
}

const keepaliveLimit = 4;
// Node gives each address of a name 250 ms, which is too short for a host across the world.
const autoSelectFamilyAttemptTimeout = 2_000;

/** Rejects with a ConnectError; SSH_CLOSED means that another try may succeed. Leaves no socket behind then. */
export function connectOnce(plan: AttemptPlan): Promise<Connection> {
  const { host } = plan;
  const socket = connect({
    host: host.address,
    port: host.port,
    noDelay: true,
    autoSelectFamilyAttemptTimeout,
  });
  // ssh2 hears of it too, but only once it has the socket.
  socket.on('error', () => undefined);
  const client = new ssh2.Client();
  const errors = new AttemptErrors(host, plan.login, new FirstWords(socket));
  const guard = new FloodGuard(host, socket, client);
  const attempt = new Promise<Connection>((resolve, reject) => {
    client.on('ready', () => {
      resolve({ client, socket, guard });
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
    client.on('connect', () => {
      errors.reached = 'connect';
    });
    client.on('handshake', () => {
      errors.reached = 'handshake';
    });
    startHandshake(client, plan, socket, errors);
  });
  return boundedBy(attempt, plan, () => errors.timedOut()).catch((error: unknown) => {
    socket.destroy();
    plan.login.end();
    throw error;
  });
}

function startHandshake(client: Client, plan: AttemptPlan, socket: Socket, errors: AttemptErrors): void {
  client.connect({
    sock: socket,
    username: plan.host.user,
    algorithms: plan.algorithms,
    hostVerifier: (shown: Buffer) => {
      errors.untrusted = plan.hostKeyError(shown);
      return errors.untrusted === undefined;
    },
    authHandler: plan.login.handler,
    // Our own timer covers everything from the name lookup on.
    readyTimeout: 0,
    keepaliveInterval: plan.keepaliveMs,
    keepaliveCountMax: keepaliveLimit,
  });
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
