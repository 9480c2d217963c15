// Text files as people name them on the command line, with an answer when they are not there.
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { didYouMean, type SourceFile } from '../document/index.ts';
import { UsageError } from '../errors.ts';

const mostBytes = 4 * 1024 ** 2;

/** Reads a UTF-8 text of at most 4 MiB. Throws UsageError when it is missing, no file, too large or not UTF-8. */
export async function readTextFile(path: string): Promise<SourceFile> {
  const info = await stat(path).catch(async (error: unknown) =>
    Promise.reject(await unreadable(path, error)),
  );
  if (info.isDirectory())
    throw new UsageError('FILE_IS_DIRECTORY', `${path} is a directory`, { hint: 'name a file' });
  if (info.size > mostBytes)
    throw new UsageError('FILE_TOO_LARGE', `${path} is larger than ${mostBytes} bytes`);
  const bytes = await readFile(path).catch(async (error: unknown) =>
    Promise.reject(await unreadable(path, error)),
  );
  try {
    return { file: path, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch (cause) {
    throw new UsageError('FILE_NOT_TEXT', `${path} is not UTF-8 text`, { cause });
  }
}

/** Reads an inventory's text, ready for `parseInventory`. Throws UsageError as `readTextFile` does. */
export async function readInventory(path: string): Promise<SourceFile> {
  const info = await stat(path).catch(() => undefined);
  if (info?.isDirectory() !== true) return await readTextFile(path);
  const files = (await namesIn(path)).filter((name) => /\.ya?ml$/.test(name));
  throw new UsageError('INVENTORY_IS_DIRECTORY', `${path} is a directory`, {
    hint: files.length === 0 ? 'name an inventory file' : `inventories in it: ${files.join(', ')}`,
  });
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
