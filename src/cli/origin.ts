// The operator, its machine and the command, for the history.
import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { isMusterError, type OriginFile, type RunOrigin } from '../model/index.ts';
import type { PlaybookTree } from '../playbook/index.ts';
import { maskWords } from '../run/index.ts';
import { checkedOut, homeDirectory, usualRetention } from '../sources/index.ts';
import {
  fileHistory,
  type History,
  historyDirectory,
  type Retention,
  thisController,
} from '../store/index.ts';
import type { PlaybookOptions } from './options.ts';
import { type TakenFiles, tell } from './taken-fleet.ts';
import { readVersion } from './version.ts';

type PlaybookOrigin = NonNullable<RunOrigin['playbook']>;

/** What a command knows of a run's origin. */
export interface KnownOrigin {
  readonly operator: string;
  readonly options: PlaybookOptions;
  readonly configuration: string | undefined;
  readonly inventory: OriginFile;
  readonly playbook: PlaybookOrigin | undefined;
  /** Secrets that were read by now. */
  readonly secrets: Iterable<string>;
}

/** A history, and which of its runs are to stay. */
export interface HistoryChoice {
  /** Undefined when there is to be none. */
  readonly history: History | undefined;
  readonly retention: Retention;
}

/**
 * The history that the configuration names, or the usual one. A file that nobody named has no say in what is recorded, where,
 * and how long it stays.
 */
export function historyOf({ config, sources }: Pick<TakenFiles, 'config' | 'sources'>): HistoryChoice {
  const { history, historyKeepRuns: keepRuns, historyKeepDays: keepDays } = config;
  const isFound = sources.configuration?.by === 'found';
  if (isFound && history !== undefined)
    tell(`history: of ${config.file ?? ''} is not used, because you did not name that file`);
  const place = isFound ? undefined : history;
  return {
    history: place === false ? undefined : openHistory(place),
    retention: isFound ? usualRetention : { keepRuns, keepDays },
  };
}

function openHistory(place: string | undefined): History {
  const directory = resolve(place ?? historyDirectory(process.env, homeDirectory()));
  return fileHistory({ directory, clock: () => new Date(), say: tell });
}

/** The origin of a run that begins now. */
export function originNow(known: KnownOrigin): RunOrigin {
  const { operator, options, configuration, inventory, playbook, secrets } = known;
  const { limit, tags, skipTags, from } = options;
  const [client] = (process.env['SSH_CONNECTION'] ?? '').split(' ');
  return {
    operator,
    ...(client === undefined || client === '' ? {} : { client }),
    directory: process.cwd(),
    argv: maskWords(process.argv.slice(2), secrets),
    muster: readVersion(),
    controller: thisController(),
    ...(configuration === undefined ? {} : { configuration: resolve(configuration) }),
    inventory,
    ...(playbook === undefined ? {} : { playbook }),
    selection: {
      ...(limit === undefined ? {} : { limit }),
      ...(tags === undefined ? {} : { tags }),
      ...(skipTags === undefined ? {} : { skipTags }),
      ...(from === undefined ? {} : { from }),
    },
  };
}

/** A file as it was read. */
export function originFile(path: string, text: string): OriginFile {
  return { file: resolve(path), digest: createHash('sha256').update(text).digest('hex') };
}

/** A playbook as it was read, with the libraries that it uses, and the commit that it is of. */
export async function playbookOrigin({ directory, files, libraries }: PlaybookTree): Promise<PlaybookOrigin> {
  const digest = createHash('sha256');
  const used = [...(libraries?.byName.values() ?? [])].flatMap((tree) =>
    isMusterError(tree) ? [] : [...tree.files],
  );
  const all = [...files, ...used];
  for (const [path, { bytes }] of all) digest.update(`${path}\0${bytes.length}\0`).update(bytes);
  const bytesByPath = new Map([...files].map(([path, { bytes }]) => [path, bytes]));
  return {
    file: realpathSync(directory),
    digest: digest.digest('hex'),
    ...(await checkedOut(directory, bytesByPath)),
  };
}
