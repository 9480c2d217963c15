// tsc copies no sh: the runtime's scripts go beside the compiled index.js, where readRuntime() looks.
import { cpSync } from 'node:fs';

cpSync('src/host', 'dist/host', {
  recursive: true,
  filter: (source) => !source.endsWith('.ts'),
});
