// Writing new files for the operator: never over one that is there.
import { lstat, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UsageError } from '../model/index.ts';
import { systemWords } from './outputs.ts';
import type { Skeleton } from './skeletons.ts';

/** Writes those of the files that are not there yet, and gives the paths of both kinds. Throws UsageError (NEW_WRITE). */
export async function writeMissing(
  directory: string,
  skeletons: readonly Skeleton[],
): Promise<{ readonly written: readonly string[]; readonly kept: readonly string[] }> {
  const [written, kept]: [string[], string[]] = [[], []];
  for (const { path, text } of skeletons) {
    if (await isThere(join(directory, path))) kept.push(path);
    else {
      await writeNew(join(directory, path), text);
      written.push(path);
    }
  }
  return { written, kept };
}

/** Writes all of the files, or none if one is there. Throws UsageError (NEW_EXISTS, NEW_WRITE). */
export async function writeAll(directory: string, skeletons: readonly Skeleton[]): Promise<void> {
  for (const { path } of skeletons) {
    if (!(await isThere(join(directory, path)))) continue;
    throw new UsageError('NEW_EXISTS', `${join(directory, path)} is there already`, {
      hint: 'choose another name, or remove the file; muster overwrites nothing',
    });
  }
  for (const { path, text } of skeletons) await writeNew(join(directory, path), text);
}

async function isThere(path: string): Promise<boolean> {
  return await lstat(path).then(
    () => true,
    () => false,
  );
}

async function writeNew(path: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, { flag: 'wx' });
  } catch (cause) {
    throw new UsageError('NEW_WRITE', `${path} cannot be written: ${systemWords(cause)}`, { cause });
  }
}
