// The contract of a history, with SQLite in WebAssembly, which every Node runs.
import { wasmSqlite } from '../../../src/store/wasm-sqlite.ts';
import { historyContract } from './contract.ts';

historyContract('SQLite in WebAssembly', () => wasmSqlite);
