// The terminal on which a program asks for root's password. What it says is looked at for the question and for the answer's
// outcome, and goes nowhere else.
import { ConnectError, type Secret } from '../model/index.ts';
import type { Channel, HostConnection } from './port.ts';
import { plain } from './printable.ts';
import { hintForRefusal } from './refusal-words.ts';

const keptChars = 8 * 1024;

/** Resolves when root's shell speaks. Throws ConnectError SSH_BECOME when it does not come to that. */
export async function untilRoot(
  terminal: Channel,
  host: Pick<HostConnection, 'become' | 'name' | 'user'>,
  nonce: string,
  password: Secret | undefined,
): Promise<void> {
  const asks = host.become === 'sudo' ? new RegExp(`${nonce}-password:`) : /passw(?:or)?d[^\n]*:\s*$/i;
  const chunks = terminal.stdout[Symbol.asyncIterator]();
  let [heard, all, isGiven] = ['', '', false];
  for (;;) {
    const next = await chunks.next();
    if (next.done === true) break;
    const text = Buffer.from(next.value).toString('latin1');
    heard = (heard + text).slice(-keptChars);
    all = (all + text).slice(-keptChars);
    if (heard.includes(`${nonce}-root`)) {
      drain(chunks);
      return;
    }
    if (!asks.test(heard)) continue;
    // sudo asks three times, and each counts where logins are counted.
    if (isGiven || password === undefined) throw refused(terminal, host);
    isGiven = true;
    // What stood before the question is not about the answer.
    [heard, all] = ['', ''];
    await terminal.write(Buffer.from(`${password.reveal()}\n`)).catch(() => undefined);
  }
  const words = wordsOf(all, nonce, password);
  throw new ConnectError(
    'SSH_BECOME',
    `${host.become} did not make ${host.user} root${words === '' ? '' : `: ${words}`}`,
    { host: host.name, hint: hintFor(host, words, isGiven) },
  );
}

/** What root runs may print on the terminal, and must not wait for that. */
function drain(chunks: AsyncIterator<Uint8Array>): void {
  const go = async (): Promise<void> => {
    while ((await chunks.next()).done !== true);
  };
  go().catch(() => undefined);
}

function refused(terminal: Channel, host: Pick<HostConnection, 'become' | 'name' | 'user'>): ConnectError {
  terminal.end();
  terminal.drop?.();
  return new ConnectError('SSH_BECOME', `${host.become} refused the password`, {
    host: host.name,
    hint: hintFor(host, '', true),
  });
}

function hintFor(
  { become, user }: Pick<HostConnection, 'become' | 'user'>,
  words: string,
  isGiven: boolean,
): string {
  const known = hintForRefusal(words);
  if (known !== undefined) return known;
  if (/wheel|group/.test(words)) return `put ${user} into the group wheel, or use another account`;
  if (!isGiven) return `try it by hand: log in as ${user}, then ${become}`;
  return become === 'su'
    ? 'su needs the password of root, and some systems lock an account after some wrong ones: correct it before you try again'
    : `${become} wants the password of ${user}: correct it before you try again`;
}

/** The last words, fit for one line, without the question, and without the password, should the host echo it. */
function wordsOf(all: string, nonce: string, password: Secret | undefined): string {
  const unseen =
    password === undefined ? all : all.replaceAll(Buffer.from(password.reveal()).toString('latin1'), '...');
  return unseen
    .replaceAll(`${nonce}-password:`, '')
    .replace(/[^\x20-\x7e\r\n]\[[0-9;?]*[A-Za-z]/g, '')
    .split(/[\r\n]+/)
    .map((line) => plain(line).trim())
    .filter((line) => line !== '' && !/passw(?:or)?d[^\n]*:$/i.test(line))
    .slice(-3)
    .join('; ')
    .slice(0, 300);
}
