// Measurements on practice hosts; they print figures and judge nothing. npm run bench:handover
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['test/bench/hand-over.ts'], testTimeout: 900_000 },
});
