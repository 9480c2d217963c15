// muster's own settings: named, or found from the working directory up to the home directory; checked with zod.
import { basename, dirname, extname, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { z } from 'zod';
import { parseDocument, parseValue } from '../document/index.ts';
import { UsageError } from '../model/index.ts';
import { codeExtensions, findConfig, isInside } from './find-config.ts';
import { homeDirectory } from './home.ts';
import { takeDocument, type TakenText } from './read-text.ts';
import { configSchema, packageSchema } from './schema.ts';

/** Settings, with defaults filled in. Paths are relative to the working directory, or absolute. */
export interface Config {
  /** The file they are from; undefined when there is none. */
  readonly file: string | undefined;
  readonly inventory: string | undefined;
  readonly playbookPath: string | undefined;
  readonly concurrency: number;
  readonly connectionStarts: number;
  /** Whether ssh_config is asked what an inventory leaves open; a path takes the place of ssh's own files. */
  readonly sshConfig: boolean | string;
  /** Bytes of each step's output that a host sends back. */
  readonly outputLimit: number;
  /** Receipts that stay on each host. */
  readonly keepReceipts: number;
  readonly durable: boolean;
  /** Directory of the history of runs: undefined is the usual one, false is none. */
  readonly history: string | false | undefined;
  readonly historyKeepRuns: number;
  readonly historyKeepDays: number;
  readonly color: 'auto' | 'always' | 'never';
}

type Written = z.output<typeof configSchema>;

/** How muster came to a file: it was named, it is in the user's own configuration folder, or a search found it. */
export type ConfigOrigin = 'named' | 'own' | 'found';

/** Settings with the file that they were read from. */
export interface TakenConfig {
  readonly config: Config;
  /** Undefined when there is no file. */
  readonly origin: ConfigOrigin | undefined;
  /** What was read; undefined when there is no file, and for a program. */
  readonly taken: TakenText | undefined;
}

/**
 * Loads the settings from `explicitPath`, or from the nearest file between `cwd` and `home`, or from config.yaml in
 * the user's configuration folder (~/.config/muster), or the defaults; with the file's bytes and how muster came to it.
 * A program (.js, .cjs, .mjs) is run only when it is named. Throws ConfigError with places, or UsageError.
 */
export async function takeConfig(
  cwd: string,
  explicitPath?: string,
  home: string = homeDirectory(),
): Promise<TakenConfig> {
  const found = explicitPath === undefined ? await findConfig(cwd, home) : undefined;
  const file = explicitPath === undefined ? found?.path : resolve(cwd, explicitPath);
  const origin = explicitPath === undefined ? found?.origin : 'named';
  if (file === undefined) {
    return { config: toConfig(configSchema.parse({}), undefined, cwd), origin: undefined, taken: undefined };
  }
  const shown = shownFrom(cwd, file);
  if (codeExtensions.includes(extname(file))) {
    return { config: toConfig(await runConfig(file, shown), shown, cwd), origin, taken: undefined };
  }
  const taken = await takeDocument(file, shown);
  return { config: toConfig(writtenIn(file, taken), shown, cwd), origin, taken };
}

function writtenIn(file: string, { source: { file: shown, text } }: TakenText): Written {
  // An empty file is a file with nothing but defaults: so is one that holds only comments.
  const source = { file: shown, text: isEmpty(text) ? '{}' : text };
  return basename(file) === 'package.json'
    ? parseDocument(source, packageSchema).value.muster
    : parseDocument(source, configSchema).value;
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
    sshConfig:
      typeof written.ssh_config === 'string' ? resolve(base, written.ssh_config) : written.ssh_config,
    outputLimit: written.output_limit,
    keepReceipts: written.keep_receipts,
    durable: written.durable,
    history: written.history === false ? false : place(written.history),
    historyKeepRuns: written.history_keep_runs,
    historyKeepDays: written.history_keep_days,
    color: written.color,
  };
}
