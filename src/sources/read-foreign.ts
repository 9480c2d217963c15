// Files of other programs' inventories: what is named, what lies in a named directory, and what Ansible reads beside it.
import { type Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UsageError } from '../model/index.ts';
import { readTextFile } from './read-text.ts';
import { unreadable } from './unreadable.ts';

/** A text, and the path that messages show. */
export interface ForeignText {
  readonly path: string;
  readonly text: string;
}

/** What Ansible would read, in its order. */
export interface AnsibleTree {
  readonly inventories: readonly ForeignText[];
  /** Path below the directory of the inventory (`group_vars/web.yml`) to file. */
  readonly vars: ReadonlyMap<string, ForeignText>;
  readonly passedOver: readonly { readonly place: string; readonly what: string }[];
}

const mostFiles = 5_000;
// As Ansible has them for files in a directory that is an inventory.
const ignored =
  /^\.|^(host_vars|group_vars|vars_plugins)$|(\.pyc|\.pyo|\.swp|\.bak|~|\.rpm|\.md|\.txt|\.rst|\.orig|\.ini|\.cfg|\.retry)$/;

interface Reading {
  readonly inventories: ForeignText[];
  readonly vars: Map<string, ForeignText>;
  readonly passedOver: { place: string; what: string }[];
  /** A program in a directory is passed over; one that is named alone is refused. */
  readonly isNamed: boolean;
  count: number;
}

/** Reads an inventory of Ansible: a file, or a directory of them. Runs nothing. Throws UsageError. */
export async function readAnsibleTree(path: string): Promise<AnsibleTree> {
  const info = await infoOf(path);
  const isNamed = !info.isDirectory();
  const reading: Reading = { inventories: [], vars: new Map(), passedOver: [], isNamed, count: 0 };
  await readInventories(path, info, reading);
  const base = isNamed ? dirname(path) : path;
  for (const kind of ['group_vars', 'host_vars']) await readVars(join(base, kind), kind, reading);
  return reading;
}

/** The files of a directory with one of these endings, by name, or the one file that is named. Throws UsageError. */
export async function readForeignTexts(path: string, endings: RegExp): Promise<readonly ForeignText[]> {
  if (!(await infoOf(path)).isDirectory()) return [await textAt(path)];
  const names = (await readdir(path)).sort().filter((name) => endings.test(name) && !name.startsWith('.'));
  if (names.length > mostFiles) throw tooMany(path);
  const texts: ForeignText[] = [];
  for (const name of names) texts.push(await textAt(join(path, name)));
  return texts;
}

async function readInventories(path: string, info: Stats, reading: Reading): Promise<void> {
  count(reading, path);
  if (info.isDirectory()) {
    for (const name of (await readdir(path)).sort()) {
      const below = join(path, name);
      if (!ignored.test(name)) await readInventories(below, await infoOf(below), reading);
      else if (/\.(ini|cfg)$/.test(name))
        reading.passedOver.push({
          place: below,
          what: 'Ansible skips such names in a directory, and so does muster: import the file by its name',
        });
    }
    return;
  }
  const { text } = await textAt(path);
  if (!text.startsWith('#!') && (info.mode & 0o111) === 0) reading.inventories.push({ path, text });
  else if (!reading.isNamed)
    reading.passedOver.push({
      place: path,
      what: 'it is a program, which muster does not run: import what it prints for --list',
    });
  // A list that somebody made executable is still a list.
  else if (!text.startsWith('#!')) reading.inventories.push({ path, text });
  else
    throw new UsageError('FOREIGN_PROGRAM', `${path} is a program, which muster does not run`, {
      hint: `run it, and import what it prints: ${path} --list > hosts.json; or name it as a source, sources: [{ command: [...] }]`,
    });
}

async function readVars(directory: string, below: string, reading: Reading): Promise<void> {
  const info = await stat(directory).catch(() => undefined);
  if (info?.isDirectory() !== true) return;
  for (const name of (await readdir(directory)).sort()) {
    const [path, key] = [join(directory, name), `${below}/${name}`];
    count(reading, path);
    const entry = await infoOf(path);
    if (entry.isDirectory()) await readVars(path, key, reading);
    else if (entry.isFile()) reading.vars.set(key, await textAt(path));
  }
}

function count(reading: Reading, path: string): void {
  reading.count += 1;
  if (reading.count > mostFiles) throw tooMany(path);
}

function tooMany(path: string): UsageError {
  return new UsageError('FOREIGN_FILES', `more than ${String(mostFiles)} files, at ${path}`, {
    hint: 'name one file',
  });
}

async function textAt(path: string): Promise<ForeignText> {
  return { path, text: (await readTextFile(path)).text };
}

async function infoOf(path: string): Promise<Stats> {
  return await stat(path).catch(async (error: unknown) => Promise.reject(await unreadable(path, error)));
}
