// The bytes of a file that a person named or that was found: bounded, from plain files only, and with the answer whether
// another account could have written them. What is judged is the open file, not a name that may lead elsewhere by then.
import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isMusterError, UsageError } from '../model/index.ts';
import { unreadable } from './unreadable.ts';

/** A file that was read once: the bytes that are checked are those that are used. */
export interface TakenBytes {
  readonly bytes: Buffer;
  /** How another account could change the file, e.g. `belongs to user id 1001`; undefined when none can. */
  readonly stranger: string | undefined;
}

// What a shell makes of `<(command)`, and the input of the command itself: pipes that somebody writes into.
const givenByShell = /^\/(dev\/(stdin|fd\/\d+)|proc\/(self|\d+)\/fd\/\d+)$/;
// A pipe that nobody writes into would be waited for without end, and opening a terminal could make it ours.
const plainOpen = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/** Reads at most `mostBytes`. Throws UsageError when the path is missing, no plain file, or holds more. */
export async function readBytes(path: string, mostBytes: number): Promise<TakenBytes> {
  const refuse = async (error: unknown): Promise<never> => Promise.reject(await unreadable(path, error));
  const isGiven = givenByShell.test(path);
  const allowed = isGiven || path === '/dev/null';
  // Looked at before it is opened, because some devices do something when they are; and again, because it may be another.
  refuseKind(path, await stat(path).catch(refuse), allowed);
  const handle = await open(path, isGiven ? constants.O_RDONLY : plainOpen).catch(refuse);
  try {
    const info = await handle.stat();
    refuseKind(path, info, allowed);
    const bytes = info.size > mostBytes ? undefined : await readUpTo(handle, mostBytes).catch(refuse);
    if (bytes === undefined)
      throw new UsageError('FILE_TOO_LARGE', `${path} is larger than ${mostBytes} bytes`);
    return { bytes, stranger: await strangerTo(path, info) };
  } finally {
    await handle.close();
  }
}

const mostBytesOfKeys = 64 * 1024 ** 2;

/**
 * Reads a private key or a known_hosts file. Rejects as `readFile` does, with the system's `code`; for what is no file or
 * too large, the `code` says so in words.
 */
export async function readKeys(path: string): Promise<Buffer> {
  try {
    return (await readBytes(path, mostBytesOfKeys)).bytes;
  } catch (error) {
    if (!isMusterError(error)) throw error;
    if (error.cause instanceof Error) throw error.cause;
    const words = error.message.replace(`${path} is `, '');
    throw Object.assign(error, { code: error.code === 'FILE_IS_DIRECTORY' ? 'EISDIR' : words });
  }
}

/** Undefined when there is more. The size that a file says is not believed: those of /proc say 0. */
async function readUpTo(handle: FileHandle, mostBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  for (let length = 0; ;) {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(64 * 1024));
    if (bytesRead === 0) return Buffer.concat(chunks);
    length += bytesRead;
    if (length > mostBytes) return undefined;
    chunks.push(buffer.subarray(0, bytesRead));
  }
}

function refuseKind(path: string, info: Stats, allowed: boolean): void {
  if (info.isDirectory())
    throw new UsageError('FILE_IS_DIRECTORY', `${path} is a directory`, { hint: 'name a file' });
  if (info.isFile() || allowed) return;
  const hint = 'name a file, or /dev/stdin for what is piped into muster';
  throw new UsageError('FILE_NOT_FILE', `${path} is ${kindOf(info)}, not a file`, { hint });
}

/** What is at a path that is neither a file nor a directory, in words. */
export function kindOf(info: Stats): string {
  if (info.isFIFO()) return 'a named pipe';
  return info.isSocket() ? 'a socket' : 'a device';
}

/** The file itself, the link that led to it, and the directory in which its name stands. */
async function strangerTo(path: string, info: Stats): Promise<string | undefined> {
  const own = ownerProblem(info) ?? writersProblem(info);
  if (own !== undefined) return own;
  const link = await lstat(path).catch(() => info);
  if (ownerProblem(link) !== undefined) return `is reached through a link that ${ownerProblem(link) ?? ''}`;
  const folder = await stat(dirname(path)).catch(() => info);
  // In a sticky directory such as /tmp only the owner of a file can put another in its place.
  const isSticky = (folder.mode & 0o1000) !== 0;
  const around = isSticky ? undefined : (ownerProblem(folder) ?? writersProblem(folder));
  return around === undefined ? undefined : `is in a directory that ${around}`;
}

function ownerProblem({ uid }: Stats): string | undefined {
  return uid === 0 || uid === process.geteuid?.() ? undefined : `belongs to user id ${String(uid)}`;
}

/** On systems that give each user a group of its own, files are made with a mode that lets this group write. */
function writersProblem({ mode, gid }: Stats): string | undefined {
  if ((mode & 0o002) !== 0) return 'everybody can write';
  const isOwnGroup = gid === 0 || gid === process.getegid?.();
  return (mode & 0o020) === 0 || isOwnGroup ? undefined : `group id ${String(gid)} can write`;
}
