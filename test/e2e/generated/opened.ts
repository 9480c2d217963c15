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
  return new Set(paths.filter((path) => isOpen(path, modes)));
}

/** Whether everybody may read the path, by its mode and those of the directories on the way; false if it is not there. */
export function isOpen(path: string, modes: ReadonlyMap<string, number>): boolean {
  const parts = path.split('/').slice(1);
  const onTheWay = parts.slice(0, -1).map((_, index) => `/${parts.slice(0, index + 1).join('/')}`);
  const own = modes.get(path) ?? 0;
  return (own & 0o4) !== 0 && onTheWay.every((folder) => ((modes.get(folder) ?? 0o755) & 0o1) !== 0);
}

/** What everybody may read in the cage and not on the host. */
export async function openedInCage(
  lab: Lab,
  host: string,
  generated: GeneratedHost,
  cage: string,
): Promise<string[]> {
  const modes = new Map(generated.entries.map(({ path, mode }) => [path, mode]));
  const paths = generated.entries.map(({ path }) => path).filter((path) => !isOpen(path, modes));
  if (paths.length === 0) return [];
  const open = await openPaths(lab, host, cage, paths);
  return [...open].map((path) => `${cage}${path}`);
}
