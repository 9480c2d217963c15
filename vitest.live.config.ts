// The suite for real hosts; nothing else runs it. See test/live/.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    setupFiles: ['test/note-processor.ts', 'test/own-state.ts'],
    include: ['test/live/**/*.test.ts'],
    testTimeout: 3_600_000,
    hookTimeout: 3_600_000,
  },
});
