// Files that hold saved plans: written whole and for their owner alone, never over anything else.
import { randomBytes } from 'node:crypto';
import { lstat, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { decodePlan, encodePlan, isSavedPlan, type SavedPlan } from '../compile/index.ts';
import { UsageError } from '../model/index.ts';
import { takeText } from '../sources/index.ts';
import { OutputError, systemWords } from './outputs.ts';
import type { FoundFile } from './taken-fleet.ts';

/** Diffs of many hosts are long; more than this no plan is. */
const mostBytes = 256 * 1024 ** 2;

/** True when the argument of an apply is a saved plan and no playbook: a regular file. */
export async function isPlanFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true;
}

/** Reads a saved plan, with its bytes. Throws UsageError for a file that cannot be read or is none. */
export async function readPlanFile(path: string): Promise<{ saved: SavedPlan; taken: FoundFile }> {
  const taken = await takeText(path, mostBytes);
  return { saved: decodePlan(taken.source.text, path), taken: { ...taken, path: resolve(path) } };
}

/** Proves that a plan can be saved there, and leaves all as it was. Throws UsageError (PLAN_WRITE); no host was asked. */
export async function provePlanFile(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  const isOurs = found?.isFile() === true && isSavedPlan(await readFile(path, 'utf8').catch(() => ''));
  if (found !== undefined && !isOurs) {
    throw new UsageError('PLAN_WRITE', `${path} exists and is no saved plan, so it is not overwritten`, {
      hint: 'name a new file, or remove this one; no host was contacted',
    });
  }
  const temporary = temporaryBeside(path);
  try {
    await writeFile(temporary, '', { flag: 'wx', mode: 0o600 });
    await rm(temporary);
  } catch (cause) {
    throw new UsageError('PLAN_WRITE', `the plan ${path} cannot be written: ${systemWords(cause)}`, {
      cause,
      hint: 'name a file in an existing directory that you may write; no host was contacted',
    });
  }
}

/** Writes a plan, whole or not at all. Throws OutputError. */
export async function writePlanFile(path: string, saved: SavedPlan): Promise<void> {
  const temporary = temporaryBeside(path);
  try {
    await writeFile(temporary, encodePlan(saved), { flag: 'wx', mode: 0o600 });
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw new OutputError('PLAN_WRITE', `the plan ${path} cannot be written: ${systemWords(cause)}`, {
      cause,
    });
  }
}

function temporaryBeside(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomBytes(4).toString('hex')}`);
}
