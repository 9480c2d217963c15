// The libraries of sh that a playbook uses: directories in `lib`, beside the playbook's own. A link leads to none of them.
import { lstat, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { decodeText, isId, readYaml } from '../document/index.ts';
import { isMusterError, type MusterError, UsageError } from '../model/index.ts';
import { readTree, type Spent, type TreeFile, type TreeLimits, type TreeWords } from './read-tree.ts';
import { namesIn, unreadable } from './unreadable.ts';

interface LibraryTree {
  readonly directory: string;
  readonly files: ReadonlyMap<string, TreeFile>;
}

/** The directory `lib` beside a playbook as `parsePlaybook` takes it. */
export interface LibraryFolder {
  /** As messages show it. */
  readonly directory: string;
  readonly names: readonly string[];
  readonly byName: ReadonlyMap<string, LibraryTree | MusterError>;
}

const words: TreeWords = {
  what: 'the library',
  foreign: { code: 'PLAYBOOK_LIBRARY_FILE', hint: 'a library must hold its sh files itself' },
  tooLarge: 'PLAYBOOK_TOO_LARGE',
  sum: 'the playbook with ',
};

/** Reads what playbook.yaml uses; undefined when it uses nothing. What cannot be read is kept as its error. */
export async function readLibraries(
  playbook: string,
  manifest: Uint8Array | undefined,
  limits: TreeLimits,
  spent: Spent,
): Promise<LibraryFolder | undefined> {
  const used = namesUsed(manifest);
  if (used.length === 0) return undefined;
  const { real, shown } = await folderBeside(playbook);
  const byName = new Map<string, LibraryTree | MusterError>();
  for (const name of used) {
    const found = await readLibrary(join(real, name), join(shown, name), limits, spent);
    if (found !== undefined) byName.set(name, found);
  }
  return { directory: shown, names: await namesIn(real), byName };
}

/** The names below `uses`, as far as they can be names. Whatever else is wrong with the text, its parser tells. */
function namesUsed(manifest: Uint8Array = new Uint8Array()): string[] {
  let value: unknown;
  try {
    ({ value } = readYaml(decodeText('playbook.yaml', manifest)));
  } catch (error) {
    if (isMusterError(error)) return [];
    throw error;
  }
  const uses: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'uses') : undefined;
  const names: readonly unknown[] = Array.isArray(uses) ? uses : [];
  return [...new Set(names)].filter((name) => typeof name === 'string').filter(isId);
}

/**
 * `lib` beside the playbook's directory: beside where that really is, for the libraries came with it, and not with a link
 * to it. It is shown as seen from the working directory where that is the same place.
 */
async function folderBeside(playbook: string): Promise<{ readonly real: string; readonly shown: string }> {
  const parent = dirname(await realpath(playbook));
  const near = join(playbook, '..');
  const isSame = (await realpath(near).catch(() => undefined)) === parent;
  return { real: join(parent, 'lib'), shown: join(isSame ? near : parent, 'lib') };
}

/** Undefined when there is nothing of that name. */
async function readLibrary(
  real: string,
  shown: string,
  limits: TreeLimits,
  spent: Spent,
): Promise<LibraryTree | MusterError | undefined> {
  try {
    const info = await lstat(real);
    if (info.isSymbolicLink() || (await realpath(real)) !== real)
      return refused(shown, 'is reached through a link');
    if (!info.isDirectory()) return refused(shown, 'is not a directory');
    return { directory: shown, files: await readTree(shown, limits, words, spent) };
  } catch (error) {
    if (isMusterError(error)) return error;
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return isMissing ? undefined : await unreadable(shown, error);
  }
}

function refused(shown: string, problem: string): UsageError {
  const hint = 'a library is a directory in lib, beside the playbook, with sh files in it';
  return new UsageError('PLAYBOOK_LIBRARY', `${shown} ${problem}`, { hint });
}
