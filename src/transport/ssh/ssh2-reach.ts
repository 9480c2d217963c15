// The way to a host by ssh2: keys read, host key checked, connection starts bounded, early closings tried again.
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Algorithms } from 'ssh2';
import { ConnectError, isMusterError } from '../../model/index.ts';
import type { HostConnection } from '../port.ts';
import type { KeyAgent } from './agent.ts';
import { offeredAlgorithms } from './algorithms.ts';
import { calledOffError, notPreparedError } from './connect-errors.ts';
import { connectOnce, openSocket } from './connect-once.ts';
import type { AttemptPlan, Connection } from './connect-once.ts';
import { type Credentials, gatherAsSsh, gatherCredentials, isCertificateType } from './credentials.ts';
import { type Destination, recordedName } from './destination.ts';
import { forwardThrough, type HopConnection } from './forward.ts';
import {
  isAboutHostKey,
  recordedKeyError,
  shownKeyError,
  unrecordedError,
  vouchedInWords,
} from './host-key-check.ts';
import type { Identity, IdentityFiles } from './identity.ts';
import type { JumpHosts, Lease } from './jump-hosts.ts';
import type { KnownHosts } from './known-hosts-records.ts';
import { LackingError } from './lacking.ts';
import { Login } from './login.ts';
import type { LoginSecrets } from './login-secrets.ts';
import type { LoginTurns } from './login-turns.ts';
import { openProxyCommand } from './proxy-command.ts';
import { untilAborted } from './until-aborted.ts';

/** So often a login that was dropped is tried again. */
export const retries = 3;

/** What all hosts of a run share. */
export interface Sources {
  readonly turns: LoginTurns;
  readonly agentAt: (socket: string | undefined) => KeyAgent | undefined;
  readonly identities: IdentityFiles;
  readonly password: LoginSecrets['password'];
  readonly pin: NonNullable<LoginSecrets['pin']>;
  readonly knownHosts: (paths: readonly string[]) => Promise<KnownHosts>;
  readonly keepaliveMs: number;
  readonly retryDelayMs: (retry: number) => number;
  /** Whether OpenSSH's own client may reach this host if ssh2 cannot. */
  readonly mayUseOpenssh: (host: Destination) => boolean;
  /** Hears the name of a host that dropped a login which is tried again. */
  readonly dropped: (host: string) => void;
}

/** What ways by ssh2 share beside that. */
export interface Ssh2Sources extends Sources {
  readonly jumpHosts: JumpHosts<HopConnection>;
}

/** Rejects with ConnectError. What of `host` begins with `~` is expanded already. */
export async function connectHost(
  sources: Ssh2Sources,
  host: Destination,
  signal: AbortSignal,
): Promise<Connection> {
  const { route } = host;
  if (route.kind === 'straight') return await connectBy(sources, host, () => openSocket(host), signal);
  if (route.kind === 'command')
    return await connectBy(sources, host, () => openProxyCommand(host, route.command), signal);
  // Before this host's turn: else those who wait for the jump host would hold all turns.
  const taking = sources.jumpHosts.take(route.hop, host, signal);
  const lease = await takenLease(host, signal, taking);
  try {
    return await connectBy(
      sources,
      host,
      async () => ({ socket: await forwardThrough(lease, route.hop, host) }),
      signal,
    );
  } finally {
    lease.release();
  }
}

/** A lease that is let go when nobody wants the host any more. */
export async function takenLease<T>(
  host: Destination,
  signal: AbortSignal,
  taking: Promise<Lease<T>>,
): Promise<Lease<T>> {
  taking.then(
    (lease) => {
      if (signal.aborted) lease.release();
    },
    () => undefined,
  );
  return await untilAborted(host, signal, taking);
}

async function connectBy(
  sources: Sources,
  host: Destination,
  open: AttemptPlan['open'],
  signal: AbortSignal,
): Promise<Connection> {
  const prepared = await untilAborted(host, signal, prepareInTime(sources, host));
  const { address, port } = recordedName(host);
  const offer = (types: readonly string[]): Algorithms =>
    offeredAlgorithms(types, host.legacyAlgorithms, host.algorithms);
  const { knownHosts } = prepared;
  // Which types are recorded for this very host takes a try of every hash, so it is found out only when it matters. A host that
  // has several keys was maybe asked for another one than we know, or than ssh would ask for.
  const exactOffer = (): Algorithms => offer(knownHosts.keyTypes(address, port));
  let algorithms = offer(knownHosts.possibleKeyTypes(address, port));
  const judgeHostKey: AttemptPlan['judgeHostKey'] = (shown, certified) => {
    const verdict = knownHosts.judge(address, port, shown);
    if (verdict.kind === 'known' && verdict.isLenient && !isDeepStrictEqual(exactOffer(), algorithms))
      return unrecordedError(host, shown);
    const error = sources.mayUseOpenssh(host)
      ? shownKeyError(host, knownHosts, shown, certified)
      : recordedKeyError(host, knownHosts, shown);
    return error ?? vouchedInWords(verdict, shown);
  };
  for (let retry = 1; ;) {
    try {
      return await startConnection(sources, { host, prepared, algorithms, open, judgeHostKey }, signal);
    } catch (error) {
      if (!isMusterError(error)) throw error;
      if (isAboutHostKey(error)) {
        const better = exactOffer();
        if (isDeepStrictEqual(better, algorithms)) throw error;
        algorithms = better;
        continue;
      }
      if (retry > retries || error.code !== 'SSH_CLOSED') throw error;
    }
    sources.dropped(host.name);
    await untilAborted(host, signal, sleep(sources.retryDelayMs(retry), undefined, { signal }));
    retry += 1;
  }
}

interface Prepared {
  readonly knownHosts: KnownHosts;
  readonly credentials: Credentials;
}

// A file that is a pipe, or on a disk that does not answer, must not hold a host up for longer than the host itself may.
async function prepareInTime(sources: Sources, host: Destination): Promise<Prepared> {
  return await inTime(host, prepare(sources, host));
}

/** What is read for a host, within its connect_timeout and in its name. Rejects with ConnectError. */
export async function inTime<T>(host: Destination, reading: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(notPreparedError(host));
    }, host.connectTimeoutMs);
  });
  try {
    return await Promise.race([reading.catch(nameHost(host)), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function prepare(sources: Sources, host: Destination): Promise<Prepared> {
  const agent = sources.agentAt(host.agentSocket);
  const password = sources.password(host.name);
  const knownHosts = await sources.knownHosts(host.knownHosts);
  const { named, files } = await identitiesOf(sources.identities, host);
  const credentials =
    files !== undefined
      ? await gatherAsSsh(host, files, agent, password)
      : await gatherCredentials(host, named, agent, password);
  const certificate = sources.mayUseOpenssh(host)
    ? await certificateOf(sources.identities, host, credentials)
    : undefined;
  if (certificate === undefined) return { knownHosts, credentials };
  throw new LackingError(certificate, 'SSH_IDENTITY', `${certificate}, which only OpenSSH's client can use`, {
    host: host.name,
    hint: 'set transport: openssh, or transport: ssh2 to log in with the plain key, for this host and those behind it',
  });
}

/** In words, the certificate that ssh would offer: one beside a key file, or in the agent. */
async function certificateOf(
  identities: IdentityFiles,
  { identityFile, identityFiles }: Destination,
  { heldTypes }: Credentials,
): Promise<string | undefined> {
  for (const path of identityFile === undefined ? identityFiles : [identityFile])
    if (await identities.hasCertificate(path)) return `${path}-cert.pub is a certificate`;
  return heldTypes.some(isCertificateType) ? 'the ssh agent holds a certificate' : undefined;
}

/** The key files of a host: the one that its inventory names, or those of ssh. */
export async function identitiesOf(
  identities: IdentityFiles,
  host: Destination,
): Promise<{ readonly named: Identity | undefined; readonly files?: readonly (Identity | Error)[] }> {
  const { identityFile } = host;
  if (identityFile !== undefined) return { named: await identities.at(identityFile) };
  if (host.identityFiles.length === 0) return { named: undefined };
  const files = await Promise.all(host.identityFiles.map((path) => identityOrError(identities, path)));
  return { named: undefined, files: files.flat() };
}

// Files that ssh_config names need not exist: ssh has many files that it tries. One that holds no usable key is reported if
// no other key is accepted.
async function identityOrError(
  identities: IdentityFiles,
  path: string,
): Promise<readonly (Identity | Error)[]> {
  try {
    return [await identities.at(path)];
  } catch (error) {
    if (!isMusterError(error)) throw error;
    const { cause } = error;
    return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT' ? [] : [error];
  }
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

type Try = Pick<AttemptPlan, 'host' | 'algorithms' | 'open' | 'judgeHostKey'> & {
  readonly prepared: Prepared;
};

// A host that waits in the queue must hear an abort at once, so the queue's turn is raced, not awaited.
function startConnection(
  sources: Sources,
  { host, algorithms, open, judgeHostKey, prepared }: Try,
  signal: AbortSignal,
): Promise<Connection> {
  const turn = sources.turns.take(host, () => {
    if (signal.aborted) throw calledOffError(host);
    return connectOnce({
      host,
      signal,
      algorithms,
      open,
      judgeHostKey,
      login: new Login(host, prepared.credentials),
      keepaliveMs: host.keepaliveMs ?? sources.keepaliveMs,
    });
  });
  // An abort between the end of the attempt and the end of the turn would leave a connection that nobody owns.
  const owned = turn.then((connection) => {
    if (signal.aborted) connection.socket.destroy();
    return connection;
  });
  return untilAborted(host, signal, owned);
}
