// Whether the cage opens to everybody what the host keeps closed.
import type { Lab } from '../../../src/lab/index.ts';
import { inside } from '../muster.ts';
import type { GeneratedHost } from './model.ts';

/** Whether users who are neither owner nor of the group get to each of these paths, by the modes on the way to it. */
async function openPaths(
  lab: Lab,
  host: string,
  root: string,
  paths: readonly string[],
): Promise<Set<string>> {
  const all = new Set<string>();
  for (const path of paths) {
    const parts = path.split('/').slice(1);
    for (let count = 1; count <= parts.length; count++) all.add(`/${parts.slice(0, count).join('/')}`);
  }
  const text = await inside(
    lab,
    host,
    `for path in ${[...all].map((path) => `'${root}${path}'`).join(' ')}; do
      if [ -e "$path" ]; then echo "$path"; fi
    done | xargs stat -L -f '%p %N'; :`,
  );
  const modes = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [mode = '', path = ''] = line.split(' ');
    if (path !== '') modes.set(path.slice(root.length), Number.parseInt(mode, 8));
  }
  return new Set(
    paths.filter((path) => {
      const parts = path.split('/').slice(1);
      const onTheWay = parts.slice(0, -1).map((_, index) => `/${parts.slice(0, index + 1).join('/')}`);
      const own = modes.get(path);
      return (
        own !== undefined &&
        (own & 0o4) !== 0 &&
        onTheWay.every((folder) => ((modes.get(folder) ?? 0o755) & 0o1) !== 0)
      );
    }),
  );
}

/** What everybody may read in the cage and not on the host. */
export async function openedInCage(
  lab: Lab,
  host: string,
  generated: GeneratedHost,
  cage: string,
): Promise<string[]> {
  const closed = generated.entries.filter(
    ({ mode, path }) => (mode & 0o5) === 0 || path.includes('/private/'),
  );
  const folders = generated.entries.filter(({ kind, mode }) => kind === 'directory' && (mode & 0o5) === 0);
  const within = generated.entries.filter(({ path }) =>
    folders.some((folder) => path.startsWith(`${folder.path}/`)),
  );
  const paths = [...new Set([...closed, ...within].map(({ path }) => path))];
  if (paths.length === 0) return [];
  const open = await openPaths(lab, host, cage, paths);
  return [...open].map((path) => `${cage}${path}`);
}
