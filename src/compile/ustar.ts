// The tar of old releases (ustar, 1988): headers of 512 bytes, each file filled up to a multiple of that. Nothing in it depends on the
// clock or on who packs, so equal files give equal bytes.
import { MusterError } from '../model/index.ts';

const blockBytes = 512;
/** Names and directories as ustar has them: what is longer would be an extension that old releases do not know. */
const mostBytesOfName = 100;
const mostBytesOfDirectory = 155;

/** What stands at the end of an archive. */
export const ustarEnd: Uint8Array = new Uint8Array(2 * blockBytes);

/**
 * Files, and the directories that they are in, without the end of the archive: more may follow. Directories are 0700 and files 0600,
 * so even a mistake in the host's umask shows nothing. Throws MusterError for a path that is too long.
 */
export function ustarOf(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const directories = new Set<string>();
  for (const path of files.keys()) {
    const parts = path.split('/').slice(0, -1);
    for (let depth = 1; depth <= parts.length; depth++) directories.add(parts.slice(0, depth).join('/'));
  }
  return Buffer.concat([
    ...[...directories].map((path) => headerOf(path, '5', 0)),
    ...[...files].flatMap(([path, bytes]) => [
      headerOf(path, '0', bytes.length),
      bytes,
      new Uint8Array(-bytes.length & (blockBytes - 1)),
    ]),
  ]);
}

/** Throws MusterError for a path that the tar of old releases cannot hold. */
export function refuseLongPath(path: string): void {
  splitPath(path);
}

/** The directory and the name, of which each has a field of its own; a short path is a name. */
function splitPath(path: string): readonly [string, string] {
  const bytes = Buffer.from(path);
  if (bytes.length <= mostBytesOfName) return ['', path];
  const cut = bytes.indexOf('/', bytes.length - mostBytesOfName - 1);
  const isAscii = bytes.length === path.length;
  if (isAscii && cut !== -1 && cut <= mostBytesOfDirectory && cut < bytes.length - 1)
    return [path.slice(0, cut), path.slice(cut + 1)];
  throw new MusterError('BUNDLE_PATH', `the path ${path} is too long for the tar of old releases`, {
    hint: `at most ${mostBytesOfName} characters are allowed, and ${mostBytesOfDirectory} more in the names of directories`,
  });
}

// Numbers are octal digits with a NUL behind them. The sum is taken with blanks where it will stand.
function headerOf(path: string, type: '0' | '5', size: number): Uint8Array {
  const header = Buffer.alloc(blockBytes);
  const [directory, name] = splitPath(path);
  header.write(name, 0);
  header.write(type === '5' ? '0000700\0' : '0000600\0', 100);
  header.write('0000000\0', 108); // owner
  header.write('0000000\0', 116); // group
  header.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136); // time
  header.write(' '.repeat(8), 148);
  header.write(type, 156);
  header.write('ustar\x0000', 257);
  header.write('0000000\0', 329); // device
  header.write('0000000\0', 337);
  header.write(directory, 345);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}
