// A playbook's directory to a value.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../model/index.ts';
import { type LibraryFolder, readLibraries } from './read-libraries.ts';
import { mostOfTree, readTree, type TreeFile, type TreeLimits, type TreeWords } from './read-tree.ts';
import { unreadable } from './unreadable.ts';

/** A playbook's files as `parsePlaybook` takes them. */
interface ReadPlaybookTree {
  readonly directory: string;
  /** Relative path, with `/`, to the file; sorted by path. */
  readonly files: ReadonlyMap<string, TreeFile>;
  /** Undefined when playbook.yaml uses none. */
  readonly libraries?: LibraryFolder;
}

const words: TreeWords = {
  what: 'the playbook',
  foreign: { code: 'PLAYBOOK_FILE', hint: 'a playbook must hold its files itself' },
  tooLarge: 'PLAYBOOK_TOO_LARGE',
};

/**
 * Reads a playbook's directory, and the libraries that it uses: together at most 2,000 files and 64 MiB. Throws
 * UsageError when the directory is missing, has no playbook.yaml, is too large, or holds sockets and the like, or
 * links that lead out of it. A problem of a library is a value, because playbook.yaml has the line that names it.
 */
export async function readPlaybookTree(
  directory: string,
  limits: TreeLimits = mostOfTree,
): Promise<ReadPlaybookTree> {
  const info = await stat(directory).catch(async (error: unknown) =>
    Promise.reject(await unreadable(directory, error)),
  );
  if (!info.isDirectory()) {
    const hint = 'name the directory that holds playbook.yaml';
    throw new UsageError('PLAYBOOK_NOT_DIRECTORY', `${directory} is not a directory`, { hint });
  }
  const file = await stat(join(directory, 'playbook.yaml')).catch(async (cause: unknown) =>
    Promise.reject(await noPlaybook(directory, cause)),
  );
  if (file.isDirectory()) {
    const hint = 'a playbook is a directory with a file playbook.yaml';
    throw new UsageError('PLAYBOOK_MISSING', `${directory}/playbook.yaml is a directory`, { hint });
  }
  const spent = { entries: 0, bytes: 0 };
  const files = await readTree(directory, limits, words, spent);
  const libraries = await readLibraries(directory, files.get('playbook.yaml')?.bytes, limits, spent);
  return libraries === undefined ? { directory, files } : { directory, files, libraries };
}

async function noPlaybook(directory: string, cause: unknown): Promise<UsageError> {
  const folders = (await readdir(directory, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const inside: string[] = [];
  for (const { name } of folders.slice(0, 100)) {
    const path = join(directory, name);
    if (await stat(join(path, 'playbook.yaml')).catch(() => undefined)) inside.push(path);
  }
  const hint =
    inside.length === 0
      ? 'a playbook is a directory with a playbook.yaml and steps/'
      : `playbooks in it: ${inside.sort().join(', ')}`;
  return new UsageError('PLAYBOOK_MISSING', `no playbook.yaml in ${directory}`, { cause, hint });
}
