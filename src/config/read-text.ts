// Text files as people name them on the command line, with an answer when they are not there.
import type { Stats } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { decodeText, didYouMean, type SourceFile } from '../document/index.ts';
import { UsageError } from '../errors.ts';

const mostBytes = 4 * 1024 ** 2;

// What a shell makes of `<(command)`, and the input of the command itself: pipes that somebody writes into.
const givenByShell = /^\/(dev\/(stdin|fd\/\d+)|proc\/(self|\d+)\/fd\/\d+)$/;

/** Reads a UTF-8 text of at most 4 MiB. Throws UsageError when it is missing, no file, too large or not UTF-8. */
export async function readTextFile(path: string): Promise<SourceFile> {
  const bytes = await readBounded(path);
  try {
    return { file: path, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch (cause) {
    throw new UsageError('FILE_NOT_TEXT', `${path} is not UTF-8 text`, { cause, hint: 'save it as UTF-8' });
  }
}

/**
 * Reads a YAML file, which messages call `shown`. Throws UsageError as `readTextFile` does, but ConfigError, with the
 * place, when it is not UTF-8.
 */
export async function readDocument(path: string, shown: string = path): Promise<SourceFile> {
  return decodeText(shown, await readBounded(path));
}

/** Reads an inventory's text, ready for `parseInventory`. Throws as `readDocument` does. */
export async function readInventory(path: string): Promise<SourceFile> {
  const info = await stat(path).catch(() => undefined);
  if (info?.isDirectory() !== true) return await readDocument(path);
  const files = (await namesIn(path)).filter((name) => /\.ya?ml$/.test(name));
  throw new UsageError('INVENTORY_IS_DIRECTORY', `${path} is a directory`, {
    hint: files.length === 0 ? 'name an inventory file' : `inventories in it: ${files.join(', ')}`,
  });
}

async function readBounded(path: string): Promise<Uint8Array> {
  const refuse = async (error: unknown): Promise<never> => Promise.reject(await unreadable(path, error));
  const info = await stat(path).catch(refuse);
  if (info.isDirectory())
    throw new UsageError('FILE_IS_DIRECTORY', `${path} is a directory`, { hint: 'name a file' });
  // A pipe that nobody writes into would be waited for without end, and a device may have no end.
  if (!info.isFile() && path !== '/dev/null' && !givenByShell.test(path)) {
    const hint = 'name a file, or /dev/stdin for what is piped into muster';
    throw new UsageError('FILE_NOT_FILE', `${path} is ${kindOf(info)}, not a file`, { hint });
  }
  const bytes = info.size > mostBytes ? undefined : await readFile(path).catch(refuse);
  if (bytes !== undefined && bytes.length <= mostBytes) return bytes;
  throw new UsageError('FILE_TOO_LARGE', `${path} is larger than ${mostBytes} bytes`);
}

function kindOf(info: Stats): string {
  if (info.isFIFO()) return 'a named pipe';
  return info.isSocket() ? 'a socket' : 'a device';
}

/** The error for a path that cannot be read; when it is missing, with the nearest name beside it. */
export async function unreadable(path: string, error: unknown): Promise<UsageError> {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code !== 'ENOENT' && code !== 'ENOTDIR') {
    return new UsageError('FILE_UNREADABLE', `${path} cannot be read: ${code}`, { cause: error });
  }
  const near = didYouMean(basename(path), await namesIn(dirname(path)));
  const hint = near?.replace(/"(.*)"/, (_, name: string) => `"${join(dirname(path), name)}"`);
  return new UsageError(
    'FILE_MISSING',
    `there is no ${path}`,
    hint === undefined ? { cause: error } : { cause: error, hint },
  );
}

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).sort();
}
