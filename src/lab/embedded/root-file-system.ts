// The practice hosts' root file system as one file in the user's cache, made anew when its recipe changed.
import { mkdir, readFile, readdir, rm, stat, utimes } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { MusterError } from '../../model/index.ts';
import { lastLine, runProgram } from '../../programs/index.ts';
import { digestContext } from '../context-digest.ts';

const dockerDirectory = join(import.meta.dirname, '..', '..', '..', 'docker');
const buildTimeoutMs = 20 * 60_000;
const digestLength = 12;
const unusedMs = 7 * 24 * 3_600_000;

/** The directory of everything that was downloaded or built: $XDG_CACHE_HOME/muster, else ~/.cache/muster. */
export function cacheDirectory(): string {
  const configured = process.env['XDG_CACHE_HOME'];
  const base = configured === undefined || configured === '' ? join(homedir(), '.cache') : configured;
  return join(base, 'muster');
}

/** Gives the path of the tar, after making it if need be. Throws MusterError (LAB_IMAGE). */
export async function ensureRootFileSystem(progress: (line: string) => void): Promise<string> {
  const directory = join(cacheDirectory(), 'netbsd-host');
  const context = join(dockerDirectory, 'netbsd-host');
  const script = join(dockerDirectory, 'embedded', 'root-file-system.sh');
  const digest = await digestContext(context, await readFile(script, 'utf8'));
  const name = `root-${digest.slice(0, digestLength)}.tar`;
  const file = join(directory, name);
  if (await markUsed(file)) return file;
  await mkdir(directory, { recursive: true });
  progress(`making the hosts' root file system in ${directory}: about a minute the first time`);
  const args = [join(directory, 'downloads'), context, file];
  const end = await runProgram(script, args, { timeoutMs: buildTimeoutMs, onLine: progress });
  if (end.exitCode !== 0) {
    throw new MusterError('LAB_IMAGE', `cannot make the root file system: ${lastLine(end.stderr)}`, {
      hint: `run by hand: ${[script, ...args].join(' ')}`,
    });
  }
  await removeUnused(directory, name);
  return file;
}

/** False when there is no such file. */
async function markUsed(file: string): Promise<boolean> {
  try {
    await utimes(file, new Date(), new Date());
    return true;
  } catch {
    return false;
  }
}

/** Tars of other recipes that nobody has asked for in a week; two checkouts may well use one each. */
export async function removeUnused(directory: string, name: string): Promise<void> {
  const others = (await readdir(directory)).filter(
    (entry) => /^root-[0-9a-f]+\.tar$/.test(entry) && entry !== name,
  );
  for (const entry of others) {
    const { mtimeMs } = await stat(join(directory, entry));
    if (Date.now() - mtimeMs > unusedMs) await rm(join(directory, entry), { force: true });
  }
}
