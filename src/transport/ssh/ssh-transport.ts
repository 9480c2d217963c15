// The ssh transport: each host as the inventory and the operator's ssh_config say it, by ssh2, or by OpenSSH's own client.
import type { MusterError } from '../../model/index.ts';
import type { HostConnection, Session, Transport } from '../port.ts';
import type { OpensshReach } from '../openssh/openssh-reach.ts';
import { keyAgent } from './agent.ts';
import type { KeyAgent } from './agent.ts';
import { Resolver, type Surroundings } from './config/resolve.ts';
import { type Destination, plainDestination, recordedName } from './destination.ts';
import { keptConnection } from './forward.ts';
import { identityFiles } from './identity.ts';
import { JumpHosts } from './jump-hosts.ts';
import { knownHostsReader } from './known-hosts-files.ts';
import { lackingIn } from './lacking.ts';
import { LoginDrops } from './login-drops.ts';
import { type LoginSecrets, noSecrets } from './login-secrets.ts';
import { LoginTurns } from './login-turns.ts';
import { sshSession } from './session.ts';
import { unlockKeys } from './unlock-keys.ts';
import { connectHost, inTime, type Sources, type Ssh2Sources } from './ssh2-reach.ts';

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
  /** The inventory around a host, and the operator's own ssh; without it a host is what its connection says, and no more. */
  readonly surroundings?: Surroundings;
  /** Wait before try 1, 2 or 3 after a peer closed before its banner; random, so that many hosts do not come at once. */
  readonly retryDelayMs?: (retry: number) => number;
  /**
   * OpenSSH's own client may be used, for hosts that want it and for those that ssh2 cannot reach. Otherwise what ssh2 has not is
   * refused by its name.
   */
  readonly openssh?: boolean;
  /** Passwords and passphrases; without them only keys that need none are used. */
  readonly secrets?: LoginSecrets;
}

/** Makes a transport for one run. Every host key is verified; `connect` throws ConnectError with an SSH_* code. */
export function sshTransport(options: SshOptions): Transport {
  return new SshTransport(options);
}

class SshTransport implements Transport {
  readonly #options: SshOptions;
  readonly #resolver: Resolver | undefined;
  readonly #sources: Ssh2Sources;
  readonly #drops = new LoginDrops();
  /** What a person should read, and nobody has read yet. */
  readonly #notes: string[] = [];
  readonly #toldReasons = new Set<string>();
  #openssh: Promise<OpensshReach> | undefined;

  constructor(options: SshOptions) {
    this.#options = options;
    const { surroundings, homeDirectory, readFile, secrets = noSecrets } = options;
    if (surroundings !== undefined)
      this.#resolver = new Resolver(surroundings, homeDirectory, options.openssh === true);
    const sources: Sources = {
      turns: new LoginTurns(options.startLimit),
      agentAt: agents(options.agentSocket),
      identities: identityFiles(readFile, secrets.passphrases),
      password: secrets.password,
      pin: secrets.pin ?? (() => undefined),
      knownHosts: knownHostsReader(readFile, (text) => this.#notes.push(text)),
      keepaliveMs: options.keepaliveMs ?? defaultKeepaliveMs,
      retryDelayMs: options.retryDelayMs ?? ((retry) => 250 * 2 ** retry * (0.5 + Math.random())),
      mayUseOpenssh: (host) => this.#mayUseOpenssh(host),
      dropped: (name) => {
        this.#drops.add(name);
      },
    };
    const jumpHosts = new JumpHosts(async (hop, signal) =>
      keptConnection(await connectHost(this.#sources, hop, signal)),
    );
    this.#sources = { ...sources, jumpHosts };
  }

  async prepare(hosts: readonly HostConnection[]): Promise<void> {
    const { askPassphrase, askPin } = this.#options.secrets ?? noSecrets;
    if (askPassphrase === undefined && askPin === undefined) return;
    const destinations = await Promise.all(
      // What cannot be resolved is reported when muster connects to the host.
      hosts.map((host) => this.#destination(host).catch(() => [])),
    );
    if (askPassphrase !== undefined) await unlockKeys(destinations.flat(), this.#sources, askPassphrase);
    for (const provider of this.#providers(destinations.flat())) await askPin?.(provider);
  }

  async connect(host: HostConnection, signal: AbortSignal): Promise<Session> {
    const destination = await this.#destination(host);
    const why = await this.#whyOpenssh(destination);
    if (why !== undefined) return await this.#byOpenssh(destination, why, signal);
    try {
      return await this.#bySsh2(destination, signal);
    } catch (error) {
      if (!this.#mayUseOpenssh(destination) || signal.aborted) throw error;
      const lacking = lackingIn(error) ?? (await this.#refusedButOpen(destination, error));
      if (lacking === undefined) throw error;
      return await this.#byOpenssh(destination, lacking, signal);
    }
  }

  /** Why OpenSSH's client may be let in where ssh2 was refused: the operator has a connection open that was let in. */
  async #refusedButOpen(host: Destination, error: unknown): Promise<string | undefined> {
    const [refused, atJump] = /^SSH_(JUMP_)?(AUTH_FAILED|IDENTITY)$/.exec((error as MusterError).code) ?? [];
    if (refused === undefined) return undefined;
    for (const each of atJump === undefined ? [host] : hopsOf(host))
      if (each.controlPath !== undefined && (await (await this.#opensshReach()).hasOpenMaster(each)))
        return `${each.name} refuses the login of muster, and your ssh has a connection open`;
    return undefined;
  }

  droppedLogins(): ReadonlyMap<string, number> {
    return this.#drops.counts;
  }

  close(): void {
    this.#sources.jumpHosts.close();
    this.#openssh?.then(
      (reach) => {
        reach.close();
      },
      () => undefined,
    );
  }

  async #destination(host: HostConnection): Promise<Destination> {
    const resolved =
      this.#resolver === undefined ? plainDestination(host) : await this.#resolver.resolve(host);
    return withHome(resolved, this.#options.homeDirectory);
  }

  /** Libraries of tokens that logins to these hosts, and to those on the way, may want a PIN for. */
  #providers(hosts: readonly Destination[]): ReadonlySet<string> {
    const all = hosts.flatMap((host) => [host, ...hopsOf(host)]);
    return new Set(
      all.flatMap((host) => {
        const { pkcs11Provider: provider, name } = host;
        const isWanted = provider !== undefined && this.#mayUseOpenssh(host);
        return isWanted && this.#sources.pin(provider, name) === undefined ? [provider] : [];
      }),
    );
  }

  async #bySsh2(host: Destination, signal: AbortSignal): Promise<Session> {
    const connection = await connectHost(this.#sources, host, signal);
    return sshSession(host, connection, this.#takeNotes());
  }

  // Few hosts need it.
  #opensshReach(): Promise<OpensshReach> {
    const { agentSocket, surroundings } = this.#options;
    return (this.#openssh ??= import('../openssh/openssh-reach.ts').then(
      (module) =>
        new module.OpensshReach({ ...this.#sources, agentSocket, configFile: surroundings?.configFile }),
    ));
  }

  async #byOpenssh(host: Destination, why: string, signal: AbortSignal): Promise<Session> {
    const reach = await this.#opensshReach();
    return await reach.connect(host, signal, () => [...this.#takeReason(why), ...this.#takeNotes()]);
  }

  /** Told with the first host that was reached for it: a host that was not has an error, and its note would be another host's. */
  #takeReason(why: string): readonly string[] {
    if (why === '' || this.#toldReasons.has(why)) return [];
    this.#toldReasons.add(why);
    return [`muster uses OpenSSH's ssh for this host, and for others like it: ${why}`];
  }

  /** Undefined when ssh2 can do it as far as anybody knows; empty when there is nothing to report. */
  async #whyOpenssh(host: Destination): Promise<string | undefined> {
    if (!this.#mayUseOpenssh(host)) return undefined;
    const own = host.transport === 'openssh' ? '' : host.lacking;
    if (own !== undefined) return own;
    if (host.route.kind === 'jump') {
      const { hop } = host.route;
      const why = await this.#whyOpenssh(hop);
      if (why !== undefined) return why === '' ? '' : `its jump host ${hop.name}: ${why}`;
    }
    const { address, port } = recordedName(host);
    // What is wrong with the files is reported when they are needed.
    const known = await inTime(host, this.#sources.knownHosts(host.knownHosts)).catch(() => undefined);
    return known?.hasOnlyAuthority(address, port) === true
      ? 'known_hosts names a certificate authority for its host key'
      : undefined;
  }

  #mayUseOpenssh({ transport }: Destination): boolean {
    return this.#options.openssh === true && transport !== 'ssh2';
  }

  #takeNotes(): readonly string[] {
    return this.#notes.splice(0);
  }
}

function hopsOf({ route }: Destination): readonly Destination[] {
  return route.kind === 'jump' ? [route.hop, ...hopsOf(route.hop)] : [];
}

/** One agent for each socket: what is asked of it is asked once. */
function agents(usual: string | undefined): Sources['agentAt'] {
  const agentsBySocket = new Map<string, KeyAgent>();
  return (socket = usual) => {
    if (socket === undefined || socket === '') return undefined;
    const agent = agentsBySocket.get(socket) ?? keyAgent(socket);
    agentsBySocket.set(socket, agent);
    return agent;
  };
}

/** The host, and those on the way to it. */
function withHome(host: Destination, homeDirectory: string): Destination {
  const expand = (path: string): string =>
    path.startsWith('~/') ? `${homeDirectory}${path.slice(1)}` : path;
  const { identityFile, agentSocket, controlPath, route } = host;
  return {
    ...host,
    route: route.kind === 'jump' ? { ...route, hop: withHome(route.hop, homeDirectory) } : route,
    knownHosts: host.knownHosts.map(expand),
    identityFiles: host.identityFiles.map(expand),
    ...(identityFile === undefined ? {} : { identityFile: expand(identityFile) }),
    ...(agentSocket === undefined ? {} : { agentSocket: expand(agentSocket) }),
    ...(controlPath === undefined ? {} : { controlPath: expand(controlPath) }),
  };
}
