// The control socket of an OpenSSH client that is logged in somewhere (PROTOCOL.mux of OpenSSH). In its proxy mode it passes on
// messages of the connection protocol as they are, so one socket carries any number of commands, and no program is started for them.
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { Fields, packed } from '../wire.ts';

const hello = 0x00000001;
const askProxy = 0x1000000f;
const isProxy = 0x8000000f;
const version = 4;
const largestPacket = 256 * 1024;
const headBytes = 4;

/** What hears the messages of a link. */
export interface LinkListener {
  message(type: number, payload: Buffer): void;
  /** The link is over; `error` is why, when it broke. */
  over(error?: Error): void;
}

/** A link in proxy mode. */
export class MuxLink {
  readonly #socket: Socket;
  readonly #listener: LinkListener;
  #heard: Buffer = Buffer.alloc(0);
  #bytesRead = 0;
  #isOver = false;

  private constructor(socket: Socket, listener: LinkListener) {
    this.#socket = socket;
    this.#listener = listener;
  }

  /** Connects to the socket at `path`, and asks for the proxy mode (OpenSSH 7.4). Rejects with Error. */
  static async open(path: string, listener: LinkListener): Promise<MuxLink> {
    const socket = connect(path);
    const link = new MuxLink(socket, listener);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', () => {
        socket.write(Buffer.concat([packed(packed(hello, version)), packed(packed(askProxy, 0))]));
      });
      socket.on('error', (error) => {
        reject(error);
        link.#end(error);
      });
      socket.once('close', () => {
        reject(new Error('the control socket was closed'));
        link.#end();
      });
      socket.on('data', (chunk) => {
        link.#take(chunk, resolve, reject);
      });
    });
    return link;
  }

  /** How much came so far. */
  get bytesRead(): number {
    return this.#bytesRead;
  }

  /** Sends a message; `done` is called when the client took it. */
  send(type: number, payload: Buffer, done?: (error?: Error | null) => void): void {
    const head = Buffer.alloc(headBytes + 2);
    head.writeUInt32BE(payload.length + 2);
    head.writeUInt8(type, headBytes + 1);
    this.#socket.write(Buffer.concat([head, payload]), done);
  }

  /** Lets go of it. */
  close(): void {
    this.#socket.destroy();
  }

  #isOpen = false;
  #hasGreeted = false;

  #take(chunk: Buffer, opened: () => void, refused: (error: Error) => void): void {
    this.#bytesRead += chunk.length;
    this.#heard = this.#heard.length === 0 ? chunk : Buffer.concat([this.#heard, chunk]);
    try {
      for (let packet = this.#packet(); packet !== undefined && !this.#isOver; packet = this.#packet()) {
        if (this.#isOpen) this.#pass(packet);
        else if (this.#greeted(packet)) opened();
      }
    } catch (error) {
      refused(error as Error);
      this.#end(error as Error);
      this.#socket.destroy();
    }
  }

  #packet(): Buffer | undefined {
    if (this.#heard.length < headBytes) return undefined;
    const length = this.#heard.readUInt32BE(0);
    if (length > largestPacket) throw new Error(`a message of ${length} bytes`);
    if (this.#heard.length < headBytes + length) return undefined;
    const packet = this.#heard.subarray(headBytes, headBytes + length);
    this.#heard = this.#heard.subarray(headBytes + length);
    return packet;
  }

  #greeted(packet: Buffer): boolean {
    const type = new Fields(packet).number();
    if (!this.#hasGreeted && type === hello) {
      this.#hasGreeted = true;
      return false;
    }
    if (type !== isProxy) throw new Error('it has no proxy mode: OpenSSH 7.4 or newer is needed');
    this.#isOpen = true;
    return true;
  }

  #pass(packet: Buffer): void {
    // A byte that says how much padding there is: none.
    this.#listener.message(packet.readUInt8(1), packet.subarray(2));
  }

  #end(error?: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#isOpen) this.#listener.over(error);
  }
}
