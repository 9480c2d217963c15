// An sshd inside the test process (ssh2's Server) that runs commands with /bin/sh, and the files a client needs for it.
import { spawn } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import ssh2 from 'ssh2';
import type { Algorithms, AuthContext, Connection, ParsedKey, ServerChannel } from 'ssh2';
import type { HostConnection } from '../../../src/transport/index.ts';
import { ample } from '../../support/ample.ts';

/** What a server is made of; the defaults let the test user in with an ed25519 key. */
export interface SshdOptions {
  readonly hostKeys?: readonly string[];
  readonly algorithms?: Algorithms;
  /** Which keys are let in, and with which signature algorithm. */
  readonly accepts?: (key: ParsedKey, signatureAlgorithm: string) => boolean;
  /** OpenSSH before 7.2 does not announce which signatures it verifies. */
  readonly announcesSignatures?: boolean;
  /** Answers every exec request with a failure. */
  readonly refusesExec?: boolean;
  /** Never answers from here on, though the connection stays up and keepalives are answered. */
  readonly silentAt?: 'login' | 'channel' | 'exec';
  /** Gets each connection before anything is said on it. */
  readonly onConnection?: (connection: Connection) => void;
  /** Takes the place of asking for keys. */
  readonly onLogin?: (context: AuthContext) => void;
  /** Takes the place of running the command. */
  readonly onExec?: (channel: ServerChannel, command: string) => void;
}

/** A running server. */
export interface InProcessSshd {
  readonly port: number;
  readonly hostPublicKeys: readonly string[];
  /** How many logins were begun, by key type, in order. */
  readonly offers: readonly string[];
  /** The most connections that were ever there and not yet logged in. */
  mostUnauthenticated(): number;
  readonly stop: () => Promise<void>;
}

const keys = new Map<string, { readonly private: string; readonly public: string }>();

/** A key pair by name, made once per test file. */
export function keyPair(name: string, kind: 'ed25519' | 'rsa' | 'ecdsa-521' = 'ed25519') {
  const made = keys.get(name) ?? makeKeyPair(kind);
  keys.set(name, made);
  return made;
}

// ssh2 writes about one ed25519 key in 256 in a form that it then cannot read.
function makeKeyPair(kind: 'ed25519' | 'rsa' | 'ecdsa-521') {
  for (let tries = 0; tries < 5; tries += 1) {
    const made = generate(kind);
    if (!(ssh2.utils.parseKey(made.private) instanceof Error)) return made;
  }
  throw new Error(`no readable ${kind} key in five tries`);
}

function generate(kind: 'ed25519' | 'rsa' | 'ecdsa-521') {
  if (kind === 'rsa') return ssh2.utils.generateKeyPairSync('rsa', { bits: 2048 });
  if (kind === 'ecdsa-521') return ssh2.utils.generateKeyPairSync('ecdsa', { bits: 521 });
  return ssh2.utils.generateKeyPairSync('ed25519');
}

/** Starts a server on a loopback port. */
export async function startSshd(options: SshdOptions = {}): Promise<InProcessSshd> {
  const hostKeys = options.hostKeys ?? [keyPair('host').private];
  const connections = new Set<Connection>();
  const offers: string[] = [];
  let unauthenticated = 0;
  let most = 0;
  const server = new ssh2.Server(
    {
      hostKeys: [...hostKeys],
      ...(options.algorithms === undefined ? {} : { algorithms: options.algorithms }),
    },
    (connection) => {
      connections.add(connection);
      unauthenticated += 1;
      most = Math.max(most, unauthenticated);
      if (options.announcesSignatures === false) muteSignatures(connection);
      connection.on('error', () => undefined);
      connection.on('close', () => connections.delete(connection));
      options.onConnection?.(connection);
      connection.on('ready', () => {
        unauthenticated -= 1;
      });
      if (options.silentAt === 'login') connection.on('authentication', () => undefined);
      else if (options.onLogin !== undefined) connection.on('authentication', options.onLogin);
      else letIn(connection, options, offers);
      serve(connection, options);
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    hostPublicKeys: hostKeys.map((key) => publicLine(key)),
    offers,
    mostUnauthenticated: () => most,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const connection of connections) connection.end();
      }),
  };
}

function publicLine(privateKey: string): string {
  const key = parsed(privateKey);
  return `${key.type} ${key.getPublicSSH().toString('base64')}`;
}

function parsed(key: string): ParsedKey {
  const result = ssh2.utils.parseKey(key);
  if (result instanceof Error) throw result;
  return result;
}

function letIn(connection: Connection, options: SshdOptions, offers: string[]): void {
  const accepts =
    options.accepts ??
    ((key: ParsedKey) => key.getPublicSSH().equals(parsed(keyPair('user').public).getPublicSSH()));
  connection.on('authentication', (context) => {
    if (context.method !== 'publickey') {
      offers.push(context.method);
      context.reject(['publickey']);
      return;
    }
    const { key, blob, signature, hashAlgo } = context;
    const algorithm = hashAlgo === undefined ? key.algo : `rsa-sha2-${hashAlgo.replace('sha', '')}`;
    const publicKey = parsed(`${key.algo} ${key.data.toString('base64')}`);
    // Without a signature the client only asks whether this key would do.
    if (signature === undefined) offers.push(algorithm);
    const good =
      signature === undefined || (blob !== undefined && publicKey.verify(blob, signature, hashAlgo));
    if (good && accepts(publicKey, algorithm)) context.accept();
    else context.reject(['publickey']);
  });
}

function serve(connection: Connection, options: SshdOptions): void {
  const onExec = options.onExec ?? runCommand;
  connection.on('session', (accept) => {
    if (options.silentAt === 'channel') return;
    accept().on('exec', (acceptExec, reject, info) => {
      if (options.silentAt === 'exec') return;
      if (options.refusesExec === true) reject();
      else onExec(acceptExec(), info.command);
    });
  });
}

function runCommand(channel: ServerChannel, command: string): void {
  const child = spawn('/bin/sh', ['-c', command], { detached: true });
  channel.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  channel.pipe(child.stdin);
  child.stdout.pipe(channel, { end: false });
  child.stderr.pipe(channel.stderr, { end: false });
  channel.once('close', () => {
    child.stdin.destroy();
    child.stdout.destroy();
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  });
  child.once('close', (status, signal) => {
    if (signal === null) channel.exit(status ?? 255);
    else channel.exit(signal.replace(/^SIG/, ''), false, '');
    channel.end();
  });
}

// ssh2's Server always sends server-sig-algs to a client that can read it; an old sshd does not know the message.
function muteSignatures(connection: Connection): void {
  const protocol = (connection as unknown as { _protocol: Record<string, unknown> })._protocol;
  let exchange: object | undefined;
  Object.defineProperty(protocol, '_kex', {
    get: () => exchange,
    set: (next: object | undefined) => {
      exchange = next;
      if (next !== undefined) {
        Object.defineProperty(next, 'remoteExtInfoEnabled', { get: () => false, set: () => undefined });
      }
    },
  });
}

/** The files that a client of these servers reads, by path. */
export function clientFiles(files: Readonly<Record<string, string>>): (path: string) => Promise<Buffer> {
  return (path) => {
    const text = files[path];
    if (text !== undefined) return Promise.resolve(Buffer.from(text));
    return Promise.reject(
      Object.assign(new Error(`ENOENT: no such file, open '${path}'`), { code: 'ENOENT' }),
    );
  };
}

/** known_hosts text for a server on a loopback port. */
export function knownHostsText(port: number, publicKeys: readonly string[]): string {
  return publicKeys.map((key) => `[127.0.0.1]:${port} ${key}\n`).join('');
}

type HostOverrides = Omit<Partial<HostConnection>, 'identityFile'> & {
  readonly identityFile?: string | undefined;
};

/** A host entry for a loopback port; `identityFile: undefined` leaves it out. */
export function loopbackHost(port: number, overrides: HostOverrides = {}): HostConnection {
  const { identityFile, ...rest } = { identityFile: '~/id', ...overrides };
  return {
    name: 'ns1',
    address: '127.0.0.1',
    port,
    user: 'root',
    knownHosts: ['~/known_hosts'],
    agent: false,
    become: 'none',
    ...ample,
    legacyAlgorithms: false,
    ...(identityFile === undefined ? {} : { identityFile }),
    ...rest,
  };
}
