// Which commit a directory is of, and whether what was read there is what was committed. git looks at its own objects only:
// nothing that a repository configures (filters, hooks, monitors) is run.
import { createHash } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from '../programs/index.ts';

/** A directory in a working tree. */
export interface CheckedOut {
  /** The commit's id. */
  readonly commit: string;
  /** What was read is not what the commit has. */
  readonly dirty: boolean;
}

const limits = { timeoutMs: 15_000, mostBytes: 16 * 1024 ** 2 };
const symbolicLink = '120000';

/** Undefined where there is no git, no repository, no commit, or a directory that git does not know. */
export async function checkedOut(
  directory: string,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<CheckedOut | undefined> {
  try {
    const commit = (await git(directory, 'rev-parse', '--verify', 'HEAD')).trim();
    const blobs = blobsOf(await git(directory, 'ls-tree', '-r', '-z', 'HEAD'));
    if (blobs.size === 0) return undefined;
    return { commit, dirty: await isDirty(directory, files, blobs) };
  } catch {
    return undefined;
  }
}

async function git(directory: string, ...words: readonly string[]): Promise<string> {
  const environment = {
    ...process.env,
    ...{ LC_ALL: 'C', GIT_OPTIONAL_LOCKS: '0', GIT_NO_LAZY_FETCH: '1', GIT_TERMINAL_PROMPT: '0' },
  };
  const ended = await runProgram('git', ['-C', directory, ...words], { ...limits, environment });
  if (ended.exitCode !== 0) throw new Error(ended.stderr);
  return ended.stdout;
}

interface Blob {
  readonly mode: string;
  readonly id: string;
}

/** Path in the directory to what the commit has there. */
function blobsOf(listing: string): ReadonlyMap<string, Blob> {
  const entries = listing.split('\0').flatMap((entry): [string, Blob][] => {
    const [, mode = '', id = '', path = ''] = /^(\d+) blob ([0-9a-f]+)\t([^]*)$/.exec(entry) ?? [];
    return path === '' ? [] : [[path, { mode, id }]];
  });
  return new Map(entries);
}

async function isDirty(
  directory: string,
  files: ReadonlyMap<string, Uint8Array>,
  blobs: ReadonlyMap<string, Blob>,
): Promise<boolean> {
  for (const [path, bytes] of files) {
    const blob = blobs.get(path);
    if (blob === undefined || (blob.mode !== symbolicLink && blob.id !== blobId(bytes, blob.id.length)))
      return true;
  }
  for (const path of blobs.keys()) {
    if (!files.has(path) && (await lstat(join(directory, path)).catch(() => undefined)) === undefined)
      return true;
  }
  return false;
}

function blobId(bytes: Uint8Array, length: number): string {
  const algorithm = length === 64 ? 'sha256' : 'sha1';
  return createHash(algorithm).update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}
