// Configurations of other operators, many of them, on practice hosts: npm run test:generated. See test/e2e/generated/.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    setupFiles: ['test/note-processor.ts', 'test/own-state.ts'],
    include: ['test/e2e/generated/seeds.ts'],
    globalSetup: ['test/e2e/setup.ts'],
    testTimeout: 7_200_000,
    hookTimeout: 900_000,
    disableConsoleIntercept: true,
  },
});
