// Reads known_hosts files, each once. A file that does not exist records nothing; any other trouble is an error,
// because a revocation might stand in a file that cannot be read.
import { ConnectError } from '../../errors.ts';
import { parseKnownHosts } from './known-hosts.ts';
import type { KnownHostsLine } from './known-hosts.ts';

type Lines = readonly KnownHostsLine[];

/** The returned function gives the lines of all files in order; it throws ConnectError SSH_KNOWN_HOSTS. */
export function knownHostsReader(
  readFile: (path: string) => Promise<Buffer>,
): (paths: readonly string[]) => Promise<Lines> {
  const linesByPath = new Map<string, Promise<Lines>>();
  function linesAt(path: string): Promise<Lines> {
    const cached = linesByPath.get(path);
    if (cached !== undefined) return cached;
    const lines = readLines(path, readFile);
    linesByPath.set(path, lines);
    return lines;
  }
  return async (paths) => (await Promise.all(paths.map(linesAt))).flat();
}

async function readLines(path: string, readFile: (path: string) => Promise<Buffer>): Promise<Lines> {
  try {
    return parseKnownHosts((await readFile(path)).toString('utf8'), path);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return [];
    throw new ConnectError('SSH_KNOWN_HOSTS', `${path} cannot be read`, {
      cause,
      hint: 'host keys are always checked: correct known_hosts in the inventory or the permissions of the file',
    });
  }
}
