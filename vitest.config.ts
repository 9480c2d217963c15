// Three projects: unit (pure, milliseconds), sh (the host runtime in real shells), e2e (stand-in hosts).
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          setupFiles: ['test/setup.ts', 'test/own-state.ts'],
          include: ['test/{unit,contract,library,cli}/**/*.test.ts'],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'sh',
          setupFiles: ['test/setup.ts', 'test/own-state.ts'],
          include: ['test/sh/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'e2e',
          setupFiles: ['test/own-state.ts'],
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 900_000,
          maxWorkers: 2,
          // Two files at a time, for much of a story is waiting; after the others, which do not wait.
          sequence: { groupOrder: 1 },
          globalSetup: ['test/e2e/setup.ts'],
        },
      },
    ],
  },
});
