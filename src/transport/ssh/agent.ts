// The ssh agent, asked politely: its keys are listed once, and it signs one thing at a time,
// because agents that ask a person or a smart card fail under parallel requests.
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import pLimit from 'p-limit';
import ssh2 from 'ssh2';
import type { BaseAgent, GetStreamCallback, ParsedKey, SignCallback, SigningRequestOptions } from 'ssh2';

const answerTimeoutMs = 30_000;

/** The keys of one agent, and the way to sign with them. */
export interface KeyAgent {
  /** Public keys in the agent's order. Rejects when the agent does not answer within 30 s. */
  keys(): Promise<readonly ParsedKey[]>;
  /**
   * An agent for one login that offers only `keys`; `refuse` may veto a signature by its hash. When the login is
   * `over`, its question is taken back, for the agent may be asking a person who went home.
   */
  restrictedTo(
    keys: readonly ParsedKey[],
    refuse: (hash: string | undefined) => boolean,
    over: AbortSignal,
  ): BaseAgent;
}

type Question<T> = (done: (error?: Error | null, value?: T) => void) => void;

/** Talks to the agent that listens on a socket. Nothing is opened before the first question. */
export function keyAgent(socketPath: string): KeyAgent {
  const agent = new CuttableAgent(socketPath);
  const oneAtATime = pLimit(1);
  let listed: Promise<readonly ParsedKey[]> | undefined;
  function ask<T>(question: Question<T>, over?: AbortSignal): Promise<T> {
    return oneAtATime(() => answered(agent, question, over));
  }
  return {
    keys() {
      listed ??= ask<ParsedKey[]>((done) => {
        // ssh2 types more than OpenSSHAgent gives: it always parses the keys.
        agent.getIdentities((error, keys) => {
          done(error, keys as ParsedKey[] | undefined);
        });
      });
      return listed;
    },
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
class CuttableAgent extends ssh2.OpenSSHAgent {
  readonly #path: string;
  #socket: Socket | undefined;

  constructor(path: string) {
    super(path);
    this.#path = path;
  }

  override getStream(done: GetStreamCallback): void {
    const socket = connect(this.#path);
    // Whoever waits for the agent has a timer of its own; when nobody does any more, neither does the process.
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

  /** Ends the question that is being asked. */
  cut(): void {
    this.#socket?.destroy();
  }
}

type Sign = (key: ParsedKey, data: Buffer, options: SigningRequestOptions) => Promise<Buffer>;

class RestrictedAgent extends ssh2.BaseAgent<ParsedKey> {
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
