// The ssh transport: strict host keys, public keys only, connection starts bounded, early closings tried again.
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import pLimit from 'p-limit';
import type { LimitFunction } from 'p-limit';
import type { Algorithms } from 'ssh2';
import { ConnectError, isMusterError } from '../../model/index.ts';
import type { HostConnection, Session, Transport } from '../port.ts';
import { keyAgent } from './agent.ts';
import type { KeyAgent } from './agent.ts';
import { offeredAlgorithms } from './algorithms.ts';
import { calledOffError, notPreparedError } from './connect-errors.ts';
import { connectOnce } from './connect-once.ts';
import type { Connection } from './connect-once.ts';
import { gatherCredentials } from './credentials.ts';
import type { Credentials } from './credentials.ts';
import { hostKeyError, isAboutHostKey } from './host-key-check.ts';
import { identityReader } from './identity.ts';
import type { Identity } from './identity.ts';
import { knownHostsReader } from './known-hosts-files.ts';
import type { KnownHosts } from './known-hosts-records.ts';
import { Login } from './login.ts';
import { sshSession } from './session.ts';

const retries = 3;
const defaultKeepaliveMs = 15_000;

/** What the transport gets from outside. Files are read through `readFile`, each at most once. */
export interface SshOptions {
  /** How many connections may be in the making at once; running sessions do not count. */
  readonly startLimit: number;
  /** The agent's socket, usually SSH_AUTH_SOCK; undefined or empty means no agent. */
  readonly agentSocket?: string | undefined;
  /** What `~/` stands for in paths. */
  readonly homeDirectory: string;
  readonly readFile: (path: string) => Promise<Buffer>;
  /** Between questions whether the peer lives, 15 s unless set; four without an answer end the connection. */
  readonly keepaliveMs?: number;
  /** Wait before try 1, 2 or 3 after a peer closed before its banner; random, so that many hosts do not come at once. */
  readonly retryDelayMs?: (retry: number) => number;
}

interface Sources {
  readonly options: SshOptions;
  readonly startLimit: LimitFunction;
  readonly agent: KeyAgent | undefined;
  readonly identityAt: (path: string) => Promise<Identity>;
  readonly knownHosts: (paths: readonly string[]) => Promise<KnownHosts>;
  /** What a person should read about the files, and nobody was told yet. */
  readonly notes: string[];
}

/** Makes a transport for one run. Every host key is verified; `connect` throws ConnectError with an SSH_* code. */
export function sshTransport(options: SshOptions): Transport {
  const { agentSocket } = options;
  const notes: string[] = [];
  const sources: Sources = {
    options,
    startLimit: pLimit(options.startLimit),
    agent: agentSocket === undefined || agentSocket === '' ? undefined : keyAgent(agentSocket),
    identityAt: identityReader(options.readFile),
    knownHosts: knownHostsReader(options.readFile, (text) => notes.push(text)),
    notes,
  };
  return {
    connect: (host, signal) => connectHost(sources, withHome(host, options.homeDirectory), signal),
  };
}

async function connectHost(sources: Sources, host: HostConnection, signal: AbortSignal): Promise<Session> {
  const prepared = await untilAborted(host, signal, prepareInTime(sources, host));
  const { address, port, legacyAlgorithms } = host;
  const offer = (types: readonly string[]): Algorithms => offeredAlgorithms(types, legacyAlgorithms);
  let algorithms = offer(prepared.knownHosts.possibleKeyTypes(address, port));
  for (let retry = 1; ;) {
    try {
      const connection = await startConnection(sources, host, prepared, algorithms, signal);
      return sshSession(host, connection, sources.notes.splice(0));
    } catch (error) {
      if (!isMusterError(error)) throw error;
      if (isAboutHostKey(error)) {
        // Which types are recorded for this very host takes a try of every hash, so it is found out only now. A host that
        // has several keys was maybe asked for another one than we know.
        const better = offer(prepared.knownHosts.keyTypes(address, port));
        if (isDeepStrictEqual(better, algorithms)) throw error;
        algorithms = better;
        continue;
      }
      if (retry > retries || error.code !== 'SSH_CLOSED') throw error;
    }
    await untilAborted(host, signal, sleep(retryDelayMs(sources.options, retry), undefined, { signal }));
    retry += 1;
  }
}

interface Prepared {
  readonly knownHosts: KnownHosts;
  readonly credentials: Credentials;
}

// A file that is a pipe, or on a disk that does not answer, must not hold a host up for longer than the host itself may.
async function prepareInTime(sources: Sources, host: HostConnection): Promise<Prepared> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(notPreparedError(host));
    }, host.connectTimeoutMs);
  });
  try {
    return await Promise.race([prepare(sources, host).catch(nameHost(host)), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function prepare(sources: Sources, host: HostConnection): Promise<Prepared> {
  const { identityFile } = host;
  const identity = identityFile === undefined ? undefined : await sources.identityAt(identityFile);
  return {
    knownHosts: await sources.knownHosts(host.knownHosts),
    credentials: await gatherCredentials(host, identity, sources.agent),
  };
}

// Files are read once for all hosts, so their errors do not know which host they stop.
function nameHost(host: HostConnection): (error: unknown) => never {
  return (error) => {
    if (!isMusterError(error) || error.host !== undefined) throw error;
    const { code, message, hint } = error;
    throw new ConnectError(code, message, {
      host: host.name,
      cause: error,
      ...(hint === undefined ? {} : { hint }),
    });
  };
}

// A host that waits in the queue must hear an abort at once, so the queue's turn is raced, not awaited.
function startConnection(
  sources: Sources,
  host: HostConnection,
  prepared: Prepared,
  algorithms: Algorithms,
  signal: AbortSignal,
): Promise<Connection> {
  const turn = sources.startLimit(() => {
    if (signal.aborted) throw calledOffError(host);
    return connectOnce({
      host,
      signal,
      algorithms,
      hostKeyError: (shown) => hostKeyError(host, prepared.knownHosts, shown),
      login: new Login(host, prepared.credentials),
      keepaliveMs: sources.options.keepaliveMs ?? defaultKeepaliveMs,
    });
  });
  // An abort between the end of the attempt and the end of the turn would leave a connection that nobody owns.
  const owned = turn.then((connection) => {
    if (signal.aborted) connection.socket.destroy();
    return connection;
  });
  return untilAborted(host, signal, owned);
}

function untilAborted<T>(host: HostConnection, signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      reject(calledOffError(host));
    };
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', onAbort);
    });
  });
}

function retryDelayMs(options: SshOptions, retry: number): number {
  return options.retryDelayMs?.(retry) ?? 250 * 2 ** retry * (0.5 + Math.random());
}

function withHome(host: HostConnection, homeDirectory: string): HostConnection {
  const expand = (path: string): string =>
    path.startsWith('~/') ? `${homeDirectory}${path.slice(1)}` : path;
  const { identityFile } = host;
  return {
    ...host,
    knownHosts: host.knownHosts.map(expand),
    ...(identityFile === undefined ? {} : { identityFile: expand(identityFile) }),
  };
}
