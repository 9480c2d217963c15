// The ssh agent, asked politely: its keys are listed once, and it signs one thing at a time,
// because agents that ask a person or a smart card fail under parallel requests.
import pLimit from 'p-limit';
import ssh2 from 'ssh2';
import type { BaseAgent, OpenSSHAgent, ParsedKey, SignCallback, SigningRequestOptions } from 'ssh2';

const answerTimeoutMs = 30_000;

/** The keys of one agent, and the way to sign with them. */
export interface KeyAgent {
  /** Public keys in the agent's order. Rejects when the agent does not answer. */
  keys(): Promise<readonly ParsedKey[]>;
  /** An agent for one connection that offers only `keys`; `refuse` may veto a signature by its hash. */
  restrictedTo(keys: readonly ParsedKey[], refuse: (hash: string | undefined) => boolean): BaseAgent;
}

type Question<T> = (done: (error?: Error | null, value?: T) => void) => void;

/** Talks to the agent that listens on a socket. Nothing is opened before the first question. */
export function keyAgent(socketPath: string): KeyAgent {
  const agent: OpenSSHAgent = new ssh2.OpenSSHAgent(socketPath);
  const oneAtATime = pLimit(1);
  let listed: Promise<readonly ParsedKey[]> | undefined;
  function ask<T>(question: Question<T>): Promise<T> {
    return oneAtATime(() => answered(question));
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
    restrictedTo(keys, refuse) {
      return new RestrictedAgent(keys, refuse, (key, data, options) =>
        ask<Buffer>((done) => agent.sign(key, data, options, done)),
      );
    },
  };
}

// A silent agent must not hold the queue for ever.
function answered<T>(question: Question<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`the agent did not answer within ${answerTimeoutMs / 1000} s`));
    }, answerTimeoutMs);
    question((error, value) => {
      clearTimeout(timer);
      if (value === undefined) reject(error ?? new Error('the agent gave no answer'));
      else resolve(value);
    });
  });
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
