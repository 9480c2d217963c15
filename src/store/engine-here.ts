// Which SQL engine there is: Node's own SQLite, or the one in WebAssembly where Node has none (before 22.13).
import type { SqlEngineKind } from './engine.ts';
import { nodeSqlite } from './node-sqlite.ts';

/** The engine for this Node; the one in WebAssembly is loaded only where it is needed. */
export async function engineHere(): Promise<SqlEngineKind> {
  return nodeSqlite() ?? (await import('./wasm-sqlite.ts')).wasmSqlite;
}
