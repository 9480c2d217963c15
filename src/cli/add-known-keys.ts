// Lines at the end of a known_hosts file. What stands there is not touched.
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { OutputError, systemWords } from './outputs.ts';
import { tell } from './taken-fleet.ts';

/** Appends lines in one write, behind a line end where the last line has none. Throws OutputError. */
export async function addKnownKeys(path: string, lines: readonly string[]): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const file = await open(path, 'a+', 0o600);
    try {
      const { size } = await file.stat();
      const last = Buffer.alloc(1);
      if (size > 0) await file.read(last, 0, 1, size - 1);
      const isOpen = size > 0 && last.toString() !== '\n';
      await file.appendFile(`${isOpen ? '\n' : ''}${lines.join('\n')}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw new OutputError('KNOWN_HOSTS_WRITE', `${path} cannot be written: ${systemWords(cause)}`, { cause });
  }
  tell(`${String(lines.length)} ${lines.length === 1 ? 'key' : 'keys'} added to ${path}`);
}
