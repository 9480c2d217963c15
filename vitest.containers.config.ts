// What only practice hosts in containers can prove; all else is the same on namespaces, where npm test has it. npm run test:containers
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

process.env['MUSTER_LAB_BACKEND'] = 'docker';

/** The backend itself; the stand-in on an engine's file system, network and users; and one story from first plan to rollback. */
const files = ['lab', 'lab-command', 'faults', 'stand-in', 'migration', 'package', 'fleet'];

export default defineConfig({
  test: {
    include: files.map((name) => `test/e2e/${name}.test.ts`),
    globalSetup: ['test/e2e/setup.ts'],
    testTimeout: 300_000,
    hookTimeout: 900_000,
    maxWorkers: 2 * availableParallelism(),
  },
});
