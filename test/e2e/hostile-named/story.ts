// Muster's verbs on hosts whose named is hostile, and what must be true after each, whatever the attack did.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { tokens } from './victim.ts';

const main = join(import.meta.dirname, '../../../dist/cli/main.js');

/** A verb is cut off after this: it hung. */
const boundMs = 150_000;

export interface Said {
  readonly verb: string;
  readonly code: number | null;
  readonly hung: boolean;
  readonly text: string;
}

/** Runs one verb to its end, or to the bound. */
export async function verb(args: readonly string[]): Promise<Said> {
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (bytes: Buffer) => {
      text += bytes.toString('latin1');
    });
  let hung = false;
  const timer = setTimeout(() => {
    hung = true;
    child.kill('SIGKILL');
  }, boundMs);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearTimeout(timer);
  return { verb: args[0] ?? '', code, hung, text };
}

/** What is wrong with what a verb said: a hang, an end that has no place here, a secret. */
export function wrongIn({ verb: name, code, hung, text }: Said): readonly string[] {
  const found: string[] = [];
  if (hung) found.push(`${name} hangs`);
  else if (code === null || ![0, 1, 3].includes(code)) found.push(`${name} ends with ${String(code)}`);
  for (const token of tokens) {
    const shown = formsOf(token).find((form) => text.includes(form));
    if (shown !== undefined) found.push(`${name} shows a secret: ${shown}`);
  }
  return found;
}

/** How a text may stand in another one: as it is, in base64 at any place, in hexadecimal digits. */
function formsOf(token: string): readonly string[] {
  const inBase64 = [0, 1, 2].map((before) => {
    const whole = Buffer.from(`${'x'.repeat(before)}${token}`).toString('base64');
    return whole.slice(before === 0 ? 0 : 4, -4);
  });
  return [token, ...inBase64, Buffer.from(token).toString('hex')];
}
