// Notes with each test file what it cost the processor, for the reporter of times. The worker's start is not in it.
import { afterAll } from 'vitest';
import { processorSeconds } from './processor-seconds.ts';

declare module 'vitest' {
  interface TaskMeta {
    processorSeconds?: number;
  }
}

const before = processorSeconds();
// The hooks of a file end in the opposite order: this is the last one.
afterAll(({}, file) => {
  const after = processorSeconds();
  if (before !== undefined && after !== undefined) file.meta.processorSeconds = after - before;
});
