// muster's own settings: found with cosmiconfig from the working directory up to the home directory, checked with zod.
import { access, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, extname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cosmiconfig, type Loader } from 'cosmiconfig';
import type { z } from 'zod';
import { parseDocument, parseValue } from '../document/index.ts';
import { UsageError } from '../errors.ts';
import { readDocument } from './read-text.ts';
import { configSchema, packageSchema } from './schema.ts';

/** Settings, with defaults filled in. Paths are relative to the working directory, or absolute. */
export interface Config {
  /** The file they are from; undefined when there is none. */
  readonly file: string | undefined;
  readonly inventory: string | undefined;
  readonly playbookPath: string | undefined;
  readonly concurrency: number;
  readonly connectionStarts: number;
  /** Bytes of each step's output that come back. */
  readonly outputLimit: number;
  /** Receipts that stay on each host. */
  readonly keepReceipts: number;
  readonly durable: boolean;
  readonly color: 'auto' | 'always' | 'never';
}

type Written = z.output<typeof configSchema>;

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
const codeExtensions = ['.js', '.cjs', '.mjs'];

/**
 * Loads the settings from `explicitPath`, or from the nearest file between `cwd` and `home`, or from config.yaml in
 * the user's configuration folder (~/.config/muster), or the defaults.
 * A program (.js, .cjs, .mjs) is run only when it is named. Throws ConfigError with places, or UsageError.
 */
export async function loadConfig(
  cwd: string,
  explicitPath?: string,
  home: string = homedir(),
): Promise<Config> {
  const file = explicitPath === undefined ? await findConfig(cwd, home) : resolve(cwd, explicitPath);
  if (file === undefined) return toConfig(configSchema.parse({}), undefined, cwd);
  const shown = shownFrom(cwd, file);
  if (codeExtensions.includes(extname(file))) return toConfig(await runConfig(file, shown), shown, cwd);
  const { text } = await readDocument(file, shown);
  // An empty file is a file with nothing but defaults: so is one that holds only comments.
  const source = { file: shown, text: isEmpty(text) ? '{}' : text };
  const written =
    basename(file) === 'package.json'
      ? parseDocument(source, packageSchema).value.muster
      : parseDocument(source, configSchema).value;
  return toConfig(written, shown, cwd);
}

/** Only the search is cosmiconfig's: the file is read again here, because places in the text are wanted. */
async function findConfig(cwd: string, home: string): Promise<string | undefined> {
  await refuseIfSearchRunsCode();
  const underHome = isInside(home, cwd);
  await refuseIfNotFile(cwd, underHome ? home : cwd);
  try {
    const found = await cosmiconfig('muster', {
      searchPlaces,
      // Outside the home directory a file further up may be anybody's.
      stopDir: underHome ? home : cwd,
      cache: false,
      loaders: Object.fromEntries([
        ...['.yaml', '.yml', 'noExt'].map((kind): [string, Loader] => [kind, () => ({})]),
        ['.json', (path: string, text: string) => (basename(path) === 'package.json' ? parseJson(text) : {})],
        ...[...codeExtensions, '.ts'].map((kind): [string, Loader] => [kind, () => null]),
      ]),
    }).search(cwd);
    return found?.filepath;
  } catch (cause) {
    const message = `the search for a configuration file failed: ${String(cause)}`;
    throw new UsageError('CONFIG_SEARCH', message, { cause, hint: 'name the file with --config' });
  }
}

/** cosmiconfig passes over a directory without a word, and waits for a pipe without end. */
async function refuseIfNotFile(folder: string, last: string): Promise<void> {
  for (const name of searchPlaces.filter((each) => each !== 'package.json')) {
    const path = join(folder, name);
    const info = await stat(path).catch(() => undefined);
    if (info === undefined || info.isFile()) continue;
    const hint = 'take it away, or name another file with --config';
    throw new UsageError('CONFIG_SEARCH', `${path} is not a file`, { hint });
  }
  if (folder !== last && dirname(folder) !== folder) await refuseIfNotFile(dirname(folder), last);
}

/** A broken package.json is not our concern. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return {};
  }
}

/** cosmiconfig runs `.config/config.js` of the working directory to configure itself, and cannot be told not to. */
async function refuseIfSearchRunsCode(): Promise<void> {
  for (const extension of [...codeExtensions, '.ts']) {
    const file = join('.config', `config${extension}`);
    const there = await access(file).then(
      () => true,
      () => false,
    );
    if (!there) continue;
    throw new UsageError('CONFIG_SEARCH', `the search for a configuration file would run ${file}`, {
      hint: 'name the file with --config',
    });
  }
}

async function runConfig(file: string, shown: string): Promise<Written> {
  let module: unknown;
  try {
    module = await import(pathToFileURL(file).href);
  } catch (cause) {
    throw new UsageError('CONFIG_PROGRAM', `${shown} cannot be run: ${String(cause)}`, { cause });
  }
  const value: unknown =
    typeof module === 'object' && module !== null ? Reflect.get(module, 'default') : undefined;
  return parseValue(shown, value, configSchema);
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** The path as messages show it: relative when it is below the working directory. */
function shownFrom(cwd: string, path: string): string {
  return isInside(cwd, path) ? relative(cwd, path) || '.' : path;
}

function isEmpty(text: string): boolean {
  return text.split('\n').every((line) => /^\s*(#|$)|^---\s*$/.test(line));
}

function toConfig(written: Written, file: string | undefined, cwd: string): Config {
  const base = file === undefined ? cwd : dirname(resolve(cwd, file));
  const place = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : shownFrom(cwd, resolve(base, path));
  return {
    file,
    inventory: place(written.inventory),
    playbookPath: place(written.playbook_path),
    concurrency: written.concurrency,
    connectionStarts: written.connection_starts,
    outputLimit: written.output_limit,
    keepReceipts: written.keep_receipts,
    durable: written.durable,
    color: written.color,
  };
}
