// A digest of a build context: changes exactly when a file's path, content, kind or executable bit changes.
import { createHash } from 'node:crypto';
import { lstat, readFile, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';

/** Digests the files below `directory` together with `salt` (what else the image depends on), as hex. */
export async function digestContext(directory: string, salt: string): Promise<string> {
  const hash = createHash('sha256').update(`${salt}\0`);
  const paths = await readdir(directory, { recursive: true });
  for (const path of paths.toSorted()) {
    const full = join(directory, path);
    const stats = await lstat(full);
    if (stats.isDirectory()) continue;
    const link = stats.isSymbolicLink();
    const content = link ? Buffer.from(await readlink(full)) : await readFile(full);
    const kind = link ? 'l' : (stats.mode & 0o100) === 0 ? '-' : 'x';
    hash.update(`${kind} ${path}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}
