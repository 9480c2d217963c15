// The tables of a history, and how older ones become these. The SQL is what SQLite and PostgreSQL have in common: TEXT,
// BIGINT, `$1` for values, ON CONFLICT; times are ISO 8601 in UTC, so that texts sort as times do.
import { findingsSchema, type RunFindings } from '../model/index.ts';
import type { SqlEngine, SqlRow, SqlValue } from './engine.ts';
import { StoreError, type RunQuery } from './port.ts';
import type { Ending } from './summary-file.ts';

/** Statements by the version that they lead to, from 1. A published one never changes: a later one is added behind it. */
const migrations: readonly (readonly string[])[] = [
  [
    `CREATE TABLE runs (
      run_id TEXT PRIMARY KEY,
      started TEXT NOT NULL,
      action TEXT NOT NULL,
      playbook TEXT NOT NULL,
      state TEXT NOT NULL,
      exit_code BIGINT NOT NULL,
      -- What the files of the run were like when this was read from them.
      stamp TEXT NOT NULL,
      -- All that is known of it, as JSON.
      summary TEXT NOT NULL)`,
    'CREATE INDEX runs_by_start ON runs (started)',
  ],
  [
    // What it found wrong, as JSON; NULL for a run that looks for nothing. What is there is read again.
    'ALTER TABLE runs ADD COLUMN findings TEXT',
    'DELETE FROM runs',
  ],
];

/** The version of the tables that this muster works with. */
export const tablesVersion = migrations.length;

/**
 * Brings tables of an older version, or none, to this one, or to the version that a test names. Throws StoreError (STORE_NEWER) for those of a newer muster, which
 * stay as they are.
 */
export function migrate(engine: SqlEngine, wanted = tablesVersion): void {
  if (versionOf(engine) === wanted) return;
  engine.alone(() => {
    const version = versionOf(engine);
    if (version > wanted) throw new StoreError('STORE_NEWER', 'a newer muster made it');
    for (const statement of migrations.slice(version, wanted).flat()) engine.run(statement);
    if (version === 0) engine.run('CREATE TABLE IF NOT EXISTS muster_history (version BIGINT NOT NULL)');
    engine.run('DELETE FROM muster_history');
    engine.run('INSERT INTO muster_history (version) VALUES ($1)', [wanted]);
  });
}

function versionOf(engine: SqlEngine): number {
  try {
    const [row] = engine.all('SELECT version FROM muster_history');
    return Number(row?.['version'] ?? 0);
  } catch (error) {
    if (error instanceof Error && error.message.includes('no such table')) return 0;
    throw error;
  }
}

/** Puts a run in, or in the place of what was known of it. */
export function putRun(engine: SqlEngine, { summary, findings }: Ending, stamp: string): void {
  const { runId, started, action, playbook, state, exitCode } = summary;
  engine.run(
    `INSERT INTO runs (run_id, started, action, playbook, state, exit_code, stamp, summary, findings)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     ON CONFLICT (run_id) DO UPDATE SET started = excluded.started, action = excluded.action,
       playbook = excluded.playbook, state = excluded.state, exit_code = excluded.exit_code,
       stamp = excluded.stamp, summary = excluded.summary, findings = excluded.findings`,
    [
      ...[runId, started, action, playbook, state, exitCode, stamp, JSON.stringify(summary)],
      findings === undefined ? null : JSON.stringify(findings),
    ],
  );
}

/** Takes a run out. */
export function dropRun(engine: SqlEngine, runId: string): void {
  engine.run('DELETE FROM runs WHERE run_id = $1', [runId]);
}

/** Run id to its stamp. */
export function stampsOf(engine: SqlEngine): ReadonlyMap<string, string> {
  const rows = engine.all('SELECT run_id, stamp FROM runs');
  return new Map(rows.map((row) => [String(row['run_id']), String(row['stamp'])]));
}

/** What runs of a playbook found that began by then, the oldest first. */
export function selectFindings(engine: SqlEngine, playbook: string, until: string): readonly RunFindings[] {
  const sql = `SELECT findings FROM runs WHERE playbook = $1 AND started <= $2 AND findings IS NOT NULL
    ORDER BY started, run_id`;
  return engine.all(sql, [playbook, until]).map((row: SqlRow) => {
    return findingsSchema.parse(JSON.parse(String(row['findings'])));
  });
}

/** Runs as JSON, the newest first. */
export function selectRuns(engine: SqlEngine, query: RunQuery): readonly string[] {
  const values: SqlValue[] = [];
  const conditions: string[] = [];
  const where = (condition: string, value: SqlValue | undefined): void => {
    if (value === undefined) return;
    values.push(value);
    conditions.push(`${condition} $${values.length}`);
  };
  where('action =', query.action);
  where('playbook =', query.playbook);
  where('started >=', query.since);
  where('exit_code <>', query.failed === true ? 0 : undefined);
  const clause = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const sql = `SELECT summary FROM runs ${clause} ORDER BY started DESC, run_id DESC`;
  return engine.all(sql, values).map((row: SqlRow) => String(row['summary']));
}
