// Runs that are killed at every moment, many of them, on practice hosts: npm run test:crash. See test/e2e/crash/.
import { defineConfig } from 'vitest/config';

// They look at hosts through this machine's kernel, which needs embedded ones.
process.env['MUSTER_LAB_BACKEND'] = 'embedded';

export default defineConfig({
  test: {
    setupFiles: ['test/note-processor.ts', 'test/own-state.ts'],
    include: ['test/e2e/crash/seeds.ts'],
    globalSetup: ['test/e2e/setup.ts'],
    testTimeout: 14_400_000,
    hookTimeout: 900_000,
    disableConsoleIntercept: true,
  },
});
