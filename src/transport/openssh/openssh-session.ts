// A host that OpenSSH's own client is logged in to, and the commands there: channels over the client's control socket.
import type { ConnectError } from '../../model/index.ts';
import { linkBounds } from '../bounds.ts';
import type { Channel, ExecOptions, HostConnection, LoginFacts, Session } from '../port.ts';
import { execRefusedError, floodError, lostError } from '../ssh/connect-errors.ts';
import { ChannelStream, windowBytes } from './channel-stream.ts';
import type { Master } from './master.ts';
import { MuxLink } from './mux-link.ts';
import { OpensshChannel } from './openssh-channel.ts';
import { Fields, message, packed } from '../wire.ts';

const packetBytes = 32 * 1024;
const echo = 53;
/** So long a client whose socket is gone may take to say why. */
const lastWordsMs = 500;
/** So many bytes of other messages may go with each byte of output: the smallest packets hold little of it. */
const otherPerByte = 4;

/** A command that is being started. */
interface Opening {
  readonly begin: (stream: ChannelStream) => void;
  readonly fail: (error: ConnectError) => void;
}

/** A command from its channel on; `answers` are what its requests wait for, in order. */
interface Running {
  readonly stream: ChannelStream;
  readonly answers: ((isGood: boolean) => void)[];
  channel?: OpensshChannel;
  fail: (error: ConnectError) => void;
  stderrBytes: number;
}

/** One logged-in client. */
export class OpensshSession implements Session {
  readonly notes: readonly string[];
  readonly #host: HostConnection;
  readonly #master: Master;
  readonly #openings = new Map<number, Opening>();
  readonly #running = new Map<number, Running>();
  #link: MuxLink | undefined;
  #nextId = 0;
  #lost: ConnectError | undefined;
  #isClosing = false;
  #outputBytes = 0;

  private constructor(host: HostConnection, master: Master, notes: readonly string[]) {
    this.notes = notes;
    this.#host = host;
    this.#master = master;
  }

  /** Takes the client over: it ends with the session. Rejects with ConnectError. */
  static async open(host: HostConnection, master: Master, notes: readonly string[]): Promise<OpensshSession> {
    const session = new OpensshSession(host, master, notes);
    try {
      session.#link = await MuxLink.open(master.socket, {
        message: (type, payload) => {
          session.#hear(type, payload);
        },
        over: (error) => {
          session.#end(error);
        },
      });
    } catch (error) {
      master.end();
      throw lostError(host, `OpenSSH's control socket: ${(error as Error).message}`);
    }
    return session;
  }

  get login(): LoginFacts {
    return this.#master.login;
  }

  exec(command: string, { terminal = false }: ExecOptions = {}): Promise<Channel> {
    return new Promise((resolve, reject) => {
      const link = this.#link;
      if (this.#lost !== undefined || this.#isClosing || link === undefined) {
        reject(this.#lost ?? lostError(this.#host, 'the session was closed'));
        return;
      }
      const id = this.#nextId++;
      this.#openings.set(id, {
        begin: (stream) => {
          this.#start(id, stream, command, terminal).then(resolve, reject);
        },
        fail: reject,
      });
      link.send(message.channelOpen, packed('session', id, windowBytes, packetBytes));
    });
  }

  close(): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#fail(lostError(this.#host, 'the session was closed'));
  }

  #start(id: number, stream: ChannelStream, command: string, terminal: boolean): Promise<OpensshChannel> {
    return new Promise((resolve, reject) => {
      const refused = (why: string): void => {
        stream.closeChannel();
        reject(execRefusedError(this.#host, new Error(why)));
      };
      const running: Running = { stream, answers: [], fail: reject, stderrBytes: 0 };
      this.#running.set(id, running);
      stream.once('close', () => this.#running.delete(id));
      if (terminal) {
        // A dumb terminal of 80 columns that does not echo.
        stream.request('pty-req', true, 'dumb', 80, 24, 0, 0, Buffer.from([echo, 0, 0, 0, 0, 0]));
        running.answers.push((isGood) => {
          if (!isGood) refused('it gives no terminal');
        });
      }
      stream.request('exec', true, command);
      running.answers.push((isGood) => {
        if (!isGood) {
          refused('the request was refused');
          return;
        }
        running.channel = new OpensshChannel(this.#host, stream);
        resolve(running.channel);
      });
    });
  }

  #hear(type: number, payload: Buffer): void {
    if (this.#lost !== undefined) return;
    try {
      this.#take(type, new Fields(payload));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#fail(floodError(this.#host, error.message));
    }
    const others = (this.#link?.bytesRead ?? 0) - this.#outputBytes;
    if (others > linkBounds.otherBytes.limit + otherPerByte * this.#outputBytes)
      this.#overBound('otherBytes');
  }

  #take(type: number, fields: Fields): void {
    if (type === message.globalRequest) {
      fields.text();
      if (fields.flag()) this.#link?.send(message.requestFailure, Buffer.alloc(0));
      return;
    }
    const id = fields.number();
    const opening = this.#openings.get(id);
    if (opening !== undefined) {
      this.#takeAnswer(type, id, opening, fields);
      return;
    }
    const running = this.#running.get(id);
    if (running !== undefined) this.#takeFor(running, type, fields);
  }

  #takeAnswer(type: number, id: number, { begin, fail }: Opening, fields: Fields): void {
    this.#openings.delete(id);
    if (type !== message.openConfirmation) {
      if (type === message.openFailure) fields.number();
      const why = type === message.openFailure ? fields.text() : 'it did not answer as SSH does';
      fail(execRefusedError(this.#host, new Error(`(SSH) Channel open failure: ${why}`)));
      return;
    }
    const opened = { remoteId: fields.number(), window: fields.number(), packetBytes: fields.number() };
    if (opened.packetBytes < linkBounds.packetBytes.limit) {
      const error = floodError(this.#host, `it takes packets of ${opened.packetBytes} bytes at the most`);
      fail(error);
      this.#fail(error);
      return;
    }
    const send: ConstructorParameters<typeof ChannelStream>[0] = (kind, bytes, done) => {
      if (this.#lost === undefined) this.#link?.send(kind, bytes, done);
      else done?.(this.#lost);
    };
    begin(new ChannelStream(send, { ...opened, packetBytes: Math.min(opened.packetBytes, packetBytes) }));
  }

  #takeFor(running: Running, type: number, fields: Fields): void {
    const { stream } = running;
    switch (type) {
      case message.data:
        this.#takeOutput(running, fields.bytes(), false);
        break;
      case message.extendedData:
        fields.number();
        this.#takeOutput(running, fields.bytes(), true);
        break;
      case message.windowAdjust:
        stream.widen(fields.number());
        break;
      case message.success:
      case message.failure:
        running.answers.shift()?.(type === message.success);
        break;
      case message.request:
        takeRequest(stream, fields);
        break;
      case message.eof:
        stream.takeEof();
        break;
      case message.close:
        running.fail(execRefusedError(this.#host, new Error('it closed the channel')));
        stream.takeClose();
        break;
    }
  }

  #takeOutput(running: Running, bytes: Buffer, isError: boolean): void {
    this.#outputBytes += bytes.length;
    if (isError) running.stderrBytes += bytes.length;
    if (running.stderrBytes > linkBounds.stderrBytes.limit) this.#overBound('stderrBytes');
    else if (!running.stream.takeOutput(bytes, isError)) this.#overBound('unreadBytes');
  }

  #overBound(bound: 'otherBytes' | 'stderrBytes' | 'unreadBytes'): void {
    const { limit, what } = linkBounds[bound];
    this.#fail(floodError(this.#host, `more than ${limit} ${what.startsWith('bytes') ? '' : 'of '}${what}`));
  }

  /** The client is gone, or its socket. It says why a moment later. */
  #end(error?: Error): void {
    const tell = (why: string): void => {
      this.#fail(lostError(this.#host, why));
    };
    this.#master.ended.then(
      (words) => {
        tell(words === '' ? (error?.message ?? 'the host closed it') : words);
      },
      () => undefined,
    );
    // It is on its way out, and says why if it is let.
    setTimeout(() => {
      this.#master.end();
    }, lastWordsMs).unref();
  }

  #fail(error: ConnectError): void {
    if (this.#lost !== undefined) return;
    this.#lost = error;
    for (const { fail } of this.#openings.values()) fail(error);
    for (const { channel, fail, stream } of this.#running.values()) {
      fail(error);
      if (channel === undefined) stream.lose();
      else channel.lose(error);
    }
    this.#link?.close();
    this.#master.end();
  }
}

function takeRequest(stream: ChannelStream, fields: Fields): void {
  const name = fields.text();
  const wantsReply = fields.flag();
  if (name === 'exit-status') stream.exit = { status: fields.number(), signal: null };
  else if (name === 'exit-signal') stream.exit = { status: null, signal: `SIG${fields.text()}` };
  if (wantsReply) stream.refuse();
}
