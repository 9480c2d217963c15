// The directory of an embedded history: one or two files a run, which nobody but their owner may read, and an index that
// can be made again from them.
//   RUN.ndjson     the events, while the run goes on and when it never ended
//   RUN.ndjson.gz  the events of a run that ended
//   RUN.json       what it came to
import { lstatSync, mkdirSync, readdirSync, type Stats } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { StoreError } from './port.ts';

const nameOfFile = /^(\d{8}-\d{6}-[0-9a-f]{4,32})(\.ndjson|\.ndjson\.gz|\.json)$/;

/** The files of one run that are there. */
export interface RunFiles {
  readonly runId: string;
  readonly plain: boolean;
  readonly packed: boolean;
  readonly summary: boolean;
}

/** `muster/history` in XDG_STATE_HOME when that is an absolute path, else in ~/.local/state. */
export function historyDirectory(
  environment: Readonly<Record<string, string | undefined>>,
  home: string,
): string {
  const state = environment['XDG_STATE_HOME'];
  const base = state !== undefined && isAbsolute(state) ? state : join(home, '.local/state');
  return join(base, 'muster/history');
}

/** Makes the directory, for its owner alone. Throws StoreError or the system's error. */
export function makePrivate(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  refuseForeign(directory);
}

/** True when it is there. Throws StoreError for what is no directory, or one that others may write or read. */
export function isThere(directory: string): boolean {
  try {
    refuseForeign(directory);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}

/** What others may write says nothing, and what others may read would tell them what hosts said. */
function refuseForeign(directory: string): void {
  const info = lstatSync(directory);
  if (info.isDirectory() && isPrivate(info)) return;
  throw new StoreError('STORE_FOREIGN', `${directory} is no directory that is yours alone`, {
    hint: `make it so (chmod 700), or name another directory as history: in the configuration`,
  });
}

function isPrivate({ uid, mode }: Stats): boolean {
  return uid === process.geteuid?.() && (mode & 0o077) === 0;
}

/** The runs that have files, sorted by id. Throws the system's error. */
export function runFiles(directory: string): readonly RunFiles[] {
  const found = new Map<string, { plain: boolean; packed: boolean; summary: boolean }>();
  for (const name of readdirSync(directory)) {
    const [, runId, ending] = nameOfFile.exec(name) ?? [];
    if (runId === undefined) continue;
    const files = found.get(runId) ?? { plain: false, packed: false, summary: false };
    found.set(runId, files);
    if (ending === '.ndjson') files.plain = true;
    else if (ending === '.json') files.summary = true;
    else files.packed = true;
  }
  return [...found]
    .map(([runId, files]) => ({ runId, ...files }))
    .sort((a, b) => (a.runId < b.runId ? -1 : 1));
}

/** Paths of a run's files. */
export function pathsOf(
  directory: string,
  runId: string,
): { plain: string; packed: string; summary: string } {
  const plain = join(directory, `${runId}.ndjson`);
  return { plain, packed: `${plain}.gz`, summary: join(directory, `${runId}.json`) };
}
