// Answers of an inventory's sources, kept for a while: a file each, which only its owner reads.
import { createHash, randomBytes } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { homeDirectory } from './home.ts';
import { mostBytesOfText } from './read-text.ts';

const answerSchema = z.strictObject({ question: z.string(), atMs: z.number(), text: z.string() });

/** The kept answer to a question that is not older than this; undefined when there is none that can be relied on. */
export async function keptAnswer(
  question: string,
  ttlMs: number,
  nowMs: number,
): Promise<string | undefined> {
  const directory = cacheDirectory();
  if (!isOurs(await lstat(directory).catch(() => undefined), 'directory')) return undefined;
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await open(join(directory, nameOf(question)), flags).catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    const info = await handle.stat();
    if (!isOurs(info, 'file') || info.size > 2 * mostBytesOfText) return undefined;
    const answer = answerSchema.parse(JSON.parse(await handle.readFile('utf8')));
    const age = nowMs - answer.atMs;
    // A clock that was set back says nothing about how old it is.
    return answer.question === question && age >= 0 && age < ttlMs ? answer.text : undefined;
  } catch {
    return undefined;
  } finally {
    await handle.close();
  }
}

/** Keeps an answer, whole or not at all. That it cannot be kept costs the next question only. */
export async function keepAnswer(question: string, text: string, nowMs: number): Promise<void> {
  const directory = cacheDirectory();
  const temporary = join(directory, `.${randomBytes(8).toString('hex')}`);
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    if (!isOurs(await lstat(directory), 'directory')) return;
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(JSON.stringify({ question, atMs: nowMs, text }));
    } finally {
      await handle.close();
    }
    await rename(temporary, join(directory, nameOf(question)));
  } catch {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

function nameOf(question: string): string {
  return `${createHash('sha256').update(question).digest('hex')}.json`;
}

/** `muster/sources` in XDG_CACHE_HOME when that is an absolute path, else in ~/.cache. */
function cacheDirectory(): string {
  const cache = process.env['XDG_CACHE_HOME'];
  const base = cache !== undefined && isAbsolute(cache) ? cache : join(homeDirectory(), '.cache');
  return join(base, 'muster/sources');
}

function isOurs(info: Stats | undefined, kind: 'file' | 'directory'): boolean {
  if (info === undefined || info.uid !== process.geteuid?.() || (info.mode & 0o022) !== 0) return false;
  return kind === 'file' ? info.isFile() : info.isDirectory();
}
