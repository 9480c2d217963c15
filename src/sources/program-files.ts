// Files that decide what a command of an inventory does: its program and its arguments, as far as they lie in the tree
// that the inventory is from. What the system or the operator has installed elsewhere is not of that tree's making.
import { realpath, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isInside } from './find-config.ts';
import { readBytes, type TakenBytes } from './read-bytes.ts';

const mostBytesOfProgram = 64 * 1024 ** 2;

/** A file of the tree that a command runs or is given. */
export interface ProgramFile extends TakenBytes {
  readonly path: string;
}

/** The places in which commands are looked for, and the tree that the inventory is from. */
export interface ProgramPlaces {
  /** The directory in which they run. */
  readonly cwd: string;
  /** PATH. */
  readonly searchPath: string;
  /** The directory that holds what was found. */
  readonly root: string;
}

/** The files in the tree that these commands name, each once, sorted by path. Throws UsageError for one that is too large. */
export async function programFiles(
  commands: readonly (readonly string[])[],
  places: ProgramPlaces,
): Promise<readonly ProgramFile[]> {
  const paths = new Set<string>();
  for (const [program = '', ...words] of commands) {
    for (const path of [
      ...programPaths(program, places),
      ...words.flatMap((word) => wordPaths(word, places)),
    ]) {
      if (await isInTree(path, places)) paths.add(path);
    }
  }
  return Promise.all(
    [...paths].sort().map(async (path) => ({ path, ...(await readBytes(path, mostBytesOfProgram)) })),
  );
}

/** Wherever the system may find a program: a PATH may lead into the tree, and what is no program today may be one then. */
function programPaths(program: string, { cwd, searchPath }: ProgramPlaces): string[] {
  if (program.includes('/')) return [resolve(cwd, program)];
  return searchPath.split(':').map((folder) => join(resolve(cwd, folder), program));
}

const signs = /[\s;&|()<>{}"'`$=:,@]+/;

/** A word may be a path, end in one, as `--file=tools/x` and `-ftools/x` do, or hold some, as for `sh -c`. */
function wordPaths(word: string, { cwd }: ProgramPlaces): string[] {
  const behind = word.slice(word.indexOf('=') + 1);
  const parts = [word, behind, ...word.split(/["']/), ...word.split(signs)].flatMap((part) =>
    /^-[^-]/.test(part) ? [part, part.slice(2)] : [part],
  );
  return [...new Set(parts)].filter((each) => each !== '').map((each) => resolve(cwd, each));
}

async function isInTree(path: string, { root, cwd }: ProgramPlaces): Promise<boolean> {
  if (!(await isFile(path))) return false;
  const real = await realpath(path);
  return [path, real].some((each) => isInside(root, each) || isInside(cwd, each));
}

async function isFile(path: string): Promise<boolean> {
  // A word with a NUL, or one that is too long, is no path.
  return (await stat(path).catch(() => undefined))?.isFile() === true;
}
