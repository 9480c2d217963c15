// The search for a configuration file. Files above the working directory may be anybody's: none of them is run, none of
// them says where to search, and what is no file of a sensible size is refused before anybody reads it.
import { stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { cosmiconfig, type Loader } from 'cosmiconfig';
import { UsageError } from '../model/index.ts';
import { mostBytesOfText } from './read-text.ts';

const searchPlaces = [
  'muster.config.yaml',
  'muster.config.yml',
  'muster.config.json',
  '.musterrc',
  '.musterrc.yaml',
  '.musterrc.yml',
  '.musterrc.json',
  'package.json',
];

/** What is a program, and is run only when it is named. */
export const codeExtensions: readonly string[] = ['.js', '.cjs', '.mjs'];

/** A configuration file that nobody named. */
interface FoundConfig {
  readonly path: string;
  /** `own` when it is in the user's configuration folder. */
  readonly origin: 'own' | 'found';
}

/** The nearest file between `cwd` and `home`, else the user's own. Throws UsageError (CONFIG_SEARCH). */
export async function findConfig(cwd: string, home: string): Promise<FoundConfig | undefined> {
  const underHome = isInside(home, cwd);
  await refuseUnreadable(cwd, underHome ? home : cwd);
  try {
    // Outside the home directory a file further up may be anybody's.
    const search = searcher(underHome ? home : cwd);
    const path = (await search(cwd))?.filepath;
    if (path === undefined) return undefined;
    // A configuration folder whose path is relative (XDG_CONFIG_HOME) would be this directory's, not the user's.
    const isOwn = isAbsolute(path) && !searchPlaces.includes(basename(path));
    return { path: resolve(cwd, path), origin: isOwn ? 'own' : 'found' };
  } catch (cause) {
    const message = `the search for a configuration file failed: ${String(cause)}`;
    throw new UsageError('CONFIG_SEARCH', message, { cause, hint: 'name the file with --config' });
  }
}

/** Only the search is cosmiconfig's: the file is read again by us, because places in the text are wanted. */
function searcher(stopDir: string): ReturnType<typeof cosmiconfig>['search'] {
  // cosmiconfig reads settings for itself, programs among them, from files of the directory in which it is made, and no
  // option prevents that. A repository must not decide it: so it is made in a directory that only the system's administrator
  // can write.
  const back = process.cwd();
  process.chdir('/');
  try {
    return cosmiconfig('muster', {
      searchPlaces,
      stopDir,
      cache: false,
      loaders: Object.fromEntries([
        ...['.yaml', '.yml', 'noExt'].map((kind): [string, Loader] => [kind, () => ({})]),
        ['.json', (path: string, text: string) => (basename(path) === 'package.json' ? parseJson(text) : {})],
        ...[...codeExtensions, '.ts'].map((kind): [string, Loader] => [kind, () => null]),
      ]),
    }).search;
  } finally {
    process.chdir(back);
  }
}

/** cosmiconfig passes over a directory without a word, waits for a pipe without end, and reads what is endless. */
async function refuseUnreadable(folder: string, last: string): Promise<void> {
  for (const name of searchPlaces) {
    const path = join(folder, name);
    const info = await stat(path).catch(() => undefined);
    if (info === undefined) continue;
    if (info.isFile() && info.size <= mostBytesOfText) continue;
    // A directory of this name has to do with another program.
    if (name === 'package.json' && info.isDirectory()) continue;
    const what = info.isFile() ? `is larger than ${mostBytesOfText} bytes` : 'is not a file';
    const hint = 'remove it, or name another file with --config';
    throw new UsageError('CONFIG_SEARCH', `${path} ${what}`, { hint });
  }
  if (folder !== last && dirname(folder) !== folder) await refuseUnreadable(dirname(folder), last);
}

/** A broken package.json is not our concern. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return {};
  }
}

/** True for the folder itself and for everything below it. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
