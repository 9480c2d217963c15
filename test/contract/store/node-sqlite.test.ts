// The contract of a history, with Node's own SQLite where there is one.
import { describe } from 'vitest';
import { nodeSqlite } from '../../../src/store/node-sqlite.ts';
import { historyContract } from './contract.ts';

const engine = nodeSqlite();

describe.skipIf(engine === undefined)('node:sqlite', () => {
  historyContract('node:sqlite', () => engine!);
});
