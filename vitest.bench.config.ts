// Measurements on practice hosts; they print figures and judge nothing. npm run bench:handover
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    setupFiles: ['test/note-processor.ts', 'test/own-state.ts'],
    include: ['test/bench/{hand-over,history}.ts'],
    testTimeout: 900_000,
  },
});
