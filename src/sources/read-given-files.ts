// The files of an operator that a var of type files names: zones, keys, whatever a playbook puts on hosts for them.
import { stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { UsageError } from '../model/index.ts';
import { homeDirectory } from './home.ts';
import { kindOf, readBytes } from './read-bytes.ts';
import { mostOfTree, readTree, type TreeLimits, type TreeWords } from './read-tree.ts';
import { unreadable } from './unreadable.ts';

const words: TreeWords = {
  what: 'the directory',
  foreign: { code: 'VAR_FILES', hint: 'put the file itself there, or name it in the inventory' },
  tooLarge: 'VAR_FILES_TOO_LARGE',
};

/**
 * A file by its last name, or all files below a directory by their names in it, but not what begins with a dot. The
 * path is relative to the file `from`, in which it stands; `~/` is the home directory. Throws UsageError.
 */
export async function readGivenFiles(
  path: string,
  from: string,
  limits: TreeLimits = mostOfTree,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const place = placeOf(path, from);
  const info = await stat(place).catch(async (error: unknown) =>
    Promise.reject(await unreadable(place, error)),
  );
  if (info.isDirectory()) {
    const files = [...(await readTree(place, limits, words))].filter(([name]) => !/(^|\/)\./.test(name));
    if (files.length > 0) return new Map(files.map(([name, { bytes }]) => [name, bytes]));
    throw new UsageError('VAR_FILES', `${place} holds no file`, {
      hint: 'names that begin with a dot are left out',
    });
  }
  if (!info.isFile())
    throw new UsageError('VAR_FILES', `${place} is ${kindOf(info)}, neither a file nor a directory`);
  if (info.size > limits.bytes) {
    throw new UsageError('VAR_FILES_TOO_LARGE', `${place} is larger than ${limits.bytes} bytes`);
  }
  const { bytes } = await readBytes(place, limits.bytes);
  return new Map([[basename(place), bytes]]);
}

/** Where a path of a var leads that stands in the file `from`. */
export function placeOf(path: string, from: string): string {
  if (path.startsWith('~/')) return join(homeDirectory(), path.slice(2));
  return isAbsolute(path) ? path : join(dirname(from), path);
}
