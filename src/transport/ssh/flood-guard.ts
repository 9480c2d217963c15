// Watches how much a peer sends over one connection. ssh2 takes what comes: output beyond the window that was given,
// requests that must be answered, key exchanges over and over. A host must not make this process grow or wait by them.
import type { Duplex } from 'node:stream';
import type { Client } from 'ssh2';
import type { ConnectError } from '../../model/index.ts';
import { linkBounds } from '../bounds.ts';
import type { HostConnection } from '../port.ts';
import { floodError } from './connect-errors.ts';

/** What each key exchange is worth. */
const exchangeBytes = 64 * 1024;
const exchangeMs = 10_000;
/** So many bytes of other messages may go with each byte of output: the smallest packets hold little of it. */
const otherPerByte = 4;

/** Ends the connection of a peer that sends more than the bounds. */
export class FloodGuard {
  readonly #host: HostConnection;
  readonly #socket: Duplex;
  readonly #begun = performance.now();
  #bytesRead = 0;
  #outputBytes = 0;
  #exchanges = 0;
  #isLoggedIn = false;
  #error: ConnectError | undefined;
  #told: (error: ConnectError) => void = () => undefined;

  constructor(host: HostConnection, socket: Duplex, client: Client) {
    this.#host = host;
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#bytesRead += chunk.length;
      this.#look();
    });
    client.on('handshake', () => {
      this.#exchanges += 1;
      const earned = this.#bytesRead / exchangeBytes + (performance.now() - this.#begun) / exchangeMs;
      if (this.#exchanges > linkBounds.keyExchanges.limit + earned) this.#over('keyExchanges');
    });
    client.once('ready', () => {
      this.#isLoggedIn = true;
    });
  }

  /** Why the connection was ended here, or undefined. */
  get error(): ConnectError | undefined {
    return this.#error;
  }

  /** Tells when the connection is ended. */
  onBroken(told: (error: ConnectError) => void): void {
    this.#told = told;
  }

  /** Takes note of output that came, of which so much was not read yet. */
  output(bytes: number, unread: number): void {
    this.#outputBytes += bytes;
    if (unread > linkBounds.unreadBytes.limit) this.#over('unreadBytes');
  }

  /** Takes note of how much of a command's standard error came so far. */
  stderr(bytes: number, all: number): void {
    this.#outputBytes += bytes;
    if (all > linkBounds.stderrBytes.limit) this.#over('stderrBytes');
  }

  /** Whether a channel takes packets of a size that can be sent; the connection is over if not. */
  takesPackets(size: number): boolean {
    if (size >= linkBounds.packetBytes.limit) return true;
    this.#end(`it takes packets of ${size} bytes at the most`);
    return false;
  }

  #look(): void {
    const bytesRead = this.#bytesRead;
    const { writableLength } = this.#socket;
    const others = bytesRead - this.#outputBytes;
    if (!this.#isLoggedIn && bytesRead > linkBounds.loginBytes.limit) this.#over('loginBytes');
    else if (others > linkBounds.otherBytes.limit + otherPerByte * this.#outputBytes)
      this.#over('otherBytes');
    else if (writableLength > linkBounds.unsentBytes.limit) this.#over('unsentBytes');
  }

  #over(bound: keyof typeof linkBounds): void {
    const { limit, what } = linkBounds[bound];
    this.#end(`more than ${limit} ${what.startsWith('bytes') ? '' : 'of '}${what}`);
  }

  #end(reason: string): void {
    if (this.#error !== undefined) return;
    this.#error = floodError(this.#host, reason);
    this.#socket.destroy();
    this.#told(this.#error);
  }
}
