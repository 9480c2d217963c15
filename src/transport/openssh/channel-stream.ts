// One channel of the connection protocol as a stream: what is written waits for the window that the host gives, and the host
// waits for the window that is given here as output is read.
import { Duplex, Readable } from 'node:stream';
import type { ExitStatus } from '../port.ts';
import { type Field, message, packed } from '../wire.ts';

/** How much a host may send before it is read. */
export const windowBytes = 2 * 1024 * 1024;

/** Sends a message over the link. */
export type Send = (type: number, payload: Buffer, done?: (error?: Error | null) => void) => void;

/** What the host says when it opens a channel. */
export interface OpenedChannel {
  readonly remoteId: number;
  readonly window: number;
  readonly packetBytes: number;
}

/** Standard input and output of a command; `errors` is its standard error. */
export class ChannelStream extends Duplex {
  readonly errors = new Readable({ read: () => undefined });
  exit: ExitStatus = { status: null, signal: null };
  readonly #send: Send;
  readonly #remoteId: number;
  readonly #packetBytes: number;
  #window: number;
  #waiting: (() => void) | undefined;
  #given = windowBytes;
  /** Output that waits here; the host gets room for it when it is read. */
  #unread = 0;
  #owed = 0;
  #isOutputOpen = true;
  #isClosed = false;
  #isCloseSent = false;

  constructor(send: Send, { remoteId, window, packetBytes }: OpenedChannel) {
    // The end of both directions is not that of the channel: how the command ended may be said later.
    super({ allowHalfOpen: true, autoDestroy: false, readableHighWaterMark: 256 * 1024 });
    this.#send = send;
    this.#remoteId = remoteId;
    this.#window = window;
    this.#packetBytes = packetBytes;
    // For life: an 'error' that nobody hears would end the process.
    this.on('error', () => undefined);
    this.errors.on('error', () => undefined);
  }

  /** False once the host said that no more output comes. */
  get isOutputOpen(): boolean {
    return this.#isOutputOpen;
  }

  /** Sends a request of this channel, which the host answers with success or failure when `wantReply`. */
  request(name: string, wantReply: boolean, ...fields: Field[]): void {
    this.#send(message.request, Buffer.concat([packed(this.#remoteId, name, wantReply), packed(...fields)]));
  }

  /** Answers a request of the host that is not known here, such as a keepalive. */
  refuse(): void {
    this.#send(message.failure, packed(this.#remoteId));
  }

  /** Output came. Returns false when it is more than the window that was given. */
  takeOutput(bytes: Buffer, isError: boolean): boolean {
    this.#given -= bytes.length;
    if (this.#given < 0) return false;
    if (!this.#isOutputOpen) return true;
    // Copied: a slice would keep the whole piece of the socket alive.
    if (isError) {
      this.errors.push(Buffer.from(bytes));
      this.#giveBack(bytes.length);
      return true;
    }
    this.#unread += bytes.length;
    if (this.push(Buffer.from(bytes))) this.#haveRead();
    return true;
  }

  /** The host takes so much more. */
  widen(bytes: number): void {
    this.#window += bytes;
    const go = this.#waiting;
    this.#waiting = undefined;
    go?.();
  }

  /** The host says that no more output comes. */
  takeEof(): void {
    if (!this.#isOutputOpen) return;
    this.#isOutputOpen = false;
    this.push(null);
    this.errors.push(null);
  }

  /** The host closed the channel: what came before can still be read. */
  takeClose(): void {
    this.#isClosed = true;
    this.closeChannel();
    this.takeEof();
    if (this.readableEnded) this.destroy();
    else this.once('end', () => this.destroy());
  }

  /** The connection is gone. */
  lose(): void {
    this.#isClosed = true;
    if (this.#isOutputOpen) this.errors.push(null);
    this.destroy();
  }

  /** Tells the host to end the command's channel. */
  closeChannel(): void {
    if (this.#isCloseSent) return;
    this.#isCloseSent = true;
    this.#send(message.close, packed(this.#remoteId));
  }

  override _read(): void {
    this.#haveRead();
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.#isClosed || this.#isCloseSent) {
      done(new Error('the channel is closed'));
      return;
    }
    const size = Math.min(chunk.length, this.#window, this.#packetBytes);
    const rest = (): void => {
      this._write(chunk.subarray(size), _, done);
    };
    if (size === 0) {
      this.#waiting = rest;
      return;
    }
    this.#window -= size;
    const isLast = size === chunk.length;
    this.#send(message.data, packed(this.#remoteId, chunk.subarray(0, size)), (error) => {
      // When the link breaks, lose() ends this stream, and the connection reports the reason.
      if (error !== undefined && error !== null) return;
      if (isLast) done();
      else rest();
    });
  }

  override _final(done: (error?: Error | null) => void): void {
    if (!this.#isClosed && !this.#isCloseSent) this.#send(message.eof, packed(this.#remoteId));
    done();
  }

  override _destroy(_error: Error | null, done: (error: Error | null) => void): void {
    this.#waiting = undefined;
    done(null);
  }

  #haveRead(): void {
    this.#giveBack(this.#unread);
    this.#unread = 0;
  }

  #giveBack(bytes: number): void {
    this.#owed += bytes;
    if (this.#owed < windowBytes / 8 || this.#isClosed || !this.#isOutputOpen) return;
    this.#given += this.#owed;
    this.#send(message.windowAdjust, packed(this.#remoteId, this.#owed));
    this.#owed = 0;
  }
}
