// How a command becomes root's. Without a password it is a matter of fixed words. With one, the program that asks for it gets a
// terminal for the question alone: what is said there never mixes with the stream, which goes beside it.
import { randomBytes } from 'node:crypto';
import { ConnectError, type Secret } from '../model/index.ts';
import type { Channel, ExitStatus, HostConnection, Session } from './port.ts';
import { lendText } from './lend.ts';
import { SecondTry } from './second-try.ts';
import { passwordHint } from './refusal-words.ts';
import { untilRoot } from './root-terminal.ts';
import { plain } from './printable.ts';

type Become = Pick<HostConnection, 'become' | 'name' | 'user'>;
type Way = Exclude<Become['become'], 'none'>;

/** `requiretty` of sudoers, in whatever language. */
const terminalWanted = /^sudo: .*\btty\b/im;
/** Sessions whose sudo said so. */
const wantTerminal = new WeakSet<Session>();

/** Prefixes a command of fixed words so that it runs as root; `-n` makes it fail rather than ask for a password. */
export function becomeCommand(become: HostConnection['become'], command: string): string {
  return become === 'none' ? `exec ${command}` : `exec ${become} -n ${command}`;
}

/**
 * Runs a command of fixed words as root. A password is given once: who asks again is not answered. A sudo that wants a terminal gets
 * one, also without a password. Throws ConnectError SSH_BECOME, and what `exec` throws.
 */
export async function execAsRoot(
  session: Session,
  host: Become,
  command: string,
  password?: Secret,
): Promise<Channel> {
  const { become } = host;
  if (become === 'none') return await session.exec(becomeCommand(become, command));
  if (password !== undefined || wantTerminal.has(session))
    return await execOnTerminal(session, { ...host, become }, command, password);
  if (become === 'su') throw noPasswordError(host);
  const first = await session.exec(becomeCommand(become, command));
  if (become === 'doas') return first;
  return new SecondTry({
    first,
    isRefusal: (stderr) => terminalWanted.test(stderr),
    again: async () => {
      wantTerminal.add(session);
      return await execOnTerminal(session, { ...host, become }, command, password);
    },
  });
}

async function execOnTerminal(
  session: Session,
  host: Become & { readonly become: Way },
  command: string,
  password: Secret | undefined,
): Promise<Channel> {
  const letters = Array.from(password?.reveal() ?? '');
  if (letters.some((letter) => letter < ' ' || letter === '\x7f')) throw strangePasswordError(host);
  const nonce = randomBytes(8).toString('hex');
  const lender = await session.exec('exec /bin/sh -s');
  try {
    await lender.write(Buffer.from(lendText(nonce, command)));
    const { rest, said: directory } = await lineWith(lender, `${nonce}-lent `);
    if (directory === undefined) throw notLentError(host, lender.stderr());
    const words = wordsOf(host.become, `/bin/sh ${directory}/go`, nonce, password !== undefined);
    const terminal = await session.exec(words, { terminal: true });
    await untilRoot(terminal, host, nonce, password);
    await lender.write(Buffer.from('go\n'));
    return new LentChannel(lender, terminal, rest);
  } catch (error) {
    lender.end();
    throw error;
  }
}

function wordsOf(become: Way, command: string, nonce: string, mayAsk: boolean): string {
  // In another language its question would not be known for one.
  if (become === 'su') return `env LC_ALL=C su root -c '${command}'`;
  return `env LC_ALL=C ${become === 'sudo' ? `sudo ${mayAsk ? `-p ${nonce}-password:` : '-n'}` : become} ${command}`;
}

/** The rest of a line that begins so, and what comes behind it; what is before it is not ours (a .cshrc may print). */
async function lineWith(
  channel: Channel,
  mark: string,
): Promise<{ readonly said: string | undefined; readonly rest: AsyncIterable<Uint8Array> }> {
  const chunks = channel.stdout[Symbol.asyncIterator]();
  let heard = Buffer.alloc(0);
  for (;;) {
    const next = await chunks.next();
    if (next.done === true) return { said: undefined, rest: channel.stdout };
    heard = Buffer.concat([heard, next.value]);
    const from = heard.indexOf(mark);
    const to = from === -1 ? -1 : heard.indexOf('\n', from);
    if (to === -1 && heard.length < 64 * 1024) continue;
    if (to === -1) return { said: undefined, rest: channel.stdout };
    const said = heard.toString('latin1', from + mark.length, to);
    const rest = followed(heard.subarray(to + 1), chunks);
    // It comes from the host, and goes into a command line.
    return { said: /^\/tmp\/muster-root\.\w+$/.test(said) ? said : undefined, rest };
  }
}

async function* followed(first: Uint8Array, chunks: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (first.length > 0) yield first;
  for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield next.value;
}

/** The lender's stream, and the end of what root ran. */
class LentChannel implements Channel {
  readonly stdout: AsyncIterable<Uint8Array>;
  readonly closed: Promise<ExitStatus>;
  readonly #lender: Channel;

  constructor(lender: Channel, terminal: Channel, stdout: AsyncIterable<Uint8Array>) {
    this.#lender = lender;
    this.stdout = stdout;
    this.closed = Promise.all([lender.closed, terminal.closed]).then(([, exit]) => exit);
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#lender.write(bytes);
  }

  end(): void {
    this.#lender.end();
  }

  stderr(): string {
    return this.#lender.stderr();
  }
}

function noPasswordError({ name }: Become): ConnectError {
  return new ConnectError('SSH_BECOME', 'su needs the password of root, and none was given', {
    host: name,
    hint: passwordHint,
  });
}

function strangePasswordError({ name, become }: Become): ConnectError {
  return new ConnectError(
    'SSH_BECOME',
    `the password for ${become} holds a control character, which a terminal would act on`,
    {
      host: name,
      hint: 'a password of several lines, or with control characters, cannot be typed: check the source that it is read from',
    },
  );
}

function notLentError({ name, user }: Become, stderr: string): ConnectError {
  const words = plain(stderr).trim().slice(0, 200);
  return new ConnectError(
    'SSH_BECOME',
    `${user} could not make a private directory below /tmp${words === '' ? '' : `: ${words}`}`,
    {
      host: name,
      hint: `mktemp and mkfifo make it in the login shell of ${user}; /tmp must be mode 1777, and not full`,
    },
  );
}
