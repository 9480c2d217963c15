// SQLite in WebAssembly (node-sqlite3-wasm), for a Node that has none. It locks by a directory, which a process that is killed
// leaves behind: so it works on a copy that nobody else knows, and what was written takes the place of the file as a whole.
// Of two that write at once one is lost, which an index can bear: what it lacks is read again.
import { randomBytes } from 'node:crypto';
import { chmodSync, copyFileSync, existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import sqlite from 'node-sqlite3-wasm';
import { named, type SqlEngine, type SqlEngineKind, transaction } from './engine.ts';

/** A copy that is older was left by a process that was killed. */
const longestWorkMs = 60 * 60_000;

/** This engine. */
export const wasmSqlite: SqlEngineKind = {
  file: 'index-wasm.sqlite',
  open: (path) => (path === undefined ? open(':memory:', () => undefined) : openCopy(path)),
};

function openCopy(path: string): SqlEngine {
  sweep(path);
  const copy = `${path}.${randomBytes(8).toString('hex')}`;
  if (existsSync(path)) copyFileSync(path, copy);
  try {
    return open(copy, (isChanged) => {
      chmodSync(copy, 0o600);
      if (isChanged) renameSync(copy, path);
      else rmSync(copy);
    });
  } catch (error) {
    removeCopy(copy);
    throw error;
  }
}

function open(file: string, closed: (isChanged: boolean) => void): SqlEngine {
  const database = new sqlite.Database(file);
  let isChanged = false;
  return {
    run: (sql, values = []) => {
      database.run(sql, named(values));
      isChanged = true;
    },
    all: (sql, values = []) => database.all(sql, named(values)),
    alone: (work) => {
      transaction(
        (sql) => {
          database.exec(sql);
        },
        'BEGIN',
        work,
      );
    },
    close: () => {
      database.close();
      closed(isChanged);
    },
  };
}

function sweep(path: string): void {
  const prefix = `${basename(path)}.`;
  for (const name of readdirSync(dirname(path))) {
    const left = join(dirname(path), name);
    if (!name.startsWith(prefix)) continue;
    const age = Date.now() - (statSync(left, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > longestWorkMs) rmSync(left, { recursive: true, force: true });
  }
}

function removeCopy(copy: string): void {
  for (const ending of ['', '.lock', '-journal'])
    rmSync(`${copy}${ending}`, { recursive: true, force: true });
}
