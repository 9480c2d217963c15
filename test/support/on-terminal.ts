// muster on a terminal (script of util-linux), with somebody who types when they are asked.
import { spawn } from 'node:child_process';
import { join } from 'node:path';

const main = join(import.meta.dirname, '../../dist/cli/main.js');

/** What was on the screen, and how it ended. */
export interface Screen {
  readonly code: number | null;
  readonly text: string;
}

/** Runs muster in a folder. Each question is answered once, when it is on the screen; the text is what is typed, with its `\r`. */
export async function onTerminal(
  folder: string,
  args: readonly string[],
  answers: Readonly<Record<string, string>>,
): Promise<Screen> {
  const words = [process.execPath, main, ...args].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-qefc', words, '/dev/null'], {
    cwd: folder,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.on('error', () => undefined);
  const open = new Map(Object.entries(answers));
  let text = '';
  child.stdout.on('data', (bytes: Buffer) => {
    text += bytes.toString();
    for (const [question, answer] of open) {
      if (!text.includes(question)) continue;
      open.delete(question);
      child.stdin.write(answer);
    }
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, text };
}
