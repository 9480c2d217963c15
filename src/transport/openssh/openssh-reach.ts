// The way to a host by OpenSSH's own client: one client for each host, logged in once, and one for each jump host.
import { setTimeout as sleep } from 'node:timers/promises';
import { type ConnectError, isMusterError } from '../../model/index.ts';
import type { LoginFacts, Session } from '../port.ts';
import { calledOffError } from '../ssh/connect-errors.ts';
import { type Destination, recordedName } from '../ssh/destination.ts';
import { isAboutHostKey, recordedKeyError } from '../ssh/host-key-check.ts';
import { JumpHosts, type Kept } from '../ssh/jump-hosts.ts';
import type { KnownHosts } from '../ssh/known-hosts-records.ts';
import { lackingIn } from '../ssh/lacking.ts';
import { identitiesOf, inTime, retries, type Sources, takenLease } from '../ssh/ssh2-reach.ts';
import { PasswordLogin } from '../ssh/password-login.ts';
import { untilAborted } from '../ssh/until-aborted.ts';
import { type Answers, askpassProgram } from './askpass.ts';
import type { ClientPlan } from './client-arguments.ts';
import { ControlDirectory } from './control-directory.ts';
import { LoginFailure, type Master, startMaster } from './master.ts';
import { operatorsMaster, otherUserError, userOf } from './operators-master.ts';
import { ClientSession } from './client-session.ts';
import { OpensshSession } from './openssh-session.ts';
import { scanKey } from './shown-key.ts';
import { TokenPins } from './token-pins.ts';

/** What all hosts share. */
export interface OpensshSources extends Sources {
  readonly agentSocket: string | undefined;
  /** The file that ssh reads in place of the operator's own. */
  readonly configFile: string | undefined;
}

/** What differs between logins. */
type LoginPlan = Pick<ClientPlan, 'asksDns' | 'revokedKeys' | 'hopSocket' | 'onlyKey'>;

/** Logs in to hosts. */
export class OpensshReach {
  readonly #sources: OpensshSources;
  readonly #directory = new ControlDirectory();
  readonly #jumpHosts: JumpHosts<Master & Kept>;
  readonly #masters = new Set<Master>();
  readonly #pins = new TokenPins();

  constructor(sources: OpensshSources) {
    this.#sources = sources;
    this.#jumpHosts = new JumpHosts(async (hop, signal) => {
      const master = await this.#master(hop, signal);
      return {
        ...master,
        onGone: (told) => {
          master.ended.then(told, told);
        },
      };
    });
  }

  /** Rejects with ConnectError. What of `host` begins with `~` is expanded already. */
  async connect(
    host: Destination,
    signal: AbortSignal,
    takeNotes: () => readonly string[],
  ): Promise<Session> {
    const master = await this.#master(host, signal);
    if (master.isOperators !== true) return await OpensshSession.open(host, master, takeNotes());
    const note = `muster uses the connection that your ssh keeps open at ${master.socket}`;
    const session = new ClientSession(host, master, [...takeNotes(), note]);
    const user = await untilAborted(host, signal, userOf(session, host.readyTimeoutMs));
    if (user === host.user) return session;
    session.close();
    throw otherUserError(host, master.socket, user);
  }

  /** Whether the operator's own ssh has a connection to this very host open. */
  async hasOpenMaster({ controlPath }: Destination): Promise<boolean> {
    const master = await operatorsMaster(controlPath);
    master?.end();
    return master !== undefined;
  }

  /** Ends what is kept between hosts, and whatever was not ended yet. */
  close(): void {
    this.#jumpHosts.close();
    for (const master of this.#masters) master.end();
    Promise.all([...this.#masters].map(({ ended }) => ended)).then(
      () => {
        this.#directory.close();
      },
      () => undefined,
    );
  }

  async #master(host: Destination, signal: AbortSignal): Promise<Master> {
    const knownHosts = await untilAborted(host, signal, inTime(host, this.#read(host)));
    if (host.route.kind !== 'jump') return await this.#reach(host, knownHosts, signal);
    const taking = this.#jumpHosts.take(host.route.hop, host, signal);
    const lease = await takenLease(host, signal, taking);
    try {
      const master = await this.#reach(host, knownHosts, signal, lease.connection.socket);
      const leave = lease.hold();
      master.ended.then(leave, leave);
      return master;
    } finally {
      lease.release();
    }
  }

  /** Like ssh, it takes a connection that is open before it logs in; but the host's key is checked all the same. */
  async #reach(
    host: Destination,
    knownHosts: KnownHosts,
    signal: AbortSignal,
    hopSocket?: string,
  ): Promise<Master> {
    const open = await operatorsMaster(host.controlPath);
    const login = {
      ...this.#trustByDns(host, knownHosts),
      ...(hopSocket === undefined ? {} : { hopSocket }),
    };
    if (open === undefined) return await this.#login(host, knownHosts, signal, login);
    try {
      const { exchange, hostKey } = await this.#keyChecked(host, knownHosts, signal, login);
      this.#keep(open, signal);
      return { ...open, login: { ...open.login, exchange, hostKey } };
    } catch (error) {
      open.end();
      throw error;
    }
  }

  /** A login that offers nothing, so it is refused behind the check of the host's key. Rejects with ConnectError. */
  async #keyChecked(
    host: Destination,
    knownHosts: KnownHosts,
    signal: AbortSignal,
    login: LoginPlan,
  ): Promise<LoginFacts> {
    const outcome = await this.#tried(host, { ...login, onlyKey: true }, signal);
    if (!(outcome instanceof LoginFailure)) {
      outcome.end();
      return outcome.login;
    }
    if (outcome.error.code === 'SSH_AUTH_FAILED') return outcome.words.login;
    throw await this.#explained(host, knownHosts, outcome);
  }

  /** What is wrong with the inventory's files is found out before anybody is contacted. */
  async #read(host: Destination): Promise<KnownHosts> {
    if (host.identityFile !== undefined) {
      await this.#sources.identities.at(host.identityFile).catch((error: unknown) => {
        if (lackingIn(error) === undefined) throw error;
      });
    }
    return await this.#sources.knownHosts(host.knownHosts);
  }

  async #login(
    host: Destination,
    knownHosts: KnownHosts,
    signal: AbortSignal,
    login: LoginPlan,
  ): Promise<Master> {
    const outcome = await this.#tried(host, login, signal);
    if (outcome instanceof LoginFailure) throw await this.#explained(host, knownHosts, outcome);
    return outcome;
  }

  /** A dropped login is tried again. */
  async #tried(host: Destination, login: LoginPlan, signal: AbortSignal): Promise<Master | LoginFailure> {
    for (let retry = 1; ; retry += 1) {
      const outcome = await this.#start(host, login, signal);
      const isDropped = outcome instanceof LoginFailure && outcome.error.code === 'SSH_CLOSED';
      if (!isDropped || retry > retries) return outcome;
      this.#sources.dropped(host.name);
      await untilAborted(host, signal, sleep(this.#sources.retryDelayMs(retry), undefined, { signal }));
    }
  }

  /**
   * ssh takes a key that the DNS vouches for although known_hosts revokes it, so it gets these keys in a file of their own. There is
   * place for one such file.
   */
  #trustByDns(host: Destination, knownHosts: KnownHosts): Pick<ClientPlan, 'asksDns' | 'revokedKeys'> {
    if (host.asksDns !== true) return {};
    const { address, port } = recordedName(host);
    const revoked = knownHosts.revocations(address, port);
    if (revoked.length === 0) return { asksDns: true };
    if (host.revokedHostKeys !== undefined) return {};
    const lines = revoked.map(({ keyType, key }) => `${keyType} ${key.toString('base64')}\n`);
    return { asksDns: true, revokedKeys: this.#directory.file(lines.join('')) };
  }

  async #start(host: Destination, login: LoginPlan, signal: AbortSignal): Promise<Master | LoginFailure> {
    const { turns, keepaliveMs, agentSocket } = this.#sources;
    const configFile = host.ignoresConfig === true ? 'none' : this.#sources.configFile;
    const plan = {
      host,
      socket: this.#directory.next(),
      keepaliveMs: host.keepaliveMs ?? keepaliveMs,
      ...login,
      ...(configFile === undefined ? {} : { configFile }),
    };
    const asked = login.onlyKey === true ? Promise.resolve(undefined) : this.#answersFor(host);
    const answers = await untilAborted(host, signal, inTime(host, asked));
    const turn = turns.take(host, async () => {
      if (signal.aborted) throw calledOffError(host);
      const outcome = await startMaster(plan, agentSocket, signal, answers);
      if (!(outcome instanceof LoginFailure)) this.#keep(outcome, signal);
      return outcome;
    });
    return await untilAborted(host, signal, turn);
  }

  /** Undefined for a host that has nothing to be asked for. */
  async #answersFor(host: Destination): Promise<Answers | undefined> {
    const { identities, password: passwordOf } = this.#sources;
    const password = passwordOf(host.name);
    const { pkcs11Provider: provider } = host;
    const pin = provider === undefined ? undefined : this.#sources.pin(provider, host.name);
    const { named, files = [] } = await identitiesOf(identities, host).catch(() => ({
      named: undefined,
      files: [],
    }));
    const passphrases = new Map(
      [named ?? [], ...files]
        .flat()
        .flatMap((file) =>
          file instanceof Error || file.passphrase === undefined
            ? []
            : [[file.path, file.passphrase] as const],
        ),
    );
    if (password === undefined && passphrases.size === 0 && pin === undefined) return undefined;
    return {
      program: this.#directory.program('askpass', askpassProgram()),
      passphrases,
      password: password === undefined ? undefined : new PasswordLogin(host.user, password),
      ...(provider === undefined || pin === undefined
        ? {}
        : { pin: async () => await this.#pins.take(provider, pin) }),
    };
  }

  #keep(master: Master, signal: AbortSignal): void {
    this.#masters.add(master);
    const forget = (): void => {
      this.#masters.delete(master);
    };
    master.ended.then(forget, forget);
    // Between the login and the end of its turn.
    if (signal.aborted) master.end();
  }

  /** A refused host key is reported with what is recorded, and with the line to add. */
  async #explained(
    host: Destination,
    knownHosts: KnownHosts,
    { error, words }: LoginFailure,
  ): Promise<ConnectError> {
    if (!isAboutHostKey(error) || words.shownKey === undefined || host.route.kind !== 'straight')
      return error;
    const shown = await scanKey(host, words.shownKey);
    const { address, port } = recordedName(host);
    if (shown === undefined || knownHosts.hasOnlyAuthority(address, port)) return error;
    const better = recordedKeyError(host, knownHosts, shown);
    return better !== undefined && isMusterError(better) && better.code === error.code ? better : error;
  }
}
