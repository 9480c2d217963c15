// The port between a run and whatever reaches a host. Implementations: ssh/ and local/.
import type { HostConnection } from '../model/index.ts';

export type { HostConnection };

/** How a remote command ended. Neither status nor signal: nobody knows, and that is never success. */
export interface ExitStatus {
  readonly status: number | null;
  readonly signal: string | null;
}

/** One running command. */
export interface Channel {
  /** Sends bytes; resolves when the peer's window took them. Rejects when the channel is gone. */
  write(bytes: Uint8Array): Promise<void>;
  /** Half-closes: the command sees end of file on its standard input. */
  end(): void;
  /** Standard output, with back-pressure; ends when the channel closes. Throws ConnectError if the link dies first. */
  readonly stdout: AsyncIterable<Uint8Array>;
  /** Standard error, kept up to a cap of 64 KiB (the tail is dropped). */
  stderr(): string;
  /** Settles when the channel is closed, after all data; never rejects. */
  readonly closed: Promise<ExitStatus>;
  /** Ends it now, whatever the command does; on a terminal that is a hang-up. */
  drop?(): void;
}

export interface ExecOptions {
  /** On a terminal that does not echo; both outputs are one there. */
  readonly terminal?: boolean;
}

/** How a login went, in words for a person. What is said of the peer is what it said itself. */
export interface LoginFacts {
  /** The program that made the connection. */
  readonly client: string;
  /** The algorithms that both agreed on. */
  readonly exchange: string;
  /** The host's key, and what vouches for it. */
  readonly hostKey: string;
  /** What the host accepted: keys, the password. */
  readonly accepted: string;
}

/** A logged-in connection. */
export interface Session {
  /** Undefined where nobody logs in. */
  readonly login?: LoginFacts;
  /** What a person should read about the files behind this connection. Each note is in one session only. */
  readonly notes?: readonly string[];
  /** Starts one command (fixed words only: the login shell may be csh). */
  exec(command: string, options?: ExecOptions): Promise<Channel>;
  /** Ends the connection; safe to call twice. */
  close(): void;
}

/** Reaches hosts. `connect` throws ConnectError with a code, a reason and a hint. */
export interface Transport {
  connect(host: HostConnection, signal: AbortSignal): Promise<Session>;
  /**
   * Gets what a person must be asked for, such as the passphrase of a key, before any of the hosts is connected to. It need not be
   * called: then nobody is asked. Throws what the asking throws.
   */
  prepare?(hosts: readonly HostConnection[]): Promise<void>;
  /** How many logins a host dropped and muster tried again, by host, those with the most first. A jump host counts by its own name. */
  droppedLogins?(): ReadonlyMap<string, number>;
  /** Ends what is kept between hosts; sessions are closed one by one. It need not be called: nothing is kept for long. */
  close?(): void;
}
