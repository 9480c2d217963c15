// The practice hosts' root file system as one file in the user's cache, made anew when its recipe changed.
import { access, mkdir, readFile, readdir, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { MusterError } from '../../errors.ts';
import { lastLine, runCommand } from '../command.ts';
import { digestContext } from '../context-digest.ts';

const dockerDirectory = join(import.meta.dirname, '..', '..', '..', 'docker');
const buildTimeoutMs = 20 * 60_000;
const digestLength = 12;

/** Where everything is kept that was downloaded or built: $XDG_CACHE_HOME/muster, else ~/.cache/muster. */
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
  if (await isThere(file)) return file;
  await mkdir(directory, { recursive: true });
  progress(`making the hosts' root file system in ${directory}: about a minute the first time`);
  const args = [join(directory, 'downloads'), context, file];
  const end = await runCommand(script, args, { timeoutMs: buildTimeoutMs, onLine: progress });
  if (end.exitCode !== 0) {
    throw new MusterError('LAB_IMAGE', `cannot make the root file system: ${lastLine(end.stderr)}`, {
      hint: `run by hand: ${[script, ...args].join(' ')}`,
    });
  }
  await removeOthers(directory, name);
  return file;
}

async function isThere(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch {
    return false;
  }
}

/** Tars of earlier recipes; a lab that runs has unpacked its own. */
async function removeOthers(directory: string, name: string): Promise<void> {
  const others = (await readdir(directory)).filter(
    (entry) => /^root-[0-9a-f]+\.tar$/.test(entry) && entry !== name,
  );
  await Promise.all(others.map((entry) => rm(join(directory, entry), { force: true })));
}
