// The port between a run and whatever reaches a host. Implementations: ssh/ and local/.
import type { HostConnection } from '../model/index.ts';

export type { HostConnection } from '../model/index.ts';

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
}

/** A logged-in connection. */
export interface Session {
  /** What a person should read about the files behind this connection; each thing is told by one session only. */
  readonly notes?: readonly string[];
  /** Starts one command (fixed words only: the login shell may be csh). */
  exec(command: string): Promise<Channel>;
  /** Ends the connection; safe to call twice. */
  close(): void;
}

/** Reaches hosts. `connect` throws ConnectError with a code, a reason and a hint. */
export interface Transport {
  connect(host: HostConnection, signal: AbortSignal): Promise<Session>;
}
