// The ssh agent, asked politely: its keys are listed once, and it signs one thing at a time,
// because agents that ask a person or a smart card fail under parallel requests.
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import pLimit from 'p-limit';
import { Fields } from '../wire.ts';
import { keyTypeOf } from './known-hosts.ts';
import { BaseAgent, OpenSSHAgent, parseKey } from './ssh2.ts';
import type {
  BaseAgent as AnyAgent,
  GetStreamCallback,
  ParsedKey,
  SignCallback,
  SigningRequestOptions,
} from 'ssh2';

const answerTimeoutMs = 30_000;
const requestIdentities = 11;
const identitiesAnswer = 12;
const mostBytes = 1024 * 1024;
const mostKeys = 2048;

/** The keys of one agent, and the way to sign with them. */
export interface KeyAgent {
  /** Public keys in the agent's order, as far as ssh2 can use them. Rejects when the agent does not answer within 30 s. */
  keys(): Promise<readonly ParsedKey[]>;
  /** The types of all that it holds, also of certificates and of keys in hardware tokens. Rejects as `keys` does. */
  types(): Promise<readonly string[]>;
  /**
   * An agent for one login that offers only `keys`; `refuse` may veto a signature by its hash. When the login is
   * `over`, its question is withdrawn, because the agent may be asking a person who is no longer there.
   */
  restrictedTo(
    keys: readonly ParsedKey[],
    refuse: (hash: string | undefined) => boolean,
    over: AbortSignal,
  ): AnyAgent;
}

type Question<T> = (done: (error?: Error | null, value?: T) => void) => void;

/** Talks to the agent that listens on a socket. Nothing is opened before the first question. */
export function keyAgent(socketPath: string): KeyAgent {
  const agent = new CuttableAgent(socketPath);
  const oneAtATime = pLimit(1);
  let listed: Promise<readonly Buffer[]> | undefined;
  function ask<T>(question: Question<T>, over?: AbortSignal): Promise<T> {
    return oneAtATime(() => answered(agent, question, over));
  }
  const blobs = (): Promise<readonly Buffer[]> =>
    (listed ??= ask<Buffer[]>((done) => {
      agent.list(done);
    }));
  return {
    keys: async () => (await blobs()).flatMap(usableKey),
    types: async () => (await blobs()).map(keyTypeOf),
    restrictedTo(keys, refuse, over) {
      return new RestrictedAgent(keys, refuse, (key, data, options) =>
        ask<Buffer>((done) => agent.sign(key, data, options, done), over),
      );
    },
  };
}

// A silent agent must hold neither the queue nor, by its open socket, the process.
function answered<T>(agent: CuttableAgent, question: Question<T>, over?: AbortSignal): Promise<T> {
  if (over?.aborted === true) return Promise.reject(new Error('the login is over'));
  return new Promise<T>((resolve, reject) => {
    const giveUp = (why: string): void => {
      reject(new Error(why));
      agent.cut();
    };
    const onOver = (): void => {
      giveUp('the login is over');
    };
    const timer = setTimeout(() => {
      giveUp(`the agent did not answer within ${answerTimeoutMs / 1000} s`);
    }, answerTimeoutMs);
    timer.unref();
    over?.addEventListener('abort', onOver);
    question((error, value) => {
      clearTimeout(timer);
      over?.removeEventListener('abort', onOver);
      if (value === undefined) reject(error ?? new Error('the agent gave no answer'));
      else resolve(value);
    });
  });
}

/** One question at a time, whose connection can be cut. */
class CuttableAgent extends OpenSSHAgent {
  readonly #path: string;
  #socket: Socket | undefined;

  constructor(path: string) {
    super(path);
    this.#path = path;
  }

  override getStream(done: GetStreamCallback): void {
    const socket = connect(this.#path);
    // A login that waits for the agent has a timer of its own; without one, this socket must not keep the process alive.
    socket.unref();
    this.#socket = socket;
    let told = false;
    const tell = (error: Error | null): void => {
      if (told) return;
      told = true;
      if (error === null) done(null, socket);
      else done(error);
    };
    socket.once('connect', () => {
      tell(null);
    });
    socket.on('error', (error) => {
      tell(new Error(`no connection to the agent: ${error.message}`));
    });
    socket.once('close', () => {
      tell(new Error('the agent closed the connection'));
    });
  }

  /** What it holds, as it says it: ssh2 leaves out what it does not know. */
  list(done: (error?: Error | null, blobs?: Buffer[]) => void): void {
    this.getStream((error, stream) => {
      if (error !== null && error !== undefined) {
        done(error);
        return;
      }
      let heard = Buffer.alloc(0);
      const settle = (end: Error | null, blobs?: Buffer[]): void => {
        stream?.destroy();
        done(end, blobs);
      };
      stream?.on('data', (chunk: Buffer) => {
        heard = Buffer.concat([heard, chunk]);
        try {
          const blobs = blobsIn(heard);
          if (blobs !== undefined) settle(null, blobs);
        } catch (cause) {
          settle(cause as Error);
        }
      });
      stream?.once('close', () => {
        done(new Error('the agent closed the connection'));
      });
      stream?.write(Buffer.of(0, 0, 0, 1, requestIdentities));
    });
  }

  /** Ends the question that is being asked. */
  cut(): void {
    this.#socket?.destroy();
  }
}

/** Undefined while the answer is not whole. Throws Error for another answer than a list. */
function blobsIn(heard: Buffer): Buffer[] | undefined {
  if (heard.length < 5) return undefined;
  const length = heard.readUInt32BE(0);
  if (length > mostBytes || heard[4] !== identitiesAnswer) throw new Error('the agent lists no keys');
  if (heard.length < 4 + length) return undefined;
  try {
    const fields = new Fields(heard.subarray(5, 4 + length));
    return Array.from({ length: Math.min(fields.number(), mostKeys) }, () => {
      const blob = Buffer.from(fields.bytes());
      // A comment.
      fields.bytes();
      return blob;
    });
  } catch {
    throw new Error('the list of the agent ends in the middle');
  }
}

function usableKey(blob: Buffer): readonly ParsedKey[] {
  const parsed = parseKey(blob);
  if (parsed instanceof Error) return [];
  return Array.isArray(parsed) ? parsed : [parsed];
}

type Sign = (key: ParsedKey, data: Buffer, options: SigningRequestOptions) => Promise<Buffer>;

class RestrictedAgent extends BaseAgent<ParsedKey> {
  readonly #keys: readonly ParsedKey[];
  readonly #refuse: (hash: string | undefined) => boolean;
  readonly #sign: Sign;

  constructor(keys: readonly ParsedKey[], refuse: (hash: string | undefined) => boolean, sign: Sign) {
    super();
    this.#keys = keys;
    this.#refuse = refuse;
    this.#sign = sign;
  }

  override getIdentities(done: (error: Error | undefined, keys?: ParsedKey[]) => void): void {
    done(undefined, [...this.#keys]);
  }

  override sign(
    key: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    done?: SignCallback,
  ): void {
    const callback = typeof options === 'function' ? options : done;
    const signOptions = typeof options === 'function' ? {} : options;
    if (this.#refuse(signOptions.hash)) {
      callback?.(new Error('a SHA-1 signature was refused'));
      return;
    }
    this.#sign(key, data, signOptions).then(
      (signature) => callback?.(null, signature),
      (error: unknown) => callback?.(error instanceof Error ? error : new Error(String(error))),
    );
  }
}
