// One login over one connection: offers public keys one after the other, then the password, and remembers why none was taken.
import type { AnyAuthMethod, AuthHandlerMiddleware, AuthenticationType, ParsedKey } from 'ssh2';
import type { ConnectError } from '../../model/index.ts';
import { authError } from './connect-errors.ts';
import { beyondSsh2, type Credentials } from './credentials.ts';
import type { Destination } from './destination.ts';
import { asLacking } from './lacking.ts';
import { PasswordLogin } from './password-login.ts';

/** The state of one login. Public keys are offered, and the password once where there is one. */
export class Login {
  readonly #host: Destination;
  readonly #credentials: Credentials;
  readonly #methods: AnyAuthMethod[] = [];
  readonly #notes: string[] = [];
  readonly #over = new AbortController();
  readonly #password: PasswordLogin | undefined;
  readonly #tried = new Set<string>();
  /** What was offered last, and what of it was accepted though the host wants more. */
  #last = 'nothing: the host asks for no proof';
  readonly #accepted: string[] = [];
  #keysTried = 0;
  #accepts: readonly string[] = [];
  #wantedSha1 = false;
  #exhausted = false;

  constructor(host: Destination, credentials: Credentials) {
    this.#host = host;
    this.#credentials = credentials;
    this.#notes.push(...credentials.passedOver);
    const { password } = credentials;
    this.#password = password === undefined ? undefined : new PasswordLogin(host.user, password);
    const methods = [this.#ofFiles(credentials), this.#ofAgent(credentials)];
    this.#methods.push(...(credentials.isAgentFirst ? methods.toReversed() : methods).flat());
  }

  #ofFiles({ keys }: Credentials): readonly AnyAuthMethod[] {
    const username = this.#host.user;
    return keys.map((key) => ({ type: 'publickey', username, key: this.#withoutSha1(key) }));
  }

  #ofAgent({ agent, agentKeys }: Credentials): readonly AnyAuthMethod[] {
    if (agent === undefined || agentKeys.length === 0) return [];
    // One method for each key: between two the host may say that it has enough of keys, and wants a password.
    return agentKeys.map((key) => ({
      type: 'agent',
      username: this.#host.user,
      agent: agent.restrictedTo([key], (hash) => this.#refuses(hash), this.#over.signal),
    }));
  }

  /** For ssh2: the next method each time, `false` after the last. */
  readonly handler: AuthHandlerMiddleware = (
    accepted: AuthenticationType[] | null,
    isPartial: boolean | null,
    next,
  ) => {
    if (accepted !== null) this.#accepts = accepted;
    if (isPartial === true) this.#accepted.push(this.#last);
    const method = this.#nextMethod(accepted !== null);
    if (method === undefined) this.#exhausted = true;
    // ssh2 ends the login on `false`, which its type does not know.
    next(method ?? (false as unknown as AuthenticationType));
  };

  #nextMethod(isAnswered: boolean): AnyAuthMethod | undefined {
    if (!isAnswered) {
      // Only an answer says which methods there are.
      return this.#nextKey() ?? { type: 'none', username: this.#host.user };
    }
    const key = this.#accepts.includes('publickey') ? this.#nextKey() : undefined;
    if (key !== undefined) return key;
    const method = this.#password?.next(this.#accepts, this.#tried);
    if (method === undefined) return undefined;
    this.#tried.add(method.type);
    this.#last = method.type === 'password' ? 'the password' : 'the password (keyboard-interactive)';
    return method;
  }

  #nextKey(): AnyAuthMethod | undefined {
    const key = this.#methods.shift();
    if (key === undefined) return undefined;
    this.#last = this.#credentials.descriptions[this.#keysTried] ?? key.type;
    this.#keysTried += 1;
    return key;
  }

  /** Once the host let this login in: what it accepted, in words. */
  get accepted(): string {
    return [...this.#accepted, this.#last].join(' and ');
  }

  /** True when everything was refused: only then is an authentication error of ssh2 the end. */
  get exhausted(): boolean {
    return this.#exhausted;
  }

  /** Keeps something that went wrong on the way for the error at the end. */
  note(text: string): void {
    this.#notes.push(text);
  }

  /** Nobody waits for this login any more: what an agent is being asked for it is withdrawn. */
  end(): void {
    this.#over.abort();
  }

  /** The error that says what was offered and what came back. */
  error(): ConnectError {
    const isGiven = this.#password?.isGiven === true;
    const lacking = isGiven ? undefined : beyondSsh2(this.#credentials.heldTypes);
    const error = authError(this.#host, {
      offered: [...this.#credentials.descriptions, ...(isGiven ? ['the password'] : [])],
      password: this.#password === undefined ? 'none' : isGiven ? 'refused' : 'not given',
      accepts: this.#accepts,
      wantedSha1: this.#wantedSha1,
      notes: [...this.#notes, ...(this.#password?.notes ?? [])],
    });
    // A password would be given once more.
    return lacking === undefined ? error : asLacking(lacking, error);
  }

  // ssh2 falls back to ssh-rsa, that is SHA-1, when a host does not announce rsa-sha2 (before OpenSSH 7.2).
  #refuses(hash: string | undefined): boolean {
    if (hash !== 'sha1' || this.#host.legacyAlgorithms || this.#host.algorithms.sha1 === true) return false;
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
