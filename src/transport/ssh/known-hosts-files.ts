// Reads known_hosts files, each once. A file that does not exist records nothing; any other trouble is an error,
// because a revocation might stand in a file that cannot be read.
import { ConnectError } from '../../model/index.ts';
import { parseKnownHosts } from './known-hosts.ts';
import type { KnownHostsText } from './known-hosts.ts';
import { KnownHosts } from './known-hosts-records.ts';

type ReadFile = (path: string) => Promise<Buffer>;

const shownFaults = 5;

/**
 * The returned function gives what all these files record; it throws ConnectError SSH_KNOWN_HOSTS. `warn` gets the
 * lines that are not understood, once a file.
 */
export function knownHostsReader(
  readFile: ReadFile,
  warn: (text: string) => void,
): (paths: readonly string[]) => Promise<KnownHosts> {
  const textsByPath = new Map<string, Promise<KnownHostsText>>();
  const recordsByPaths = new Map<string, Promise<KnownHosts>>();
  function textAt(path: string): Promise<KnownHostsText> {
    return remembered(textsByPath, path, async () => {
      const text = await readText(path, readFile);
      if (text.faults.length > 0) warn(faultsText(path, text));
      return text;
    });
  }
  return (paths) =>
    remembered(
      recordsByPaths,
      paths.join('\0'),
      async () => new KnownHosts(await Promise.all(paths.map(textAt))),
    );
}

function remembered<T>(known: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}

function faultsText(path: string, { faults }: KnownHostsText): string {
  const [count, are] = faults.length === 1 ? ['a line', 'is'] : [`${faults.length} lines`, 'are'];
  const told = faults.slice(0, shownFaults).map(({ line, what }) => `line ${line}: ${what}`);
  if (faults.length > shownFaults) told.push('...');
  return `${count} of ${path} ${are} skipped (${told.join('; ')})`;
}

async function readText(path: string, readFile: ReadFile): Promise<KnownHostsText> {
  try {
    return parseKnownHosts((await readFile(path)).toString('utf8'), path);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
    if (code === 'ENOENT') return { lines: [], faults: [] };
    throw new ConnectError('SSH_KNOWN_HOSTS', `${path} cannot be read (${code})`, {
      cause,
      hint: 'host keys are always checked: correct known_hosts in the inventory or the permissions of the file',
    });
  }
}
