// The error for a path that cannot be read.
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { didYouMean, UsageError } from '../model/index.ts';

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

/** The names in a directory, sorted; none when it cannot be read. */
export async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).sort();
}
