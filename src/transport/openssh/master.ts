// One client of OpenSSH that logs in to one host and stays: its control socket carries what is to be done there.
import { spawn } from 'node:child_process';
import type { ConnectError } from '../../model/index.ts';
import type { LoginFacts } from '../port.ts';
import { calledOffError, timeoutError } from '../ssh/connect-errors.ts';
import { type ClientPlan, clientArguments, readyWord } from './client-arguments.ts';
import { type Answers, type Desk, openDesk } from './askpass.ts';
import { clientError, loginError, noClientError } from './client-errors.ts';
import { ClientWords } from './client-words.ts';
import type { GivenPin } from './token-pins.ts';

/** A client that is logged in. */
export interface Master {
  /** Its control socket. */
  readonly socket: string;
  readonly login: LoginFacts;
  /** Resolves with its last words when it is gone. */
  readonly ended: Promise<string>;
  /** Ends it; safe to call twice. */
  end(): void;
  /** The operator's ssh made it. */
  readonly isOperators?: boolean;
}

const killMs = 2_000;

/** A login that failed, and what the client said meanwhile. */
export class LoginFailure {
  readonly error: ConnectError;
  readonly words: ClientWords;

  constructor(error: ConnectError, words: ClientWords) {
    this.error = error;
    this.words = words;
  }
}

/** Starts a client, and waits until it is logged in. Resolves with a LoginFailure when it is not; leaves nothing behind then. */
export function startMaster(
  plan: ClientPlan,
  agentSocket: string | undefined,
  signal: AbortSignal,
  answers?: Answers,
): Promise<Master | LoginFailure> {
  const words = new ClientWords();
  if (answers === undefined) return startClient({ plan, words, password: undefined }, agentSocket, signal);
  const { password } = answers;
  // Without an answer ssh would go on with an empty password, which counts as another try.
  const refusing = new AbortController();
  let given: GivenPin | undefined;
  const desk = openDesk(`${plan.socket}.ask`, answers, {
    unanswered: () => {
      refusing.abort();
    },
    pinGiven: (pin) => {
      given = pin;
      words.isPinWithheld = pin === undefined;
    },
    // Without the methods that let a host ask, every question is the client's.
    isOwnQuestion: () => password === undefined || words.marksQuestions,
  });
  const asks = password === undefined ? 'passphrases' : 'password';
  const asking = { plan: { ...plan, asks }, words, password, desk, refused: refusing.signal } as const;
  return desk.ready
    .then(() => startClient(asking, agentSocket, signal))
    .finally(() => {
      given?.done(words.find(/PKCS#11 login failed/) === undefined);
      desk.close();
    });
}

interface Start {
  readonly plan: ClientPlan;
  readonly words: ClientWords;
  readonly password: Answers['password'];
  readonly desk?: Desk;
  /** Aborted when the host asks for something that nobody has. */
  readonly refused?: AbortSignal;
}

function startClient(
  { plan, words, password, desk, refused }: Start,
  agentSocket: string | undefined,
  signal: AbortSignal,
): Promise<Master | LoginFailure> {
  const { host, socket } = plan;
  // It leads a process group of its own, so that a ^C at the terminal does not reach it.
  const child = spawn('ssh', clientArguments(plan), {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...environment(agentSocket), ...desk?.environment },
  });
  child.stderr.on('data', (chunk: Buffer) => {
    words.take(chunk);
  });
  const end = (): void => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), killMs).unref();
  };
  return new Promise((resolve) => {
    const fail = (error: ConnectError): void => {
      settle();
      end();
      resolve(new LoginFailure(error, words));
    };
    const onAbort = (): void => {
      fail(calledOffError(host));
    };
    const timer = setTimeout(() => {
      fail(timeoutError(host, words.stage, words.said.trim()));
    }, host.connectTimeoutMs);
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    };
    refused?.addEventListener('abort', () => {
      fail(loginError(host, words, password));
    });
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
    child.on('error', (cause) => {
      fail(noClientError(host, cause));
    });
    const ended = new Promise<string>((gone) => {
      child.once('close', () => {
        gone(words.last);
        fail(clientError(host, words, password));
      });
    });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString('latin1')).slice(-200);
      if (!said.includes(readyWord)) return;
      settle();
      resolve({
        ...{ socket, ended, end },
        // What it says of the login may be read a moment after its word that it is ready.
        get login() {
          return words.login;
        },
      });
    });
  });
}

// Nobody can be asked in the middle of a run.
function environment(agentSocket: string | undefined): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^SSH_(AUTH_SOCK|ASKPASS)$/.test(name));
  return {
    ...Object.fromEntries(inherited),
    LC_ALL: 'C',
    ...(agentSocket === undefined || agentSocket === '' ? {} : { SSH_AUTH_SOCK: agentSocket }),
  };
}
