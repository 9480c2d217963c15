// One login over one connection: offers public keys one after the other and remembers why none was taken.
import type { AnyAuthMethod, AuthHandlerMiddleware, AuthenticationType, ParsedKey } from 'ssh2';
import type { ConnectError } from '../../model/index.ts';
import type { HostConnection } from '../port.ts';
import { authError } from './connect-errors.ts';
import type { Credentials } from './credentials.ts';

/** The state of one login. Only public keys are ever offered. */
export class Login {
  readonly #host: HostConnection;
  readonly #credentials: Credentials;
  readonly #methods: AnyAuthMethod[] = [];
  readonly #notes: string[] = [];
  readonly #over = new AbortController();
  #accepts: readonly string[] = [];
  #wantedSha1 = false;
  #exhausted = false;

  constructor(host: HostConnection, credentials: Credentials) {
    this.#host = host;
    this.#credentials = credentials;
    const { key, agent, agentKeys } = credentials;
    const username = host.user;
    if (key !== undefined) this.#methods.push({ type: 'publickey', username, key: this.#withoutSha1(key) });
    if (agent !== undefined && agentKeys.length > 0) {
      const restricted = agent.restrictedTo(agentKeys, (hash) => this.#refuses(hash), this.#over.signal);
      this.#methods.push({ type: 'agent', username, agent: restricted });
    }
  }

  /** For ssh2: the next method each time, `false` after the last. */
  readonly handler: AuthHandlerMiddleware = (accepted: AuthenticationType[] | null, _partial, next) => {
    if (accepted !== null) this.#accepts = accepted;
    const method = this.#methods.shift();
    if (method === undefined) this.#exhausted = true;
    // ssh2 ends the login on `false`, which its type does not know.
    next(method ?? (false as unknown as AuthenticationType));
  };

  /** True when every key was refused: only then is an authentication error of ssh2 the end. */
  get exhausted(): boolean {
    return this.#exhausted;
  }

  /** Keeps something that went wrong on the way for the error at the end. */
  note(text: string): void {
    this.#notes.push(text);
  }

  /** Nobody waits for this login any more: what an agent is being asked for it is taken back. */
  end(): void {
    this.#over.abort();
  }

  /** The error that says what was offered and what came back. */
  error(): ConnectError {
    return authError(this.#host, {
      offered: this.#credentials.descriptions,
      accepts: this.#accepts,
      wantedSha1: this.#wantedSha1,
      notes: this.#notes,
    });
  }

  // ssh2 falls back to ssh-rsa, that is SHA-1, when a host does not announce rsa-sha2 (before OpenSSH 7.2).
  #refuses(hash: string | undefined): boolean {
    if (hash !== 'sha1' || this.#host.legacyAlgorithms) return false;
    this.#wantedSha1 = true;
    return true;
  }

  #withoutSha1(key: ParsedKey): ParsedKey {
    const guarded = Object.create(key) as ParsedKey;
    // ssh2 takes a returned Error for a failed signature and goes on to the next method.
    guarded.sign = (data, hash) =>
      this.#refuses(hash)
        ? (new Error('a SHA-1 signature was refused') as unknown as Buffer)
        : key.sign(data, hash);
    return guarded;
  }
}
