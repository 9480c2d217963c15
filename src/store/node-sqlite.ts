// Node's own SQLite, from 22.13 on. Its locks end with the process that has them.
import { chmodSync, statSync } from 'node:fs';
import {
  named,
  type SqlEngine,
  type SqlEngineKind,
  type SqlRow,
  type SqlValue,
  transaction,
} from './engine.ts';

/** As far as we use it; the types of Node 20 do not have it. */
interface Database {
  exec(sql: string): void;
  prepare(sql: string): {
    run(values: Record<string, SqlValue>): unknown;
    all(values: Record<string, SqlValue>): SqlRow[];
  };
  close(): void;
}

interface SqliteModule {
  readonly DatabaseSync: new (path: string) => Database;
}

/** Undefined where this Node has none. */
export function nodeSqlite(): SqlEngineKind | undefined {
  const module = process.getBuiltinModule('node:sqlite') as unknown as SqliteModule | undefined;
  if (module === undefined) return undefined;
  return {
    file: 'index.sqlite',
    open: (path) => {
      const database = new module.DatabaseSync(path ?? ':memory:');
      if (path !== undefined && (statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
      return open(database);
    },
  };
}

function open(database: Database): SqlEngine {
  // Another muster may be at its own index for a moment. Nothing here is worth a wait for the disk: see run-index.ts.
  database.exec('PRAGMA busy_timeout = 5000');
  database.exec('PRAGMA synchronous = OFF');
  const statements = new Map<string, ReturnType<Database['prepare']>>();
  const statement = (sql: string): ReturnType<Database['prepare']> => {
    const prepared = statements.get(sql) ?? database.prepare(sql);
    statements.set(sql, prepared);
    return prepared;
  };
  return {
    run: (sql, values = []) => {
      statement(sql).run(named(values));
    },
    all: (sql, values = []) => statement(sql).all(named(values)),
    alone: (work) => {
      transaction(
        (sql) => {
          database.exec(sql);
        },
        'BEGIN IMMEDIATE',
        work,
      );
    },
    close: () => {
      database.close();
    },
  };
}
