// What tsc leaves to do in dist/: the runtime's sh beside the compiled index.js, where readRuntime() looks; and what is
// left of sources that are no more is removed, because a tarball would hold it. What tsc notes stays, so that it writes only what
// changed; without dist/ there are no notes, and it writes everything.
import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

cpSync('src/host', 'dist/host', {
  recursive: true,
  filter: (source) => !source.endsWith('.ts'),
});

for (const entry of readdirSync('dist', { recursive: true, withFileTypes: true })) {
  if (entry.name === '.tsbuildinfo') continue;
  const path = join(entry.parentPath, entry.name);
  const source = path.replace(/^dist/, 'src').replace(/(\.d\.ts|\.js\.map|\.js)$/, '.ts');
  if (!existsSync(source)) rmSync(path, { recursive: true, force: true });
}
