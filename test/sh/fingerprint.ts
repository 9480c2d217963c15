// What a tree looks like to anybody who asks: two equal fingerprints mean that nothing was touched, or all put back.
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** How exact times are compared: to the nanosecond, to the second (what a tar keeps), or not at all. */
export type TimeGrain = 'nanosecond' | 'second' | 'none';

const unit: Readonly<Record<TimeGrain, bigint>> = {
  nanosecond: 1n,
  second: 1_000_000_000n,
  none: 1n << 63n,
};

/**
 * One line for each thing in the tree, the root included: type, mode, owner, group, link target, content digest, time
 * stamp of files and directories, and which files are one file with several names.
 */
export function fingerprint(root: string, grain: TimeGrain = 'nanosecond'): readonly string[] {
  const lines: string[] = [];
  const firstNames = new Map<bigint, string>();
  const walk = (path: string, name: string): void => {
    const stat = lstatSync(path, { bigint: true });
    const time = stat.mtimeNs / unit[grain];
    const owner = `${stat.mode.toString(8)} ${stat.uid}:${stat.gid}`;
    if (stat.isSymbolicLink()) {
      lines.push(`${name} link ${stat.uid}:${stat.gid} -> ${readlinkSync(path)}`);
    } else if (stat.isDirectory()) {
      lines.push(`${name} dir ${owner} ${time}`);
      for (const entry of readdirSync(path).toSorted()) walk(join(path, entry), join(name, entry));
    } else {
      const same = firstNames.get(stat.ino) ?? name;
      firstNames.set(stat.ino, same);
      const digest = stat.isFile()
        ? createHash('sha256').update(readFileSync(path)).digest('hex')
        : 'special';
      lines.push(`${name} file ${owner} ${time} ${digest}${same === name ? '' : ` is ${same}`}`);
    }
  };
  walk(root, '.');
  return lines;
}
