// A playbook's directory to a value.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../model/index.ts';
import { mostOfTree, readTree, type TreeFile, type TreeLimits, type TreeWords } from './read-tree.ts';
import { unreadable } from './unreadable.ts';

/** A playbook's files as `parsePlaybook` takes them. */
interface ReadPlaybookTree {
  readonly directory: string;
  /** Relative path, with `/`, to the file; sorted by path. */
  readonly files: ReadonlyMap<string, TreeFile>;
}

const words: TreeWords = {
  what: 'the playbook',
  foreign: { code: 'PLAYBOOK_FILE', hint: 'a playbook holds its own files' },
  tooLarge: 'PLAYBOOK_TOO_LARGE',
};

/**
 * Reads a playbook's directory: at most 2,000 files and 64 MiB. Throws UsageError when it is missing, has no
 * playbook.yaml, is too large, or holds links that lead out of it, sockets and the like.
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
  return { directory, files: await readTree(directory, limits, words) };
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
