// A question on the terminal whose answer is not shown.
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { Secret, UsageError } from '../model/index.ts';

/** What the words of an error are made of. */
export interface SecretQuestion {
  /** `password` or `passphrase`. */
  readonly what: string;
  /** What to do where there is no terminal. */
  readonly otherwise: string;
}

/** Whether a person can be asked. */
export function canAsk(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

/** Asks on the terminal, which does not echo. Throws UsageError NO_TERMINAL when there is none, or nobody answers. */
export async function askSecret(question: string, { what, otherwise }: SecretQuestion): Promise<Secret> {
  if (!canAsk()) {
    throw new UsageError('NO_TERMINAL', `there is no terminal to ask for the ${what} on`, {
      hint: otherwise,
    });
  }
  // readline shows what is typed on its output: there is none.
  const output = new Writable({
    write: (_chunk, _encoding, done) => {
      done();
    },
  });
  const terminal = createInterface({ input: process.stdin, output, terminal: true });
  // Behind that the terminal echoes nothing, also to who types at once.
  process.stderr.write(question);
  const gone = new AbortController();
  const stop = (): void => {
    gone.abort();
  };
  terminal.on('error', stop);
  terminal.on('close', stop);
  terminal.on('SIGINT', stop);
  try {
    return new Secret(await terminal.question('', { signal: gone.signal }));
  } catch {
    throw new UsageError('NO_TERMINAL', `no ${what} was given, so no host was contacted`);
  } finally {
    terminal.close();
    process.stderr.write('\n');
  }
}
