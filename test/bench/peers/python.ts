// Practice hosts with a Python, which Ansible needs and NetBSD's base system has not: the machine's own, in their root file system.
import { copyFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from '../../../src/programs/index.ts';

/** What the hosts call it; the machine's own has to be Debian's, because its libraries are looked for in the same places. */
export const interpreter = '/usr/bin/python3';

/** Writes the root file system `from`, with this machine's Python in it, to `to`. Throws when there is none. */
export async function withPython(from: string, to: string): Promise<void> {
  await copyFile(from, to);
  const { stdout: said } = await run(interpreter, [
    '-c',
    'import sys, sysconfig; print(sysconfig.get_path("stdlib"), "%d.%d" % sys.version_info[:2])',
  ]);
  const [library = '', version = ''] = said.trim().split(' ');
  const program = `/usr/bin/python${version}`;
  const extensions = join(library, 'lib-dynload');
  const objects = [program, ...(await readdir(extensions)).map((name) => join(extensions, name))];
  const { stdout: linked } = await run('ldd', objects);
  const libraries = [...linked.matchAll(/(\/lib\S+) \(0x/g)].map(([, path]) => path ?? '');
  const paths = [program, interpreter, library].map((path) => path.slice(1));
  const leftOut = ['test', 'idlelib', 'lib2to3', 'ensurepip', '__pycache__', 'config-*'].map(
    (name) => `--exclude=${name}`,
  );
  await run('tar', ['--numeric-owner', ...leftOut, '-rf', to, '-C', '/', ...paths]);
  // Most libraries are links to a file of another name; the hosts get the files.
  await run('tar', [
    '--numeric-owner',
    '-rhf',
    to,
    '-C',
    '/',
    ...new Set(libraries.map((path) => path.slice(1))),
  ]);
}

async function run(file: string, args: readonly string[]): Promise<{ stdout: string }> {
  const end = await runProgram(file, args, { timeoutMs: 120_000 });
  if (end.exitCode !== 0) throw new Error(`${file}: ${end.stderr}`);
  return end;
}
