// What OpenSSH's client asks while it logs in is answered here. It starts a program for each question, and that program asks
// over a socket in the private directory: so no secret is in a file, an argument or the environment.
import { createServer, type Socket } from 'node:net';
import type { Secret } from '../../model/index.ts';
import type { PasswordLogin } from '../ssh/password-login.ts';
import type { GivenPin } from './token-pins.ts';

const socketVariable = 'MUSTER_ASKPASS';

/** What is known for one login. */
export interface Answers {
  /** The program that OpenSSH's client is to start. */
  readonly program: string;
  readonly passphrases: ReadonlyMap<string, Secret>;
  readonly password: PasswordLogin | undefined;
  /** Gives the PIN of a token when it is this login's turn; undefined when nobody knows one. */
  readonly pin?: () => Promise<GivenPin | undefined>;
}

/** What is asked while a login goes on. */
export interface DeskEvents {
  /** The host asks for something that nobody has: the question stays open. */
  readonly unanswered: () => void;
  /** A PIN was given; undefined for one that the token refused before. */
  readonly pinGiven: (given: GivenPin | undefined) => void;
  /** Whether a question for a key is the client's own. Before OpenSSH 8.5 a host's question can look like one. */
  readonly isOwnQuestion: () => boolean;
}

/** Where the questions of one login are answered. */
export interface Desk {
  /** Rejects when the socket cannot be made. */
  readonly ready: Promise<void>;
  /** What the client's environment needs: names and paths only. */
  readonly environment: Readonly<Record<string, string>>;
  close(): void;
}

/** A program of sh that passes its question on, and prints the answer; without an answer it fails. */
export function askpassProgram(): string {
  const code =
    `const c=require("net").connect(process.env.${socketVariable});let a="";c.setEncoding("utf8");c.on("error",()=>process.exit(1));` +
    'c.on("data",(d)=>{a+=d});c.on("end",()=>{if(!a)process.exit(1);process.stdout.write(a)});' +
    'c.write(JSON.stringify([process.argv[1],process.env.SSH_ASKPASS_PROMPT||""])+"\\n")';
  const node = process.execPath.replaceAll("'", "'\\''");
  // With `none` it is to show a word until somebody touched a key, and is then ended.
  const shows = '[ "$SSH_ASKPASS_PROMPT" = none ] && exec sleep 60';
  return `#!/bin/sh\nunset NODE_OPTIONS\n${shows}\nexec '${node}' -e '${code}' -- "$1"\n`;
}

/** Answers questions for passphrases once a file, and for the password and a PIN once. */
export function openDesk(socketPath: string, answers: Answers, events: DeskEvents): Desk {
  const sockets = new Set<Socket>();
  const answering = new Answering(answers, events);
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    let heard = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      heard += text;
      if (!heard.endsWith('\n')) return;
      const [question = '', kind = ''] = JSON.parse(heard) as readonly string[];
      answering.to(question, kind).then(
        (answer) => {
          if (answer === undefined) events.unanswered();
          else socket.end(answer);
        },
        () => socket.end(''),
      );
    });
  });
  const ready = new Promise<void>((resolve, reject) => {
    server.on('error', reject);
    server.listen(socketPath, resolve);
  });
  return {
    ready,
    environment: {
      SSH_ASKPASS: answers.program,
      SSH_ASKPASS_REQUIRE: 'force',
      // Before OpenSSH 8.4 it is used where there is a display, and no terminal.
      DISPLAY: process.env['DISPLAY'] ?? ':0',
      [socketVariable]: socketPath,
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

class Answering {
  readonly #answers: Answers;
  readonly #events: DeskEvents;
  readonly #asked = new Set<string>();

  constructor(answers: Answers, events: DeskEvents) {
    this.#answers = answers;
    this.#events = events;
  }

  /** An empty answer is none. Undefined for a question that must stay open. */
  async to(question: string, kind: string): Promise<string | undefined> {
    // A question for yes or no, such as whether a key is to be added to an agent.
    if (kind !== '') return '';
    const [, path] = /^Enter passphrase for (?:key )?'?(.*?)'?: ?$/s.exec(question) ?? [];
    const isForPin = /^Enter PIN for /.test(question);
    if ((path !== undefined || isForPin) && !this.#events.isOwnQuestion()) return '';
    if (path !== undefined) return this.#passphrase(path);
    if (isForPin) return await this.#pin();
    const { password } = this.#answers;
    return password === undefined ? '' : line(password.answer(question));
  }

  #passphrase(shown: string): string {
    // ssh shows the first hundred bytes of a path.
    const [path, passphrase] =
      [...this.#answers.passphrases].find(
        ([each]) => each === shown || (shown.length >= 99 && each.startsWith(shown)),
      ) ?? [];
    if (path === undefined || this.#asked.has(path)) return '';
    this.#asked.add(path);
    return `${passphrase?.reveal() ?? ''}\n`;
  }

  async #pin(): Promise<string> {
    if (this.#asked.has('PIN')) return '';
    this.#asked.add('PIN');
    if (this.#answers.pin === undefined) return '';
    const given = await this.#answers.pin();
    this.#events.pinGiven(given);
    return given === undefined ? '' : `${given.pin.reveal()}\n`;
  }
}

function line(answer: string | undefined): string | undefined {
  return answer === undefined ? undefined : `${answer}\n`;
}
