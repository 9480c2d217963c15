// A directory to a value. Bounded, so that a wrong path does not read a whole disk, and nothing outside the directory
// comes in through a symbolic link.
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { UsageError } from '../model/index.ts';
import { readBytes } from './read-bytes.ts';

// What editors, file managers and version control leave beside the files.
const notOurs = /^(\.git|\.svn|\.DS_Store|.*~|\..*\.sw[op])$/;

/** How much a directory may hold. */
export interface TreeLimits {
  readonly files: number;
  readonly bytes: number;
}

/** As much as a playbook holds at most, and as much as a var may bring. */
export const mostOfTree: TreeLimits = { files: 2_000, bytes: 64 * 1024 ** 2 };

/** What a refusal says. */
export interface TreeWords {
  /** What the directory is, e.g. `the playbook`. */
  readonly what: string;
  /** Error code for what cannot be in it, and what to do about it. */
  readonly foreign: { readonly code: string; readonly hint: string };
  /** Error code for too much of it. */
  readonly tooLarge: string;
  /** What is counted with it, where that is more, e.g. `the playbook with `. */
  readonly sum?: string;
}

/** A file as it was read. */
export interface TreeFile {
  readonly bytes: Uint8Array;
  readonly executable: boolean;
}

/** How much was read so far: several directories may share one limit. Folders count, for links among them could multiply. */
export interface Spent {
  entries: number;
  bytes: number;
}

interface Reading {
  readonly directory: string;
  readonly root: string;
  readonly limits: TreeLimits;
  readonly words: TreeWords;
  readonly files: Map<string, TreeFile>;
  readonly spent: Spent;
}

/** The files below a directory: relative path, with `/`, to the file; sorted by path. Adds to `spent`. Throws UsageError. */
export async function readTree(
  directory: string,
  limits: TreeLimits,
  words: TreeWords,
  spent: Spent = { entries: 0, bytes: 0 },
): Promise<Map<string, TreeFile>> {
  const root = await realpath(directory);
  const reading: Reading = { directory, root, limits, words, files: new Map(), spent };
  await readFolder(reading, '', [root]);
  return new Map([...reading.files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** `above` holds the real paths of the folders on the way here: a link to one of them would never end. */
async function readFolder(reading: Reading, folder: string, above: readonly string[]): Promise<void> {
  const names = await readdir(join(reading.root, folder));
  for (const name of names.filter((each) => !notOurs.test(each)).sort()) {
    const path = folder === '' ? name : `${folder}/${name}`;
    reading.spent.entries += 1;
    if (reading.spent.entries > reading.limits.files) {
      throw tooLarge(reading, `more than ${reading.limits.files} files`);
    }
    const real = await realpath(join(reading.root, path)).catch(() => undefined);
    if (real === undefined) throw refused(reading, path, 'is a link to nothing');
    if (!real.startsWith(reading.root + sep))
      throw refused(reading, path, `is a link that leads out of ${reading.words.what}`);
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
  const { limits, spent } = reading;
  if (spent.bytes + info.size > limits.bytes) throw tooLarge(reading, `more than ${limits.bytes} bytes`);
  const { bytes } = await readBytes(real, limits.bytes - spent.bytes);
  spent.bytes += bytes.length;
  reading.files.set(path, { bytes, executable: (info.mode & 0o100) !== 0 });
}

function refused({ directory, words }: Reading, path: string, problem: string): UsageError {
  const { code, hint } = words.foreign;
  return new UsageError(code, `${directory}/${path} ${problem}`, { hint });
}

function tooLarge({ directory, words }: Reading, problem: string): UsageError {
  const hint = 'let the hosts fetch large files themselves';
  return new UsageError(words.tooLarge, `${words.sum ?? ''}${directory} holds ${problem}`, { hint });
}
