// What the index asks of an SQL engine. All of them take `$1`, `$2` for values, as PostgreSQL does.

/** A value of a column. */
export type SqlValue = string | number | null;

/** A row by the names of its columns. */
export type SqlRow = Readonly<Record<string, unknown>>;

/** An open database. All of it throws the engine's errors. */
export interface SqlEngine {
  run(sql: string, values?: readonly SqlValue[]): void;
  all(sql: string, values?: readonly SqlValue[]): readonly SqlRow[];
  /** Runs all of the work or nothing of it, alone. */
  alone(work: () => void): void;
  /** Keeps what was written. */
  close(): void;
}

/** A kind of engine. */
export interface SqlEngineKind {
  /** The name of its file; two kinds do not share one, because they lock in different ways. */
  readonly file: string;
  /** Opens the database at a path, or one in memory; makes it when it is not there. */
  readonly open: (path: string | undefined) => SqlEngine;
}

/** `$1` to its value. */
export function named(values: readonly SqlValue[]): Record<string, SqlValue> {
  return Object.fromEntries(values.map((value, index) => [`$${index + 1}`, value]));
}

/** Runs all of the work or nothing of it; `begin` is how the engine begins to be alone. */
export function transaction(exec: (sql: string) => void, begin: string, work: () => void): void {
  exec(begin);
  try {
    work();
    exec('COMMIT');
  } catch (error) {
    exec('ROLLBACK');
    throw error;
  }
}
