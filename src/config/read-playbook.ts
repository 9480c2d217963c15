// A playbook's directory to a value. Bounded, so that a wrong path does not read a whole disk, and nothing outside
// the directory comes in through a symbolic link.
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { UsageError } from '../errors.ts';
import { unreadable } from './read-text.ts';

const mostFiles = 2_000;
const mostBytes = 64 * 1024 ** 2;
// What editors, file managers and version control leave beside the files.
const notOurs = /^(\.git|\.svn|\.DS_Store|.*~|\..*\.sw[op])$/;

/** A playbook's files as `parsePlaybook` takes them. */
interface ReadPlaybookTree {
  readonly directory: string;
  /** Relative path, with `/`, to the file; sorted by path. */
  readonly files: ReadonlyMap<string, { readonly bytes: Uint8Array; readonly executable: boolean }>;
}

/** How much a playbook may hold. */
interface TreeLimits {
  readonly files: number;
  readonly bytes: number;
}

interface Reading {
  readonly directory: string;
  readonly root: string;
  readonly limits: TreeLimits;
  readonly files: Map<string, { bytes: Uint8Array; executable: boolean }>;
  /** Folders count too: links among them could multiply without end. */
  entries: number;
  bytes: number;
}

/**
 * Reads a playbook's directory: at most 2,000 files and 64 MiB. Throws UsageError when it is missing, has no
 * playbook.yaml, is too large, or holds links that lead out of it, sockets and the like.
 */
export async function readPlaybookTree(
  directory: string,
  limits: TreeLimits = { files: mostFiles, bytes: mostBytes },
): Promise<ReadPlaybookTree> {
  const info = await stat(directory).catch(async (error: unknown) =>
    Promise.reject(await unreadable(directory, error)),
  );
  if (!info.isDirectory()) {
    const hint = 'name the directory that holds playbook.yaml';
    throw new UsageError('PLAYBOOK_NOT_DIRECTORY', `${directory} is not a directory`, { hint });
  }
  await stat(join(directory, 'playbook.yaml')).catch(async (cause: unknown) =>
    Promise.reject(await noPlaybook(directory, cause)),
  );
  const root = await realpath(directory);
  const reading: Reading = { directory, root, limits, files: new Map(), entries: 0, bytes: 0 };
  await readFolder(reading, '', [root]);
  const files = new Map([...reading.files].sort(([a], [b]) => (a < b ? -1 : 1)));
  return { directory, files };
}

/** `above` holds the real paths of the folders on the way here: a link to one of them would never end. */
async function readFolder(reading: Reading, folder: string, above: readonly string[]): Promise<void> {
  const names = await readdir(join(reading.root, folder));
  for (const name of names.filter((each) => !notOurs.test(each)).sort()) {
    const path = folder === '' ? name : `${folder}/${name}`;
    reading.entries += 1;
    if (reading.entries > reading.limits.files) {
      throw tooLarge(reading, `more than ${reading.limits.files} files`);
    }
    const real = await realpath(join(reading.root, path)).catch(() => undefined);
    if (real === undefined) throw refused(reading, path, 'is a link to nothing');
    if (!real.startsWith(reading.root + sep))
      throw refused(reading, path, 'is a link that leads out of the playbook');
    const info = await stat(real);
    if (info.isDirectory()) {
      if (above.includes(real)) throw refused(reading, path, 'is a link to a directory that it is in');
      await readFolder(reading, path, [...above, real]);
    } else if (info.isFile()) {
      await readInto(reading, path, real, info);
    } else throw refused(reading, path, 'is neither a file nor a directory');
  }
}

async function readInto(
  reading: Reading,
  path: string,
  real: string,
  info: { readonly size: number; readonly mode: number },
): Promise<void> {
  const { limits } = reading;
  if (reading.bytes + info.size > limits.bytes) throw tooLarge(reading, `more than ${limits.bytes} bytes`);
  const bytes = await readFile(real).catch(async (error: unknown) =>
    Promise.reject(await unreadable(real, error)),
  );
  reading.bytes += bytes.length;
  reading.files.set(path, { bytes, executable: (info.mode & 0o100) !== 0 });
}

function refused({ directory }: Reading, path: string, problem: string): UsageError {
  return new UsageError('PLAYBOOK_FILE', `${directory}/${path} ${problem}`, {
    hint: 'a playbook holds its own files',
  });
}

function tooLarge({ directory }: Reading, problem: string): UsageError {
  const hint = 'large files are better fetched by the hosts themselves';
  return new UsageError('PLAYBOOK_TOO_LARGE', `${directory} holds ${problem}`, { hint });
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
