// Turns what ssh2 and the socket say during a connection attempt into the one error that a person should read.
import type { ConnectError } from '../../model/index.ts';
import type { HostConnection } from '../port.ts';
import { closedEarlyError, protocolError, socketError, timeoutError } from './connect-errors.ts';
import type { Stage } from './connect-errors.ts';
import type { FirstWords } from './first-words.ts';
import type { Login } from './login.ts';

/** An error of an ssh2 client; `level` says which part of ssh2 raised it. */
export type ClientError = Error & { level?: string; code?: string | number };

/** Follows one attempt and judges its errors. */
export class AttemptErrors {
  /** The last thing that ssh2 reported as done. */
  reached: 'nothing' | 'connect' | 'handshake' = 'nothing';
  /** Set when the host showed a key that is not to be trusted; then nothing else matters. */
  untrusted: ConnectError | undefined;
  readonly #host: HostConnection;
  readonly #login: Login;
  readonly #firstWords: FirstWords;

  constructor(host: HostConnection, login: Login, firstWords: FirstWords) {
    this.#host = host;
    this.#login = login;
    this.#firstWords = firstWords;
  }

  /** What to make of an 'error' event; undefined when it is not the end, because ssh2 goes on with the next key. */
  judge(error: ClientError): ConnectError | undefined {
    if (this.untrusted !== undefined) return this.untrusted;
    if (error.level === 'client-socket') return this.#broken(error as NodeJS.ErrnoException);
    if (error.message === 'Connection lost before handshake') return this.#closedEarly(error);
    if (error.level === 'agent' || error.level === 'client-authentication') {
      if (this.#login.exhausted) return this.#login.error();
      this.#login.note(error.message);
      return undefined;
    }
    if (this.#stage() === 'auth') return this.#loginCut(`the host reported: ${error.message}`);
    return protocolError(this.#host, error.message, error);
  }

  /** The connection closed without any 'error' event. */
  closed(): ConnectError {
    switch (this.#stage()) {
      case 'tcp':
      case 'banner':
      case 'kex':
        return this.#closedEarly();
      case 'auth':
        return this.#loginCut('the host closed the connection');
    }
  }

  /** The attempt's time is up. */
  timedOut(): ConnectError {
    return timeoutError(this.#host, this.#stage(), this.#firstWords.said);
  }

  #broken(cause: NodeJS.ErrnoException): ConnectError {
    switch (this.#stage()) {
      case 'tcp':
        return socketError(this.#host, cause);
      case 'banner':
      case 'kex':
        return this.#closedEarly(cause);
      case 'auth':
        return this.#loginCut(`connection broken (${cause.code ?? cause.message})`);
    }
  }

  #closedEarly(cause?: unknown): ConnectError {
    return closedEarlyError(this.#host, this.#firstWords, cause);
  }

  #loginCut(how: string): ConnectError {
    this.#login.note(how);
    return this.#login.error();
  }

  #stage(): Stage {
    if (this.reached === 'nothing') return 'tcp';
    if (this.reached === 'handshake') return 'auth';
    return this.#firstWords.hasBanner ? 'kex' : 'banner';
  }
}
