// What an operator has trusted, below its state directory: one file for each set of files, named by their digest. So
// two muster at once write different names, and a damaged file takes nothing else with it: it counts for nothing.
import { randomBytes } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { chmod, lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { UsageError } from '../model/index.ts';
import { homeDirectory } from './home.ts';

const recordSchema = z.object({
  version: z.literal(1),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  path: z.string(),
  files: z.array(z.string()),
  does: z.array(z.string()),
  since: z.string(),
});

/** A set of files that was trusted as it was then. */
export interface TrustRecord {
  /** SHA-256 over the files and what they make the controller do; 64 hexadecimal digits. */
  readonly digest: string;
  /** Absolute path of the file that was found. */
  readonly path: string;
  /** All the files, absolute. */
  readonly files: readonly string[];
  /** What they make the controller do, for people. */
  readonly does: readonly string[];
  /** Time in ISO 8601. */
  readonly since: string;
}

/** What the store holds, and the names of its files that nobody can read as records. */
export interface TrustList {
  readonly records: readonly TrustRecord[];
  readonly damaged: readonly string[];
}

const nameOfRecord = /^([0-9a-f]{64})\.json$/;
const mostBytesOfRecord = 1024 ** 2;

/** `muster/trust` in XDG_STATE_HOME when that is an absolute path, else in ~/.local/state. */
export function trustDirectory(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  home: string = homeDirectory(),
): string {
  const state = environment['XDG_STATE_HOME'];
  const base = state !== undefined && isAbsolute(state) ? state : join(home, '.local/state');
  return join(base, 'muster/trust');
}

/** True when exactly this was trusted. Throws UsageError (TRUST_STORE) for a store that another account may write. */
export async function isTrusted(directory: string, digest: string): Promise<boolean> {
  if (!(await isOurs(directory))) return false;
  return (await readRecord(directory, `${digest}.json`)) !== undefined;
}

/** Adds a record, whole or not at all. Throws UsageError (TRUST_STORE). */
export async function addTrust(directory: string, record: TrustRecord): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    if (!(await isOurs(directory))) throw new Error('it went away');
    await chmod(directory, 0o700);
    const temporary = join(directory, `.${randomBytes(8).toString('hex')}`);
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(`${JSON.stringify({ version: 1, ...record }, undefined, 2)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, join(directory, `${record.digest}.json`));
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError('TRUST_STORE', `what is trusted cannot be written to ${directory}: ${why}`, {
      cause,
      hint: 'set HOME or XDG_STATE_HOME to a directory that is yours',
    });
  }
}

/** All records, the oldest first. Throws as `isTrusted` does. */
export async function listTrust(directory: string): Promise<TrustList> {
  if (!(await isOurs(directory))) return { records: [], damaged: [] };
  const names = (await readdir(directory)).filter((name) => !name.startsWith('.')).sort();
  const read = await Promise.all(
    names.map(async (name) => [name, await readRecord(directory, name)] as const),
  );
  return {
    records: read
      .flatMap(([, record]) => (record === undefined ? [] : [record]))
      .sort((a, b) => (a.since < b.since ? -1 : 1)),
    damaged: read.flatMap(([name, record]) => (record === undefined ? [name] : [])),
  };
}

/** Takes the records about these paths away; gives how many they were. Throws as `isTrusted` does. */
export async function withdrawTrust(directory: string, paths: readonly string[]): Promise<number> {
  const { records } = await listTrust(directory);
  const gone = records.filter(({ path }) => paths.includes(path));
  for (const { digest } of gone) await rm(join(directory, `${digest}.json`), { force: true });
  return gone.length;
}

/** False when it is not there. What others may write says nothing: a root that reads a user's store would obey the user. */
async function isOurs(directory: string): Promise<boolean> {
  const info = await lstat(directory).catch(() => undefined);
  if (info === undefined) return false;
  if (info.isDirectory() && isPrivate(info)) return true;
  throw new UsageError('TRUST_STORE', `${directory} is no directory that you alone can write`, {
    hint: 'it holds the list of what you trust: remove it, or set XDG_STATE_HOME to a directory that is yours',
  });
}

function isPrivate({ uid, mode }: Stats): boolean {
  return uid === process.geteuid?.() && (mode & 0o022) === 0;
}

/** Undefined for what is not there, is not ours alone, or is damaged. */
async function readRecord(directory: string, name: string): Promise<TrustRecord | undefined> {
  const digest = nameOfRecord.exec(name)?.[1];
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle =
    digest === undefined ? undefined : await open(join(directory, name), flags).catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    const info = await handle.stat();
    if (!info.isFile() || !isPrivate(info) || info.size > mostBytesOfRecord) return undefined;
    const record = recordSchema.parse(JSON.parse(await handle.readFile('utf8')));
    return record.digest === digest ? record : undefined;
  } catch {
    return undefined;
  } finally {
    await handle.close();
  }
}
