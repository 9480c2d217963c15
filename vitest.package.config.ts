// The tarball, installed as a production install and used: npm run test:package. See test/package/.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    setupFiles: ['test/note-processor.ts', 'test/own-state.ts'],
    include: ['test/package/*.test.ts'],
    testTimeout: 600_000,
    hookTimeout: 900_000,
  },
});
